import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hover } from 'vscode-languageserver-protocol';
import { type Bundled, bundlePrograms } from '../../support/bundled';
import {
  type HostileRepository,
  hostileAddress,
  hostileName,
  hostileRepository,
  irregularFiles,
  plantIrregular,
} from '../../support/hostileRepository';
import { renderedMarkdown } from '../../support/renderedMarkdown';
import { LanguageClient } from '../server/support/languageClient';

const kinds = ['dnnsplit.json', 'model.splitplan.json', 'device.profile.json'] as const;

describe('the language server in a repository that somebody sent', () => {
  let bundled: Bundled;
  let repository: HostileRepository;
  let client: LanguageClient;
  const uri = (name: string) => pathToFileURL(repository.path(name)).href;
  /** The server is the same process and answers. */
  const answers = async () => {
    const text = '{ "tiers": [{ "id": "a", "nonsense": 1 }] }';
    await client.openDocument(uri('sub/dnnsplit.json'), text);
    await client.diagnostics(uri('sub/dnnsplit.json'), (found) => found.length === 1);
    await client.closeDocument(uri('sub/dnnsplit.json'));
  };

  beforeAll(async () => {
    bundled = await bundlePrograms({
      server: 'src/server/main.ts',
      languageServer: 'src/server/languageServer.ts',
      worker: 'src/server/workers/worker.ts',
      relay: 'src/relay/main.ts',
      analysisWorker: 'src/server/workers/analysisWorker.ts',
      layoutWorker: 'src/server/workers/layoutWorker.ts',
    });
    repository = hostileRepository();
    if (process.platform !== 'win32') plantIrregular(repository.folder);
    // Trusted: what is not trusted does not even look at links.
    client = await LanguageClient.start(bundled.program('server'), { trusted: true });
  }, 60_000);
  beforeEach(() => client.forget());
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
    expect(repository.hasRun()).toBe(false);
    repository.remove();
    await bundled.remove();
  });

  const poisons: readonly (readonly [string, string])[] = [
    ['10,000 opening brackets', '['.repeat(10_000)],
    ['a million opening brackets', '['.repeat(1_000_000)],
    ['nested objects', '{"a":'.repeat(10_000)],
    ['nested objects that are closed', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['nested comments and brackets', '/**/['.repeat(10_000)],
    ['20,000 unknown keys', `{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":1`).join(',')}}`],
    ['a key of a million characters', `{"${'k'.repeat(1_000_000)}":1}`],
    ['a value of 3 million characters', `{"$schema":"${'k'.repeat(3_000_000)}"}`],
    ['prototypes', '{"__proto__":{"tiers":1},"constructor":{"prototype":1},"tiers":[{"__proto__":1}]}'],
    ['half pairs and no text', '{"\\ud800":"\\udfff\\u0000"}\u0000\ufffd'],
    ['numbers beyond all bounds', '{"tiers":[{"id":"a","gflops":1e999,"watts":-1e308,"replicas":0.5}]}'],
  ];
  for (const kind of kinds) {
    it.each(poisons)(`lives through a ${kind} of %s`, async (_, text) => {
      const before = client.processId;
      await client.openDocument(uri(kind), text);
      const position = { line: 0, character: 1 };
      const textDocument = { uri: uri(kind) };
      const found = await client.diagnostics(uri(kind), (diagnostics) => diagnostics.length > 0);
      expect(found.length).toBeLessThanOrEqual(50);
      for (const { message } of found) expect(String(message).length).toBeLessThan(1000);
      for (const method of ['textDocument/hover', 'textDocument/codeLens', 'textDocument/codeAction']) {
        const range = { start: position, end: position };
        await client.connection.sendRequest(method, { textDocument, position, range, context: { diagnostics: [] } });
      }
      await client.changeDocument(uri(kind), 2, `${text} `);
      await client.closeDocument(uri(kind));
      await answers();
      expect(client.processId).toBe(before);
    });
  }

  it.each<readonly [string, string, unknown]>([
    [
      'a text that is a number',
      'textDocument/didOpen',
      { textDocument: { uri: 'URI', languageId: 'json', version: 1, text: 7 } },
    ],
    ['a text that is missing', 'textDocument/didOpen', { textDocument: { uri: 'URI', version: 1 } }],
    ['an address that is a number', 'textDocument/didOpen', { textDocument: { uri: 7, version: 1, text: '{}' } }],
    ['no document', 'textDocument/didOpen', {}],
    ['nothing at all', 'textDocument/didOpen', null],
    ['a list', 'textDocument/didOpen', [1, 2, 3]],
    ['a change of nothing', 'textDocument/didChange', { textDocument: { uri: 'URI', version: 2 }, contentChanges: 5 }],
    [
      'a change without a place',
      'textDocument/didChange',
      { textDocument: { uri: 'URI', version: 3 }, contentChanges: [{ range: 1, text: 2 }] },
    ],
    ['a save of nothing', 'textDocument/didSave', { textDocument: null }],
    [
      'changed files that are none',
      'workspace/didChangeWatchedFiles',
      {
        changes: [
          { uri: 'file://elsewhere/x/dnnsplit.json', type: 2 },
          { uri: 'file:///%2f', type: 1 },
          { uri: 5 },
          null,
        ],
      },
    ],
    ['an unknown notification', 'dnnsplit/nothing', { a: hostileName }],
    ['a cancellation of nothing', '$/cancelRequest', { id: { a: 1 } }],
  ])('lives through %s', async (_, method, params) => {
    const before = client.processId;
    const sent = JSON.parse(JSON.stringify(params).replaceAll('"URI"', JSON.stringify(uri('dnnsplit.json'))));
    client.write(JSON.stringify({ jsonrpc: '2.0', method, params: sent }));
    await answers();
    client.write(
      JSON.stringify({
        jsonrpc: '2.0',
        method: 'textDocument/didClose',
        params: { textDocument: { uri: uri('dnnsplit.json') } },
      }),
    );
    await answers();
    expect(client.processId).toBe(before);
  });

  it.each([
    ['no JSON', 'this is no JSON'],
    ['a number', '17'],
    ['a null', 'null'],
    ['no method', '{"jsonrpc":"2.0","id":99999}'],
    ['a method that is a list', '{"jsonrpc":"2.0","id":99998,"method":[]}'],
    [
      'a nest of lists',
      `{"jsonrpc":"2.0","method":"textDocument/didOpen","params":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    ],
    ['requests without parameters', '{"jsonrpc":"2.0","id":99997,"method":"dnnsplit/open"}'],
  ])('lives through a message of %s', async (_, body) => {
    const before = client.processId;
    client.write(body);
    await answers();
    expect(client.processId).toBe(before);
  });

  it.each(['file://elsewhere/model.onnx', 'file:///%2f/model.onnx', 'http://127.0.0.1:9/model.onnx', ''])(
    'refuses to open %j with a sentence',
    async (modelUri) => {
      await expect(client.request('dnnsplit/open', { modelUri, token: 'x' })).rejects.toMatchObject({
        data: { code: 'file-system' },
      });
    },
  );

  const planted = process.platform === 'win32' ? [] : Object.entries(irregularFiles);
  it.each(planted)('opens no %s, and waits for none', async (name, sentence) => {
    const before = client.processId;
    const opened = await client.request('dnnsplit/open', { modelUri: uri(`${name}.onnx`), token: 'x' });
    expect([opened.state, opened.error?.message]).toEqual(['failed', expect.stringMatching(sentence)]);
    for (const folder of ['naming', 'being']) {
      const modelUri = uri(`${folder}-${name}/plain.onnx`);
      const { state, configError } = await client.request('dnnsplit/open', { modelUri, token: 'y' });
      // One that leads nowhere is not there at all.
      const expected = folder === 'being' && name === 'loop' ? undefined : expect.stringMatching(sentence);
      expect([folder, state, configError?.message]).toEqual([folder, 'ready', expected]);
      await client.request('dnnsplit/close', { modelUri });
    }
    await expect(client.request('dnnsplit/planAgain', { sourceUri: uri(`${name}.splitplan.json`) })).rejects.toThrow(
      sentence,
    );
    const target = { target: 'compose' as const };
    await expect(
      client.request('dnnsplit/generate', { sourceUri: uri(`${name}.splitplan.json`), ...target }),
    ).rejects.toThrow(sentence);
    const named = JSON.stringify({ tiers: [{ id: 'a', gflops: 1, profile: `${name}.profile.json` }] });
    await client.openDocument(uri('dnnsplit.json'), named);
    const found = await client.diagnostics(uri('dnnsplit.json'), (diagnostics) => diagnostics.length > 0);
    expect(found.map(({ message }) => message)).toContainEqual(expect.stringMatching(sentence));
    await client.closeDocument(uri('dnnsplit.json'));
    await client.request('dnnsplit/close', { modelUri: uri(`${name}.onnx`) });
    await answers();
    expect(client.processId).toBe(before);
  });

  it('shows names in hovers, lenses, actions and diagnostics as they are', async () => {
    await client.request('dnnsplit/open', { modelUri: uri('model.onnx'), token: 'm' });
    const { text: planText } = await client.request('dnnsplit/exportPlan', {
      modelUri: uri('model.onnx'),
      planUri: uri('model.splitplan.json'),
    });
    const plan = JSON.parse(planText);
    plan.links[0].tensors = Array.from({ length: 50 }, () => ({
      name: `${hostileName}${hostileAddress}`,
      dtype: `float32${hostileAddress}`,
      shape: [hostileAddress, 8],
      bytes: 1,
    }));
    const text = JSON.stringify(plan, null, 2);
    writeFileSync(repository.path('model.splitplan.json'), text);
    await client.openDocument(uri('model.splitplan.json'), text);
    const profile = `missing${hostileAddress}`;
    const config = JSON.parse(readFileSync(repository.path('dnnsplit.json'), 'utf8'));
    config.tiers[0].profile = profile;
    const configText = JSON.stringify(config, null, 2);
    await client.openDocument(uri('dnnsplit.json'), configText);
    const found = await client.diagnostics(uri('dnnsplit.json'), (diagnostics) => diagnostics.length > 0);
    for (const { message } of found) expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    let hovers = 0;
    for (const [name, document] of [
      ['model.splitplan.json', text],
      ['dnnsplit.json', configText],
    ] as const) {
      const lines = document.split('\n').length;
      for (let line = 0; line < lines; line += 3) {
        const position = { line, character: 6 };
        const hover: Hover | null = await client.connection.sendRequest('textDocument/hover', {
          textDocument: { uri: uri(name) },
          position,
        });
        if (hover === null) continue;
        hovers++;
        const value = 'value' in Object(hover.contents) ? String(Object(hover.contents).value) : '';
        const { acting, headings, text: shown } = renderedMarkdown(value);
        expect([acting, headings]).toEqual([[], 0]);
        expect(value.length).toBeLessThan(40_000);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }
      const lenses: { command?: { title: string } }[] = await client.connection.sendRequest('textDocument/codeLens', {
        textDocument: { uri: uri(name) },
      });
      for (const { command } of lenses) expect(command?.title).not.toMatch(/(?<!\\)\$\(/);
    }
    expect(hovers).toBeGreaterThan(20);
    await client.closeDocument(uri('dnnsplit.json'));
    await client.closeDocument(uri('model.splitplan.json'));
    await client.request('dnnsplit/close', { modelUri: uri('model.onnx') });
  });

  it('verifies nothing with a package of the folder', async () => {
    const params = { sourceUri: uri('model.onnx'), runs: 1, packageFolder: repository.path('storage'), token: 'v' };
    await expect(client.request('dnnsplit/verify', params)).rejects.toMatchObject({
      data: { code: 'missing-runtime' },
    });
    expect(repository.hasRun()).toBe(false);
  });

  it('tells clients of the log without what terminals obey', () => {
    for (const { text } of client.seen('dnnsplit/log')) expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });
});
