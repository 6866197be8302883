import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hover } from 'vscode-languageserver-protocol';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { LanguageClient } from '../server/support/languageClient';

describe('dnnsplit lsp', () => {
  let bundled: Bundled;
  let folder: string;
  beforeAll(async () => {
    bundled = await bundlePrograms({
      ...commandLine,
      server: 'src/server/main.ts',
      languageServer: 'src/server/languageServer.ts',
      worker: 'src/server/workers/worker.ts',
      analysisWorker: 'src/server/workers/analysisWorker.ts',
      layoutWorker: 'src/server/workers/layoutWorker.ts',
    });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-lsp-'));
  });
  afterAll(async () => {
    await bundled.remove();
    rmSync(folder, { recursive: true });
  });

  it('checks and explains a configuration over standard streams, and ends when it is told to', async () => {
    const client = await LanguageClient.start(bundled.program('cli'), {}, ['lsp']);
    const text = '{ "tiers": [{ "id": "edge", "preset": "t4" }, { "id": "cloud", "preset": "a10q" }] }';
    const path = join(folder, 'dnnsplit.json');
    writeFileSync(path, text);
    const uri = pathToFileURL(path).href;
    await client.openDocument(uri, text);
    const diagnostics = await client.diagnostics(uri, (found) => found.length > 0);
    expect(diagnostics.map(({ message }) => message)).toEqual([expect.stringContaining("did you mean 'a10g'?")]);
    await client.changeDocument(uri, 2, text.replace('a10q', 'a10g'));
    await client.diagnostics(uri, (found) => found.length === 0);
    const hover: Hover = await client.connection.sendRequest('textDocument/hover', {
      textDocument: { uri },
      position: { line: 0, character: text.indexOf('edge') },
    });
    expect(JSON.stringify(hover.contents)).toContain('NVIDIA T4');
    expect(await client.stop()).toBe(0);
  });
});
