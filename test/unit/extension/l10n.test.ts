import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { metricTable } from '../../../src/shared/vocabulary/metrics';
import { strategyTable } from '../../../src/shared/vocabulary/strategies';
import { targetTable } from '../../../src/shared/vocabulary/targets';

const root = resolve(import.meta.dirname, '../../..');
// The build's scripts are a project of their own, which refers to this one.
const build = await import(pathToFileURL(join(root, 'build/bundle/listMessages.mjs')).href);
const messages: Readonly<Record<string, string>> = build.listMessages();

/** What the tables say; what strategies and targets are called is their authors' word for them. */
const tableTexts = [
  ...textsOf(metricTable, ['label', 'shortLabel', 'fullLabel', 'description', 'bestPlan']),
  ...textsOf(strategyTable, ['description']),
  ...textsOf(targetTable, ['description']),
];

function textsOf(table: Readonly<Record<string, object>>, fields: readonly string[]): string[] {
  return Object.values(table).flatMap((row) =>
    Object.entries(row).flatMap(([field, text]) => (fields.includes(field) ? [String(text)] : [])),
  );
}

describe('the messages for translators', () => {
  it('are those of the host, and those of the graph page under the keys that the page asks for', () => {
    expect(messages).toMatchObject({ 'Show Log': 'Show Log', '{0|# node|# nodes}': '{0|# node|# nodes}' });
    const page = Object.keys(messages).filter((key) => key.startsWith('graph:'));
    const keys = ['webview/text/strings.ts', 'src/engine/picture/displayList/texts.ts'].flatMap((file) => {
      const strings = readFileSync(join(root, file), 'utf8');
      return [...strings.slice(strings.search(/const (defaults|pictureTexts)/)).matchAll(/^ {2}'([\w.]+)':/gm)];
    });
    const ofTables = page.filter((key) => `graph:${messages[key]}` === key);
    expect(page.sort()).toEqual([...keys.map(([, key]) => `graph:${key}`), ...ofTables].sort());
  });

  it('are those of the tables too, for the host and for the page', () => {
    expect(tableTexts.length).toBeGreaterThan(30);
    for (const text of tableTexts) expect(messages).toMatchObject({ [text]: text, [`graph:${text}`]: text });
  });

  it('lack none: every message is a literal, or one of a table', () => {
    const folder = join(root, 'src/extension');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const computed = files.flatMap((file) => {
      const calls = readFileSync(join(folder, file), 'utf8').matchAll(/(?:\bt|l10n\.t)\(\s*([^'"\s][^\n]*)/g);
      return [...calls].map(([call]) => `${file}: ${call}`);
    });
    expect(computed).toEqual(['window/text.ts: t(text);']);
  });

  it('have placeholders numbered without gaps', () => {
    for (const message of Object.values(messages)) {
      const numbers = new Set([...message.matchAll(/\{(\d+)(?:\|[^{}]*)?\}/g)].map(([, number]) => Number(number)));
      expect([...numbers].sort(), message).toEqual([...numbers].map((_, index) => index));
    }
  });
});
