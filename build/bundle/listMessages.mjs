import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A string literal between quotes, escapes included. */
const literal = String.raw`(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")`;

/**
 * Everything that translators translate besides the manifest: the messages of the extension host and the sentences of
 * engine and server under themselves, and the texts of the graph page as `graph:` and their key.
 * @returns {Record<string, string>} sorted by key
 */
export function listMessages() {
  const sorted = [...hostMessages(), ...sentences(), ...pageMessages(), ...tableTexts()].sort(([a], [b]) =>
    a < b ? -1 : Number(a > b),
  );
  return Object.fromEntries(sorted);
}

/**
 * The first argument of every `t(...)` and `l10n.t(...)`.
 * @returns {[string, string][]}
 */
function hostMessages() {
  return argumentsOf('t', 'src/extension').map((text) => [text, text]);
}

/**
 * The labels and descriptions of tables, which `translatable(...)` marks: host and graph page both show them.
 * @returns {[string, string][]}
 */
function tableTexts() {
  return argumentsOf('translatable', 'src/shared').flatMap((text) => [
    [text, text],
    [`graph:${text}`, text],
  ]);
}

/**
 * The first argument of every call of a function, where it is a literal.
 * @param {string} name
 * @param {string} folder
 */
function argumentsOf(name, folder) {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const pattern = new RegExp(String.raw`\b${name}\(\s*${literal}`, 'g');
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const calls = readFileSync(join(root, folder, file), 'utf8').matchAll(pattern);
      return [...calls].map(([, single, double]) => textOf(single ?? double ?? ''));
    });
}

/**
 * The templates of `src/shared/messages`.
 * @returns {[string, string][]}
 */
function sentences() {
  const folder = join(root, 'src/shared/messages');
  const tables = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  return tables.flatMap((table) => entriesOf(table).map(([, text]) => /** @type {[string, string]} */ ([text, text])));
}

/** @returns {[string, string][]} */
function pageMessages() {
  return ['webview/text/strings.ts', 'src/engine/picture/displayList/texts.ts'].flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const table = text.slice(text.search(/const (defaults|pictureTexts) = \{/), text.indexOf('} as const'));
    return entriesOf(table).map(([key, message]) => /** @type {[string, string]} */ ([`graph:${key}`, message]));
  });
}

/**
 * The entries `'key': 'text',` of a table in the source.
 * @param {string} table
 * @returns {[string, string][]}
 */
function entriesOf(table) {
  const entries = table.matchAll(new RegExp(String.raw`^ {2}'([\w.]+)':\s*${literal},$`, 'gm'));
  return [...entries].map(([, key = '', single, double]) => [key, textOf(single ?? double ?? '')]);
}

/** @param {string} inside of a literal */
function textOf(inside) {
  return JSON.parse(`"${inside.replace(/\\'/g, "'").replace(/(?<!\\)"/g, '\\"')}"`);
}
