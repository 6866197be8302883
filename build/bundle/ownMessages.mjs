import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as esbuild from 'esbuild';

const table = /shared[\\/]messages[\\/]messages\.ts$/;

/**
 * Leaves to a program the messages that it says itself: one that sends or receives none as data needs no others, and the
 * whole table in each of them would be a tenth of the package.
 * @param {string} root
 * @param {string} entryPoint
 * @returns {esbuild.Plugin}
 */
export function ownMessages(root, entryPoint) {
  return inOneTable(async (messages) => {
    const sources = await sourcesOf(root, entryPoint);
    return Object.fromEntries(Object.entries(messages).filter(([id]) => isSaid(id, sources)));
  });
}

/** Leaves all messages to a program. @returns {esbuild.Plugin} */
export function allMessages() {
  return inOneTable(async (messages) => messages);
}

/**
 * Writes messages as one literal: putting the tables of all areas together takes a program 4 ms whenever it starts, having
 * them in one 0.6.
 * @typedef {Record<string, string>} Messages
 * @param {(messages: Messages) => Promise<Messages>} chosen
 * @returns {esbuild.Plugin}
 */
function inOneTable(chosen) {
  return {
    name: 'messages',
    setup(build) {
      build.onLoad({ filter: table }, async ({ path }) => {
        const { messages } = await evaluated(path);
        return { contents: `export const messages = ${JSON.stringify(await chosen(messages))};`, loader: 'js' };
      });
    },
  };
}

/** True where a source names the id, or makes ids that begin as this one does. */
function isSaid(/** @type {string} */ id, /** @type {string} */ sources) {
  const area = id.slice(0, id.indexOf('.') + 1);
  return sources.includes(`'${id}'`) || sources.includes(`\`${area}\${`);
}

/** The texts of all of the project's files that a program is made from, but for the tables themselves. */
async function sourcesOf(/** @type {string} */ root, /** @type {string} */ entryPoint) {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  const own = Object.keys(metafile.inputs).filter((path) => !/node_modules/.test(path) && !isTable(path));
  return (await Promise.all(own.map((path) => readFile(join(root, path), 'utf8')))).join('\n');
}

/** True for a table of messages; what makes sentences of them says some itself. */
function isTable(/** @type {string} */ path) {
  return /shared[\\/]messages[\\/]/.test(path) && !/[\\/](?:say|message)\.ts$/.test(path);
}

/** What a module of the project exports. @returns {Promise<{ messages: Messages }>} */
async function evaluated(/** @type {string} */ path) {
  const { outputFiles } = await esbuild.build({ entryPoints: [path], bundle: true, write: false, format: 'esm' });
  const [{ text } = { text: '' }] = outputFiles;
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}
