import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeLens, Hover } from 'vscode-languageserver-protocol';
import { workspaceTrusted } from '../../../src/shared/protocol/requests';
import { type Bundled, bundlePrograms } from '../../support/bundled';
import { LanguageClient } from './support/languageClient';

const tiny = resolve(import.meta.dirname, '../../workspace/tiny-resnet.onnx');
const profile = '{ "device": "x", "runtime": "y", "recorded": "2026-01-01", "microseconds": {} }';
const config = '{\n  "tiers": [\n    { "id": "a", "gflops": 1, "profile": "../p.profile.json" }\n  ]\n}\n';

describe('the language server in a workspace that may be hostile', () => {
  let bundled: Bundled;
  let folder: string;
  const path = (name: string) => join(folder, name);
  const uri = (name: string) => pathToFileURL(path(name)).href;

  beforeAll(async () => {
    bundled = await bundlePrograms({
      server: 'src/server/main.ts',
      languageServer: 'src/server/languageServer.ts',
      worker: 'src/server/workers/worker.ts',
      relay: 'src/relay/main.ts',
      analysisWorker: 'test/unit/server/support/hangingAnalysisWorker.ts',
      layoutWorker: 'src/server/workers/layoutWorker.ts',
    });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-trust-'));
    mkdirSync(path('repository'));
    copyFileSync(tiny, path('repository/tiny.onnx'));
    copyFileSync(tiny, path('tiny.onnx'));
    writeFileSync(path('p.profile.json'), profile);
    writeFileSync(path('repository/dnnsplit.json'), config);
  }, 60_000);
  afterAll(async () => {
    await bundled.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('touches nothing outside of a document that names it until the workspace is trusted', async () => {
    const client = await LanguageClient.start(bundled.program('server'));
    await client.openDocument(uri('repository/dnnsplit.json'), config);
    const [problem] = await client.diagnostics(uri('repository/dnnsplit.json'), (found) => found.length > 0);
    expect(problem?.message).toMatch(/"\.\.\/p\.profile\.json", which is not in its own folder\. Trust the workspace/);
    const modelUri = uri('repository/tiny.onnx');
    const opened = await client.request('dnnsplit/open', { modelUri, token: 'open' });
    expect([opened.state, opened.configError?.message]).toEqual([
      'ready',
      expect.stringMatching(/Trust the workspace/),
    ]);

    const trusted = client.next('dnnsplit/modelChanged', ({ plan }) => plan !== undefined);
    await client.connection.sendNotification(workspaceTrusted);
    expect((await trusted).configError).toBeUndefined();
    await client.diagnostics(uri('repository/dnnsplit.json'), (found) =>
      found.every(({ message }) => !String(message).includes('trust the workspace')),
    );

    const planUri = uri('repository/p.splitplan.json');
    const { text } = await client.request('dnnsplit/exportPlan', { modelUri, planUri });
    const outside = text.replace('"tiny.onnx"', '"../tiny.onnx"');
    expect(outside).toContain('"../tiny.onnx"');
    const lensesOf = async (one: LanguageClient) => {
      await one.openDocument(planUri, outside);
      const lenses: CodeLens[] = await one.connection.sendRequest('textDocument/codeLens', {
        textDocument: { uri: planUri },
      });
      return lenses.length;
    };
    const wary = await LanguageClient.start(bundled.program('server'), { commands: ['dnnsplit.openGraph'] });
    const trusting = await LanguageClient.start(bundled.program('server'), {
      commands: ['dnnsplit.openGraph'],
      trusted: true,
    });
    expect([await lensesOf(wary), await lensesOf(trusting)]).toEqual([1, 2]);
    for (const one of [client, wary, trusting]) expect(await one.stop()).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('reads no file for a hover, and says what is no file', async () => {
    const client = await LanguageClient.start(bundled.program('server'), { trusted: true });
    execFileSync('mkfifo', [path('pipe.profile.json')]);
    const named = config.replace('p.profile.json', 'pipe.profile.json');
    await client.openDocument(uri('repository/dnnsplit.json'), named);
    const hover: Hover | null = await client.connection.sendRequest('textDocument/hover', {
      textDocument: { uri: uri('repository/dnnsplit.json') },
      position: { line: 2, character: 14 },
    });
    expect(JSON.stringify(hover?.contents)).toContain('Compute: 1 GFLOP/s');
    const [problem] = await client.diagnostics(uri('repository/dnnsplit.json'), (found) => found.length > 0);
    expect(problem?.message).toMatch(/pipe\.profile\.json is a pipe, not a regular file\./);
    execFileSync('mkfifo', [path('pipe.onnx')]);
    const { state, error } = await client.request('dnnsplit/open', { modelUri: uri('pipe.onnx'), token: 'pipe' });
    expect([state, error?.message]).toEqual(['failed', expect.stringMatching(/is a pipe, not a regular file/)]);
    expect(await client.stop()).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('ends with its client while a thread waits for a file for ever', async () => {
    execFileSync('mkfifo', [path('hanging.onnx')]);
    for (const leave of ['stop', 'vanish'] as const) {
      const client = await LanguageClient.start(bundled.program('server'));
      const asked = client.request('dnnsplit/open', { modelUri: uri('hanging.onnx'), token: 'hanging' });
      asked.catch(() => undefined);
      await client.next('dnnsplit/progress', ({ stage }) => stage === 'Waiting for ever');
      if (leave === 'stop') await client.stop();
      else await client.vanish();
    }
  });
});
