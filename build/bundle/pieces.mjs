import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as esbuild from 'esbuild';

/**
 * Some programs come in pieces, so that what one run does not use is neither read nor compiled: a command of the command
 * line needs little of the others, and the extension needs the language client with its first request only. Several
 * programs have in pieces what they share. esbuild splits ES modules alone, so each piece becomes a CommonJS module afterwards.
 * @param {import('./programs.mjs').Program} program its pieces are called after its first entry point
 * @param {boolean} production
 * @param {readonly string[]} [together] sources that most runs load: for production their pieces are in one file, as dozens
 *   of them take longer to find than to run
 * @returns {import('./programs.mjs').Program}
 */
export function inPieces(program, production, together = []) {
  const [name = ''] = Object.keys(program.entryPoints);
  return {
    ...program,
    format: 'esm',
    splitting: true,
    chunkNames: `${name}_[hash]`,
    sourcemap: production ? false : 'inline',
    write: false,
    plugins: [
      ...(program.plugins ?? []),
      {
        name: 'pieces',
        setup: (build) =>
          build.onEnd(async ({ outputFiles = [], metafile }) => {
            const modules = await Promise.all(outputFiles.map((file) => toCommonJs(file, production)));
            const files = production ? inOneFile(modules, `${name}.js`, piecesOf(together, metafile)) : modules;
            await Promise.all(files.map(writePiece));
            await removeOldPieces(name, files);
          }),
      },
    ],
  };
}

/** @typedef {{ readonly path: string, readonly code: string, readonly map: string }} Piece */

/** @param {esbuild.OutputFile} file @param {boolean} production @returns {Promise<Piece>} */
async function toCommonJs({ path, text }, production) {
  const { code, map } = await esbuild.transform(withPlainExports(text), {
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minify: production,
    legalComments: 'inline',
    sourcemap: production ? false : 'external',
    sourcefile: basename(path),
    supported: { 'dynamic-import': false },
  });
  return { path, code: production ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`, map };
}

/**
 * What pieces have from each other as plain variables. esbuild reads it anew at each use, through two functions, in case it
 * changes, which no piece's exports do and which takes longer than many a function that is called so.
 * @param {string} text esbuild begins it with its imports, and ends it with its exports
 */
function withPlainExports(text) {
  const renamed = (/** @type {string} */ names, /** @type {string} */ as) => names.replace(/([\w$]+) as ([\w$]+)/g, as);
  return text
    .replace(/(^|[;}])import\s*\{([^}]*)\}\s*from\s*("\.\/[^"]+")/gm, (_, before, names, path) => {
      return `${before}const{${renamed(names, '$1:$2')}}=require(${path})`;
    })
    .replace(/(^|[;}])export\s*\{([^}]*)\};$/m, (_, before, names) => {
      return `${before}module.exports={__esModule:true,${renamed(names, '$2:$1')}};`;
    });
}

/** Names of the pieces that are loaded with some sources. @param {readonly string[]} sources @param {esbuild.Metafile | undefined} metafile */
function piecesOf(sources, metafile) {
  const outputs = metafile?.outputs ?? {};
  const names = new Set();
  const addAll = (/** @type {string} */ path) => {
    if (names.has(basename(path))) return;
    names.add(basename(path));
    for (const { path: other, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && other in outputs) addAll(other);
    }
  };
  for (const source of sources) {
    const [path] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source) ?? [];
    if (path === undefined) throw new Error(`${source} begins no piece of a program.`);
    addAll(path);
  }
  return names;
}

/**
 * Puts pieces into the file of the main one, which adds them for the loader (`src/programs/loadProgram.ts`). In parentheses
 * V8 compiles each with the file.
 * @param {readonly Piece[]} pieces @param {string} main @param {ReadonlySet<string>} together
 */
function inOneFile(pieces, main, together) {
  const added = pieces
    .filter(({ path }) => basename(path) !== main && together.has(basename(path)))
    .map(({ path, code }) => {
      const run = `(function(exports,require,module,__filename,__dirname){${code}\n})`;
      return `require.add(${JSON.stringify(basename(path))},${run});\n`;
    });
  return pieces
    .filter(({ path }) => basename(path) === main || !together.has(basename(path)))
    .map((piece) => (basename(piece.path) === main ? { ...piece, code: `${added.join('')}${piece.code}` } : piece));
}

/** @param {Piece} piece */
async function writePiece({ path, code, map }) {
  await writeFile(path, code);
  if (map !== '') await writeFile(`${path}.map`, map);
}

/** A piece whose content changed has another name. @param {string} name @param {readonly Piece[]} pieces */
async function removeOldPieces(name, pieces) {
  if (pieces.length === 0) return;
  const folder = dirname(pieces[0]?.path ?? '');
  const current = new Set(pieces.map(({ path }) => basename(path)));
  const old = readdirSync(folder).filter(
    (file) => new RegExp(`^${name}_\\w+\\.js(\\.map)?$`).test(file) && !current.has(file.replace(/\.map$/, '')),
  );
  await Promise.all(old.map((file) => rm(join(folder, file), { force: true })));
}
