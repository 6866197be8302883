import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** A string literal between quotes, escapes included. */
const literal = String.raw`(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")`;

/**
 * Everything that translators translate besides the manifest: the messages of the extension host and the sentences of
 * engine and server under themselves, and the texts of the graph page as `graph:` and their key.
 * @returns {Record<string, string>} sorted by key
 */
export function listMessages() {
  const sorted = [...hostMessages(), ...sentences(), ...pageMessages()].sort(([a], [b]) =>
    a < b ? -1 : Number(a > b),
  );
  return Object.fromEntries(sorted);
}

/**
 * The first argument of every `t(...)` and `l10n.t(...)`.
 * @returns {[string, string][]}
 */
function hostMessages() {
  const folder = join(root, 'src/extension');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const calls = readFileSync(join(folder, file), 'utf8').matchAll(new RegExp(String.raw`\bt\(\s*${literal}`, 'g'));
    return [...calls].map(([, single, double]) => {
      const text = textOf(single ?? double ?? '');
      return /** @type {[string, string]} */ ([text, text]);
    });
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
  const text = readFileSync(join(root, 'webview/text/strings.ts'), 'utf8');
  const table = text.slice(text.indexOf('const defaults = {'), text.indexOf('} as const'));
  return entriesOf(table).map(([key, message]) => [`graph:${key}`, message]);
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
