import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
// The build's scripts are a project of their own, which refers to this one.
const build = await import(pathToFileURL(join(root, 'build/bundle/listMessages.mjs')).href);
const messages: Readonly<Record<string, string>> = build.listMessages();

describe('the messages for translators', () => {
  it('are those of the host, and those of the graph page under the keys that the page asks for', () => {
    expect(messages).toMatchObject({ 'Show Log': 'Show Log', '{0} nodes': '{0} nodes' });
    const page = Object.keys(messages).filter((key) => key.startsWith('graph:'));
    const strings = readFileSync(join(root, 'webview/text/strings.ts'), 'utf8');
    const keys = [...strings.slice(strings.indexOf('const defaults')).matchAll(/^ {2}'([\w.]+)':/gm)];
    expect(page.sort()).toEqual(keys.map(([, key]) => `graph:${key}`).sort());
  });

  it('lack none: every message is a literal', () => {
    const folder = join(root, 'src/extension');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const computed = files.flatMap((file) => {
      const calls = readFileSync(join(folder, file), 'utf8').matchAll(/(?:\bt|l10n\.t)\(\s*([^'"\s][^\n]*)/g);
      return [...calls].map(([call]) => `${file}: ${call}`);
    });
    expect(computed).toEqual([]);
  });

  it('have placeholders numbered without gaps', () => {
    for (const message of Object.values(messages)) {
      const numbers = new Set([...message.matchAll(/\{(\d+)\}/g)].map(([, number]) => Number(number)));
      expect([...numbers].sort(), message).toEqual([...numbers].map((_, index) => index));
    }
  });
});
