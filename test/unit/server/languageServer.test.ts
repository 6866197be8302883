import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { CodeAction, CodeLens, Hover } from 'vscode-languageserver-protocol';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { type Bundled, bundlePrograms } from '../../support/bundled';
import { renderedMarkdown } from '../../support/renderedMarkdown';
import { sampleConfig } from '../../support/sampleConfig';
import { LanguageClient } from './support/languageClient';

const workspace = resolve(import.meta.dirname, '../../workspace');

describe('the language server over stdio', () => {
  let bundled: Bundled;
  let client: LanguageClient;
  let folder: string;
  const config = sampleConfig;
  const path = (name: string) => join(folder, name);
  const uri = (name: string) => pathToFileURL(path(name)).href;
  const open = (name: string) => client.request('dnnsplit/open', { modelUri: uri(name), token: name });

  beforeAll(async () => {
    bundled = await bundlePrograms({
      server: 'src/server/main.ts',
      languageServer: 'src/server/languageServer.ts',
      worker: 'src/server/workers/worker.ts',
      relay: 'src/relay/main.ts',
      analysisWorker: 'test/unit/server/support/crashingAnalysisWorker.ts',
      layoutWorker: 'src/server/workers/layoutWorker.ts',
    });
    folder = await mkdtemp(join(tmpdir(), 'dnnsplit-workspace-'));
    await cp(join(workspace, 'resnet152.onnx'), path('resnet152.onnx'));
    await writeFile(path('dnnsplit.json'), config);
    client = await LanguageClient.start(bundled.program('server'));
  });
  beforeEach(() => client.forget());
  afterAll(async () => {
    expect(await client.stop()).toBe(0);
    await bundled.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('opens a model: its candidates, its plan, its configuration, with progress on the way', async () => {
    const snapshot = await open('resnet152.onnx');
    expect(snapshot.state).toBe('ready');
    const bytes = snapshot.analysis?.candidates.map((candidate) => candidate.bytes);
    expect(bytes).toEqual([602112, 501760, 401408, 8192, 4000]);
    expect(snapshot.configUri).toBe(uri('dnnsplit.json'));
    expect(snapshot.plan?.tiers.map(({ id }) => id)).toEqual(['device', 'edge', 'cloud']);
    expect(snapshot.plan?.exact.gapPercent).toBe(0);
    expect(client.seen('dnnsplit/progress').every(({ token }) => token === 'resnet152.onnx')).toBe(true);
    expect(client.seen('dnnsplit/progress').length).toBeGreaterThan(2);
    const compared = await client.next('dnnsplit/modelChanged', ({ plan }) => (plan?.strategies.length ?? 0) > 0);
    expect(compared.revision).toBeGreaterThan(snapshot.revision);
  });

  it('answers the tools of assistants below the folders that it is given', async () => {
    const ask = (tool: string, model: string) =>
      client.request('dnnsplit/tool', {
        tool,
        input: { model },
        rootUris: [pathToFileURL(folder).href],
        writableUris: [],
      });
    const { text, isError } = await ask('analyze_model', path('resnet152.onnx'));
    const { candidates } = JSON.parse(text);
    expect([isError, candidates.map(({ bytes }: { bytes: number }) => bytes)]).toEqual([
      false,
      [602112, 501760, 401408, 8192, 4000],
    ]);
    expect((await ask('analyze_model', join(workspace, 'resnet152.onnx'))).isError).toBe(true);
    expect((await ask('remove_model', path('resnet152.onnx'))).isError).toBe(true);
  });

  it('lays out the picture along with the model, before it compares strategies', async () => {
    const apart = await mkdtemp(join(tmpdir(), 'dnnsplit-pictured-'));
    await cp(path('resnet152.onnx'), join(apart, 'pictured.onnx'));
    const modelUri = pathToFileURL(join(apart, 'pictured.onnx')).href;
    await client.request('dnnsplit/open', { modelUri, token: 'pictured', picture: { folded: null } });
    const compared = client.next('dnnsplit/modelChanged', ({ plan }) => (plan?.strategies.length ?? 0) > 0);
    const scene = await client.request('dnnsplit/scene', { modelUri, folded: null, token: 'asked' });
    expect(scene.nodes.length).toBeGreaterThan(10);
    // It was under way already: nothing was laid out for the one who asked.
    const stages = client.seen('dnnsplit/progress').filter(({ stage }) => stage === 'Finding repeated blocks');
    expect(stages).toEqual([expect.objectContaining({ token: 'pictured' })]);
    await compared;
    await client.request('dnnsplit/close', { modelUri });
    await rm(apart, { recursive: true });
  });

  it('makes a picture of what is on the screen: metric, words and the plan that the plan is held against', async () => {
    const plain = { modelUri: uri('resnet152.onnx'), folded: null, theme: 'light' } as const;
    const { content: svg } = await client.request('dnnsplit/picture', plain);
    expect(svg).toContain('>Time, log<');
    // Below it stands what it shows.
    expect(svg).toMatch(/>resnet152\.onnx: Do not split\. Run everything on edge: [\d.]+ ms/);
    const texts = { 'legend.log.weights': 'Gewichte' };
    const asked = { ...plain, metric: 'weights', compare: 'single:device', texts } as const;
    const { content: held } = await client.request('dnnsplit/picture', asked);
    expect(held).toContain('>Gewichte<');
    expect(held).toContain('>E → D<');
    expect(svg).not.toContain('>E → D<');
    const { content: pdf } = await client.request('dnnsplit/picture', { ...plain, format: 'pdf', part: 'cut' });
    expect(pdf).toMatch(/^%PDF-1\.7\n[\s\S]*%%EOF\n$/);
    expect(pdf).toContain('(resnet152.onnx: ');
  });

  it('plans again when the configuration is saved, not while it is edited', async () => {
    const modelUri = uri('resnet152.onnx');
    const slower = config.replace('"bandwidthMbps": 20,', '"bandwidthMbps": 0.05,');
    await client.openDocument(uri('dnnsplit.json'), config);
    await client.changeDocument(uri('dnnsplit.json'), 2, slower);
    await client.diagnostics(uri('dnnsplit.json'), (found) => found.length === 0);
    expect(client.seen('dnnsplit/modelChanged')).toEqual([]);
    await writeFile(path('dnnsplit.json'), slower);
    await client.fileChanged(uri('dnnsplit.json'));
    const changed = await client.next('dnnsplit/modelChanged', ({ plan }) => plan?.links[0]?.bandwidthMbps === 0.05);
    expect(changed.modelUri).toBe(modelUri);
    expect(changed.plan?.tiers[0]?.nodes).toBe(518);
    await writeFile(path('dnnsplit.json'), config);
    await client.fileChanged(uri('dnnsplit.json'));
    await client.next('dnnsplit/modelChanged', ({ plan }) => plan?.links[0]?.bandwidthMbps === 20);
    await client.closeDocument(uri('dnnsplit.json'));
  });

  it('keeps the last plan and says what is wrong with a broken configuration', async () => {
    await writeFile(path('dnnsplit.json'), config.replace('"links": [', '"links": '));
    await client.fileChanged(uri('dnnsplit.json'));
    const broken = await client.next('dnnsplit/modelChanged', ({ configError }) => configError !== undefined);
    expect(broken.state).toBe('ready');
    expect(broken.plan?.latencyMs).toBeGreaterThan(0);
    expect(broken.configError?.message).toMatch(/dnnsplit\.json:\d+:\d+: [^\n]+\.$/);
    expect((await client.request('dnnsplit/overlay', { modelUri: uri('resnet152.onnx') })).tierOfNode).toHaveLength(
      518,
    );
    await writeFile(path('dnnsplit.json'), config);
    await client.fileChanged(uri('dnnsplit.json'));
    await client.next('dnnsplit/modelChanged', ({ configError }) => configError === undefined);
  });

  it.each([
    ['"raspberry-pi-4"', '"raspberry-pi-44"', /no preset 'raspberry-pi-44'; did you mean 'raspberry-pi-4'/],
    ['"objective": "latency"', '"objective": "speed"', /'objective' cannot be 'speed'/],
    ['"preset": "t4"', '"preset": "t4", "profile": "none.profile.json"', /no profile at none\.profile\.json/],
    ['"objective"', '"constraints": { "pin": { "x": "moon" } }, "objective"', /no tier 'moon'/],
    ['{ "id": "cloud", "preset": "a10g" }', '', /2 tiers need 1 link/],
  ])('diagnoses %s -> %s', async (before, after, sentence) => {
    await client.openDocument(uri('dnnsplit.json'), config.replace(before, after));
    const found = await client.diagnostics(uri('dnnsplit.json'), (diagnostics) => diagnostics.length > 0);
    expect(found.map(({ message }) => message).join('\n')).toMatch(sentence);
    await client.closeDocument(uri('dnnsplit.json'));
  });

  it('diagnoses constraints that no plan keeps, where they stand', async () => {
    const impossible = config.replace('"objective"', '"constraints": { "maxLatencyMs": 0.001 }, "objective"');
    await writeFile(path('dnnsplit.json'), impossible);
    await client.openDocument(uri('dnnsplit.json'), impossible);
    await client.fileChanged(uri('dnnsplit.json'));
    const [found] = await client.diagnostics(uri('dnnsplit.json'), (diagnostics) => diagnostics.length > 0);
    expect(found?.message).toMatch(/maxLatencyMs/);
    expect(impossible.split('\n')[found?.range.start.line ?? 0]).toContain('"constraints"');
    await client.closeDocument(uri('dnnsplit.json'));
    await writeFile(path('dnnsplit.json'), config);
    await client.fileChanged(uri('dnnsplit.json'));
    await client.next('dnnsplit/modelChanged', ({ configError }) => configError === undefined);
  });

  it('tries overrides and refuses those that mean nothing, without losing the plan', async () => {
    const modelUri = uri('resnet152.onnx');
    const slow = await client.request('dnnsplit/override', { modelUri, overrides: { bandwidthMbps: [0.05, null] } });
    expect(slow.plan?.tiers[0]?.nodes).toBe(518);
    const cut = await client.request('dnnsplit/override', { modelUri, overrides: { cuts: [493, 493] } });
    expect(cut.plan?.tiers.map(({ nodes }) => nodes)).toEqual([493, 0, 25]);
    const refused = client.request('dnnsplit/override', { modelUri, overrides: { pin: { conv1_conv: 'moon' } } });
    await expect(refused).rejects.toMatchObject({
      data: { code: 'bad-usage', message: expect.stringMatching(/moon/) },
    });
    const back = await client.request('dnnsplit/override', { modelUri, overrides: {} });
    expect(back.configError).toBeUndefined();
    expect(back.plan?.links[0]?.bandwidthMbps).toBe(20);
  });

  it('maps the best plans over two bandwidths, and gives way to a change', async () => {
    const modelUri = uri('resnet152.onnx');
    const links = [0, 1] as const;
    const map = await client.request('dnnsplit/regions', { modelUri, links });
    expect(map?.regions.length).toBeGreaterThan(1);
    // Both bandwidths are what the map is over: it stays the same when they change.
    await client.request('dnnsplit/override', { modelUri, overrides: { bandwidthMbps: [3, 77] } });
    expect(await client.request('dnnsplit/regions', { modelUri, links })).toEqual(map);
    const changed = client.request('dnnsplit/override', { modelUri, overrides: { objective: 'throughput' } });
    const overtaken = client.request('dnnsplit/regions', { modelUri, links });
    const again = client.request('dnnsplit/override', { modelUri, overrides: { objective: 'cost' } });
    await Promise.all([changed, again]);
    const late = await overtaken.catch((error: { data?: { code?: string } }) => error.data?.code);
    expect(late === 'canceled' || typeof late === 'object').toBe(true);
    expect(await client.request('dnnsplit/regions', { modelUri, links: [1, 0] })).toBeNull();
    await client.request('dnnsplit/override', { modelUri, overrides: {} });
  });

  it('tells what a cut would give without making it', async () => {
    const modelUri = uri('resnet152.onnx');
    const before = await open('resnet152.onnx');
    const overrides = { cuts: [493, 493] };
    const preview = await client.request('dnnsplit/preview', { modelUri, overrides });
    const impossible = { cuts: [493, 12] };
    expect(await client.request('dnnsplit/preview', { modelUri, overrides: impossible })).toMatchObject({
      refused: {
        code: 'bad-usage',
        message: expect.stringMatching(/^The split point from `edge` to `cloud` is at 12/),
      },
    });
    const cut = await client.request('dnnsplit/override', { modelUri, overrides });
    expect(preview).toEqual({
      preview: {
        latencyMs: cut.plan?.latencyMs,
        costPerRequest: cut.plan?.costPerRequest,
        bytes: cut.plan?.links.map(({ bytes }) => bytes),
        tensors: cut.plan?.links.map(({ tensors }) => tensors.length),
      },
    });
    expect(cut.plan?.latencyMs).not.toBe(before.plan?.latencyMs);
    // The plan that this replaces stays to be held against it, and the snapshot says what was tried.
    expect(cut.plan?.withoutTried?.latencyMs).toBeCloseTo(before.plan?.latencyMs ?? Number.NaN, 9);
    expect([before.plan?.withoutTried, before.tried, cut.tried]).toEqual([undefined, undefined, overrides]);
    await client.request('dnnsplit/override', { modelUri, overrides: {} });
    await client.request('dnnsplit/close', { modelUri });
  });

  it('compares with every strategy that it lists, also while a cut is tried out', async () => {
    const modelUri = uri('resnet152.onnx');
    await open('resnet152.onnx');
    const tried = await client.request('dnnsplit/override', { modelUri, overrides: { cuts: [493, null] } });
    const nodes = tried.plan?.tiers.reduce((sum, tier) => sum + tier.nodes, 0);
    const { plan: onEdge } = await client.request('dnnsplit/compare', { modelUri, strategy: 'single:edge' });
    expect(onEdge.tiers.map((tier) => tier.nodes)).toEqual([0, nodes, 0]);
    // A strategy that can keep the cut does.
    const { plan: exact } = await client.request('dnnsplit/compare', { modelUri, strategy: 'exact' });
    expect(exact.tiers[0]?.nodes).toBe(tried.plan?.tiers[0]?.nodes);
    await client.request('dnnsplit/override', { modelUri, overrides: {} });
    await client.request('dnnsplit/close', { modelUri });
  });

  it('answers every override of a burst, the last one as asked', async () => {
    const modelUri = uri('resnet152.onnx');
    const burst = [1, 2, 3, 4, 5].map((mbps) =>
      client.request('dnnsplit/override', { modelUri, overrides: { bandwidthMbps: [mbps, null] } }),
    );
    const snapshots = await Promise.all(burst);
    expect(snapshots.at(-1)?.plan?.links[0]?.bandwidthMbps).toBe(5);
    await client.request('dnnsplit/override', { modelUri, overrides: {} });
  });

  it('lays the graph out and adds the plan to it', async () => {
    const modelUri = uri('resnet152.onnx');
    const scene = await client.request('dnnsplit/scene', { modelUri, folded: null, token: 'scene' });
    expect(scene.nodes.length).toBeGreaterThan(20);
    const again = await client.request('dnnsplit/scene', { modelUri, folded: [...scene.folded], token: 'scene' });
    expect(again.nodes.length).toBe(scene.nodes.length);
    const overlay = await client.request('dnnsplit/overlay', { modelUri });
    expect(overlay.tierOfNode).toHaveLength(518);
    expect(overlay.boundaries[0]?.text).toMatch(/1x3x224x224 float32 . 602 kB . 246 ms/);
  });

  it('finds nodes and tells everything about one', async () => {
    const modelUri = uri('resnet152.onnx');
    const [hit] = await client.request('dnnsplit/search', { modelUri, query: 'avg_pool', limit: 5 });
    expect(hit?.label).toBe('avg_pool');
    const details = await client.request('dnnsplit/nodeDetails', { modelUri, nodeId: hit?.nodeId ?? '' });
    expect(details.op).toBe('GlobalAveragePool');
    expect(details.timeMsPerTier.map(({ tier }) => tier)).toEqual(['device', 'edge', 'cloud']);
    const missing = client.request('dnnsplit/nodeDetails', { modelUri, nodeId: 'nothing' });
    await expect(missing).rejects.toMatchObject({ data: { code: 'bad-usage' } });
  });

  it('exports a plan with actions, lenses, hovers and diagnostics of its own', async () => {
    const planUri = uri('resnet152.splitplan.json');
    const modelUri = uri('resnet152.onnx');
    const { text } = await client.request('dnnsplit/exportPlan', { modelUri, planUri });
    expect((await client.request('dnnsplit/exportPlan', { modelUri, planUri })).text).toBe(text);
    const plan = parsePlan(text);
    expect(plan.problems).toEqual([]);
    await writeFile(path('resnet152.splitplan.json'), text);
    await client.openDocument(planUri, text);
    expect(await client.diagnostics(planUri, () => true)).toEqual([]);
    const textDocument = { uri: planUri };
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const actions: CodeAction[] = await client.connection.sendRequest('textDocument/codeAction', {
      textDocument,
      range,
      context: { diagnostics: [] },
    });
    expect(actions.map(({ title }) => title)).toEqual([
      'Generate Docker Compose',
      'Generate Kubernetes',
      'Generate KServe',
      'Generate Triton',
      'Generate Bundles',
      'Generate Ray Serve',
    ]);
    expect(actions[0]?.command).toMatchObject({
      command: 'dnnsplit.generate',
      arguments: [{ sourceUri: planUri, target: 'compose' }],
    });
    const lenses: CodeLens[] = await client.connection.sendRequest('textDocument/codeLens', { textDocument });
    expect(lenses.map(({ command }) => command?.title)).toEqual([expect.stringMatching(/^Predicted: 255 ms/)]);
    const line = text.split('\n').findIndex((one) => one.includes('"tiers"')) + 2;
    const hover: Hover | null = await client.connection.sendRequest('textDocument/hover', {
      textDocument,
      position: { line, character: 10 },
    });
    expect(JSON.stringify(hover?.contents)).toMatch(/device.*is idle\./);
    const { files, folderUri } = await client.request('dnnsplit/generate', { sourceUri: planUri, target: 'compose' });
    expect(files.map((file) => file.path)).toEqual(
      expect.arrayContaining(['compose.yaml', 'README.md', 'relay/relay.js']),
    );
    const token = 'export';
    const weightless = client.request('dnnsplit/split', { sourceUri: planUri, overwrite: false, token });
    await expect(weightless).rejects.toMatchObject({ data: { code: 'external-data' } });
    expect(folderUri).toBe(uri('deploy/resnet152/compose'));
  });

  it('finds out when a plan no longer fits to its model or was broken by hand', async () => {
    const planUri = uri('resnet152.splitplan.json');
    const modelUri = uri('resnet152.onnx');
    await client.request('dnnsplit/override', { modelUri, overrides: { cuts: [493, 493] } });
    const { text } = await client.request('dnnsplit/exportPlan', { modelUri, planUri });
    await client.request('dnnsplit/override', { modelUri, overrides: {} });
    const edited = [
      [text.replace(/"structureHash": "[^"]+"/, '"structureHash": "sha256:0"'), /model has changed/],
      [text.replace('"493..517"', '"493..516"'), / is not on any tier\./],
      [text.replace('"493..517"', '"493..9999"'), /no nodes '493\.\.9999'/],
      [text.replace('"493..517"', '"480..517"'), /is listed on both 'device' and 'cloud'/],
      [text.replace('"493..517"', '"0..492"').replace('"0..492"', '"493..517"'), /This split is not valid/],
    ] as const;
    let version = 10;
    for (const [broken, sentence] of edited) {
      expect(broken).not.toBe(text);
      await client.changeDocument(planUri, ++version, broken);
      const found = await client.diagnostics(planUri, (all) =>
        all.some(({ message }) => sentence.test(String(message))),
      );
      expect(found.length).toBeGreaterThan(0);
    }
    await client.closeDocument(planUri);
  });

  it('offers on a configuration what can be done with its models', async () => {
    await client.openDocument(uri('dnnsplit.json'), config);
    const textDocument = { uri: uri('dnnsplit.json') };
    const line = config.split('\n').findIndex((one) => one.includes('raspberry-pi-4'));
    const params = { textDocument, position: { line, character: 8 } };
    const hover: Hover | null = await client.connection.sendRequest('textDocument/hover', params);
    const { text: shown } = renderedMarkdown(String(Object(hover?.contents).value));
    expect(shown).toMatch(/Raspberry Pi 4.*30.4 GFLOP\/s.*ncnn/);
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const actions: CodeAction[] = await client.connection.sendRequest('textDocument/codeAction', {
      textDocument,
      range,
      context: { diagnostics: [] },
    });
    const targets = ['Docker Compose', 'Kubernetes', 'KServe', 'Triton', 'Bundles', 'Ray Serve'];
    expect(actions.map(({ title }) => title)).toEqual(targets.map((name) => `Generate ${name}`));
    const again = await client.request('dnnsplit/planAgain', { sourceUri: uri('dnnsplit.json') });
    expect(again.modelUris).toEqual([uri('resnet152.onnx')]);
    await client.closeDocument(uri('dnnsplit.json'));
  });

  const broken = [
    ['empty.onnx', () => new Uint8Array(), /empty/],
    ['notes.onnx', () => new TextEncoder().encode('These are my notes, not a model.\n'), /text/],
    ['truncated.onnx', (model: Uint8Array) => model.subarray(0, model.length / 2), /truncated|ends/],
    ['missing.onnx', undefined, /does not exist/],
  ] as const;
  it.each(broken)('says in one sentence what is wrong with %s', async (name, bytesOf, sentence) => {
    const model = await readFile(path('resnet152.onnx'));
    if (bytesOf !== undefined) await writeFile(path(name), bytesOf(model));
    const { state, error } = await open(name);
    expect(state).toBe('failed');
    expect(error?.message).toMatch(sentence);
    expect(error?.message).not.toMatch(/\n|Error:|undefined/);
    await client.request('dnnsplit/close', { modelUri: uri(name) });
  });

  it('recovers when a bad file becomes a good one', async () => {
    await writeFile(path('late.onnx'), 'soon');
    expect((await open('late.onnx')).state).toBe('failed');
    await cp(path('resnet152.onnx'), path('late.onnx'));
    await client.fileChanged(uri('late.onnx'));
    const ready = await client.next(
      'dnnsplit/modelChanged',
      ({ modelUri, state }) => modelUri === uri('late.onnx') && state === 'ready',
    );
    expect(ready.error).toBeUndefined();
  });

  it('rejects a canceled request at once and goes on', async () => {
    await cp(path('resnet152.onnx'), path('endless.onnx'));
    const source = new CancellationTokenSource();
    const params = { modelUri: uri('endless.onnx'), token: 'endless' };
    const opening = client.connection.sendRequest('dnnsplit/open', params, source.token);
    const outcome = expect(opening).rejects.toMatchObject({ code: -32800, data: { code: 'canceled' } });
    await client.next('dnnsplit/progress', ({ stage }) => stage === 'Going round in circles');
    source.cancel();
    await outcome;
    expect((await open('resnet152.onnx')).state).toBe('ready');
  });

  it('fails what waits when the worker dies, with a clear sentence, and starts it anew', async () => {
    await cp(path('resnet152.onnx'), path('crash.onnx'));
    const crashed = await open('crash.onnx');
    expect(crashed.error).toMatchObject({
      code: 'worker-crashed',
      message: expect.stringMatching(/stopped unexpectedly/),
    });
    expect(client.seen('dnnsplit/log').some(({ level }) => level === 'error')).toBe(true);
    const recovered = await open('resnet152.onnx');
    expect(recovered.state).toBe('ready');
    expect(recovered.plan?.tiers).toHaveLength(3);
  });

  it('offers only the commands that its client carries out', async () => {
    const commands = ['dnnsplit.generate', 'dnnsplit.planAgain', 'dnnsplit.openGraph'];
    const able = await LanguageClient.start(bundled.program('server'), { commands, editorValidatesSchema: true });
    await able.openDocument(uri('dnnsplit.json'), config);
    const textDocument = { uri: uri('dnnsplit.json') };
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const params = { textDocument, range, context: { diagnostics: [], only: ['dnnsplit.plan'] } };
    const actions: CodeAction[] = await able.connection.sendRequest('textDocument/codeAction', params);
    expect(actions.map(({ title }) => title)).toEqual(['Plan Again']);
    const lenses: CodeLens[] = await able.connection.sendRequest('textDocument/codeLens', { textDocument });
    expect(lenses.every(({ command }) => command?.command === 'dnnsplit.openGraph')).toBe(true);
    expect(lenses.length).toBeGreaterThan(0);
    await able.changeDocument(
      uri('dnnsplit.json'),
      2,
      config.replace('"objective": "latency"', '"objective": "speed"'),
    );
    expect(await able.diagnostics(uri('dnnsplit.json'), () => true)).toEqual([]);
    expect(await able.stop()).toBe(0);
  });

  it('refuses what is not a file on this machine, and models that are not open', async () => {
    const remote = client.request('dnnsplit/open', {
      modelUri: 'vscode-vfs://github/a/b.onnx',
      token: 'r',
      picture: { folded: null },
    });
    await expect(remote).rejects.toMatchObject({ data: { code: 'file-system' } });
    const closed = client.request('dnnsplit/overlay', { modelUri: uri('never.onnx') });
    await expect(closed).rejects.toMatchObject({ data: { code: 'bad-usage' } });
    // An opening that was begun all the same would have failed with nobody to hear it.
    expect(client.seen('dnnsplit/log').map(({ text }) => text)).toEqual([]);
  });
});
