import { readFile } from 'node:fs/promises';

const module = /[\\/]commander[\\/]lib[\\/]command\.js$/;
const loading = "const childProcess = require('node:child_process');";

/**
 * Has commander load what starts programs only where it would start one: for commands that are programs of their own, which
 * there are none of.
 * @returns {import('esbuild').Plugin}
 */
export function startsNoPrograms() {
  return {
    name: 'starts-no-programs',
    setup(build) {
      build.onLoad({ filter: module }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!text.includes(loading)) throw new Error(`${path} is written in another way than it was.`);
        const late = "const childProcess = { spawn: (...all) => require('node:child_process').spawn(...all) };";
        return { contents: text.replace(loading, late), loader: 'js' };
      });
    },
  };
}
