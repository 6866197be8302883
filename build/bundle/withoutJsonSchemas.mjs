import { readFile } from 'node:fs/promises';

const modules = /[\\/]zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/;

/**
 * Leaves out of a program what Zod makes JSON schemas with: every kind of value has a method for that, so that all of it
 * would stay, and programs that only check what they read never call one.
 * @returns {import('esbuild').Plugin}
 */
export function withoutJsonSchemas() {
  return {
    name: 'without-json-schemas',
    setup(build) {
      build.onLoad({ filter: modules }, async ({ path }) => {
        const names = [...(await readFile(path, 'utf8')).matchAll(/^export (?:const|function) (\w+)/gm)].map(
          ([, name = '']) => name,
        );
        const standIns = names.map((name) => `${name.startsWith('create') ? 'maker' : 'absent'} as ${name}`);
        const absent = "const absent = () => { throw new Error('This program makes no JSON schemas.'); };";
        return { contents: `${absent}\nconst maker = () => absent;\nexport { ${standIns.join(', ')} };`, loader: 'js' };
      });
    },
  };
}
