import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const literalText = (literal: string) => JSON.parse(`"${literal.replace(/\\'/g, "'").replace(/(?<!\\)"/g, '\\"')}"`);

/** Every message that the extension looks up: the first argument of `t(...)`. */
function hostMessages(): string[] {
  const folder = join(root, 'src/extension');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const calls = text.matchAll(/\bt\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g);
    return [...calls].map(([, single, double]) => literalText(single ?? double ?? ''));
  });
}

/** The texts of the graph page, under the keys that the host passes on. */
function pageMessages(): [string, string][] {
  const text = readFileSync(join(root, 'webview/strings.ts'), 'utf8');
  const table = text.slice(text.indexOf('const defaults = {'), text.indexOf('} as const'));
  const entries = table.matchAll(/^ {2}'([\w.]+)':\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"),$/gm);
  return [...entries].map(([, key, single, double]) => [`graph:${key}`, literalText(single ?? double ?? '')]);
}

it('lists every message for translators (vitest -u writes the list)', async () => {
  const messages = hostMessages().map((message): [string, string] => [message, message]);
  const page = pageMessages();
  expect(messages.length).toBeGreaterThan(50);
  expect(page.length).toBeGreaterThan(50);
  const sorted = [...messages, ...page].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const bundle = `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
  await expect(bundle).toMatchFileSnapshot(join(root, 'l10n/bundle.l10n.json'));
});
