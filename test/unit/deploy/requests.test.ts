import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeAction } from 'vscode-languageserver-protocol';
import { requireDocument } from '../../../src/shared/documents/parsedDocument';
import { parseProfile } from '../../../src/shared/documents/parseProfile';
import { clientCommands } from '../../../src/shared/protocol/requests';
import { exportAt, startRelay, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms } from '../../support/bundled';
import { sampleConfig } from '../../support/sampleConfig';
import { LanguageClient } from '../server/support/languageClient';

const root = resolve(import.meta.dirname, '../../..');

describe('a plan that becomes something that runs, through the language server', () => {
  let bundled: Bundled;
  let client: LanguageClient;
  let folder: string;
  let planUri: string;
  const uri = (name: string) => pathToFileURL(join(folder, name)).href;

  beforeAll(async () => {
    bundled = await bundlePrograms({
      server: 'src/server/main.ts',
      languageServer: 'src/server/languageServer.ts',
      worker: 'src/server/workers/worker.ts',
      relay: 'src/relay/main.ts',
      analysisWorker: 'src/server/workers/analysisWorker.ts',
      layoutWorker: 'src/server/workers/layoutWorker.ts',
    });
    folder = await mkdtemp(join(tmpdir(), 'dnnsplit-requests-'));
    await cp(tinyResnet, join(folder, 'tiny.onnx'));
    await writeFile(join(folder, 'dnnsplit.json'), sampleConfig);
    client = await LanguageClient.start(bundled.program('server'), { commands: Object.values(clientCommands) });
    planUri = uri('tiny.splitplan.json');
    const modelUri = uri('tiny.onnx');
    await client.request('dnnsplit/open', { modelUri, token: 'open' });
    await client.request('dnnsplit/override', { modelUri, overrides: { cuts: [7, 14] } });
    const { text } = await client.request('dnnsplit/exportPlan', { modelUri, planUri });
    await writeFile(join(folder, 'tiny.splitplan.json'), text);
    await client.openDocument(planUri, text);
  });
  afterAll(async () => {
    await client?.stop();
    await bundled?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const actions = async (): Promise<string[]> => {
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const params = { textDocument: { uri: planUri }, range, context: { diagnostics: [] } };
    const found: CodeAction[] = await client.connection.sendRequest('textDocument/codeAction', params);
    return found.map(({ title }) => title);
  };

  it('offers every action on the plan, and none once its model is gone', async () => {
    expect(await actions()).toEqual([
      'Generate Docker Compose',
      'Generate Kubernetes',
      'Generate KServe',
      'Generate Triton',
      'Generate Bundles',
      'Generate Ray Serve',
      'Export Split Models',
      'Verify Split Models',
      'Plan Again',
    ]);
    await cp(join(folder, 'tiny.onnx'), join(folder, 'kept'));
    await rm(join(folder, 'tiny.onnx'));
    expect(await actions()).toEqual([]);
    await cp(join(folder, 'kept'), join(folder, 'tiny.onnx'));
  });

  it('exports the split models beside the plan, and overwrites them only when it is told to', async () => {
    const params = { sourceUri: planUri, overwrite: false, token: 'split' };
    const { folderUri, tiers } = await client.request('dnnsplit/split', params);
    expect([folderUri, tiers]).toEqual([uri('deploy/tiny/split'), ['device', 'edge', 'cloud']]);
    for (const tier of tiers) expect(existsSync(join(folder, 'deploy/tiny/split', tier, 'model.onnx'))).toBe(true);
    await expect(client.request('dnnsplit/split', params)).rejects.toMatchObject({ data: { code: 'file-exists' } });
    await client.request('dnnsplit/split', { ...params, overwrite: true });
  });

  it('puts the parts where the manifests of a target want them', async () => {
    const { fileUris } = await client.request('dnnsplit/exportModels', {
      sourceUri: planUri,
      target: 'triton',
      overwrite: false,
      manifestsOnly: false,
      token: 'models',
    });
    expect(fileUris).toEqual(
      expect.arrayContaining([
        // A Raspberry Pi has no image of Triton: its relay runs the part itself.
        uri('deploy/tiny/triton/contracts/device/model.onnx'),
        ...['edge', 'cloud'].flatMap((tier) => [
          uri(`deploy/tiny/triton/${tier}/tiny_${tier}/1/model.onnx`),
          uri(`deploy/tiny/triton/${tier}/tiny_${tier}/config.pbtxt`),
        ]),
      ]),
    );
    for (const file of fileUris) expect(existsSync(fileURLToPath(file))).toBe(true);
  });

  it('verifies the parts against the whole, and says when it has nothing to run them with', async () => {
    const params = { sourceUri: planUri, runs: 2, token: 'verify' };
    const report = await client.request('dnnsplit/verify', { ...params, packageFolder: root });
    expect(report).toMatchObject({ identical: true, tiers: ['device', 'edge', 'cloud'], runs: 2 });
    await expect(client.request('dnnsplit/verify', { ...params, packageFolder: folder })).rejects.toMatchObject({
      data: { code: 'missing-runtime' },
    });
  });

  it('measures the model on this machine for a tier, and says when it has nothing to run it with', async () => {
    const params = { modelUri: uri('tiny.onnx'), tier: 'edge', host: null, token: 'measure' };
    const measured = await client.request('dnnsplit/measureModel', { ...params, packageFolder: root });
    expect(measured).toMatchObject({ path: 'profiles/tiny.onnx.edge.profile.json', nodes: 21, measuredNodes: 21 });
    const profile = requireDocument(parseProfile(measured.profileText), 'invalid-profile', 'the profile');
    expect(profile).toMatchObject({ threads: 1, optimization: 'all', runs: 20, model: { name: 'tiny.onnx' } });
    const summed = Object.values(profile.microseconds).reduce((sum, time) => sum + time, 0);
    expect(summed / 1000).toBeCloseTo(measured.runMs, 1);
    await expect(client.request('dnnsplit/measureModel', { ...params, packageFolder: folder })).rejects.toMatchObject({
      data: { code: 'missing-runtime' },
    });
  });

  it.each(['-oProxyCommand=touch x', 'pi -p 1', 'pi\nx'])(
    'connects to no machine that is no name: %j',
    async (host) => {
      const params = { modelUri: uri('tiny.onnx'), tier: 'edge', host, packageFolder: root, token: 'measure' };
      await expect(client.request('dnnsplit/measureModel', params)).rejects.toMatchObject({
        data: { code: 'bad-usage' },
      });
      const way = { host, isLower: false, token: 'way' };
      await expect(client.request('dnnsplit/measureLink', way)).rejects.toMatchObject({ data: { code: 'bad-usage' } });
    },
  );

  it('measures the way to a relay that runs, and says where none answers', async () => {
    const split = exportAt(tinyResnet, [0.5]);
    await writeFile(join(folder, 'token'), 'secret\n', { mode: 0o600 });
    const guarded = ['--token-file', join(folder, 'token')];
    const relay = await startRelay(bundled.program('relay'), split.contractPaths[1] ?? '', ...guarded);
    const asked = { address: `http://127.0.0.1:${relay.port}`, token: 'way' };
    try {
      const values = await client.request('dnnsplit/measureWay', { ...asked, accessToken: 'secret' });
      expect(Object.keys(values)).toEqual(['bandwidthMbps', 'latencyMs']);
      expect(Math.min(values.bandwidthMbps, values.latencyMs)).toBeGreaterThan(0);
      const refused = { data: { code: 'bad-usage', message: expect.stringContaining(asked.address) } };
      await expect(client.request('dnnsplit/measureWay', asked)).rejects.toMatchObject(refused);
    } finally {
      await relay.end();
      split.remove();
    }
    const nowhere = client.request('dnnsplit/measureWay', { ...asked, address: 'nowhere' });
    await expect(nowhere).rejects.toMatchObject({ data: { code: 'bad-usage' } });
  });

  it('describes a tier by no other models where too few were measured', async () => {
    const modelUri = uri('tiny.onnx');
    expect(await client.request('dnnsplit/measuredDevices', { modelUri })).toEqual([]);
    const asked = client.request('dnnsplit/calibrate', { modelUri, tier: 'edge', device: 'pi', token: 'fit' });
    await expect(asked).rejects.toMatchObject({ data: { message: expect.stringContaining('Fewer than 5 models') } });
  });

  it('refuses a plan whose model has changed', async () => {
    await cp(resolve(root, 'test/fixtures/models/s_unet_plain.onnx'), join(folder, 'tiny.onnx'));
    const params = { sourceUri: planUri, overwrite: true, token: 'changed' };
    await expect(client.request('dnnsplit/split', params)).rejects.toMatchObject({
      data: { code: 'invalid-plan', message: expect.stringMatching(/has changed since this plan was made/) },
    });
  });
});
