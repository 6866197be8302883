import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { sampleConfig } from '../../support/sampleConfig';

const workspace = resolve(import.meta.dirname, '../../workspace');
const fixtures = resolve(import.meta.dirname, '../../fixtures/models');

describe('dnnsplit on the command line', () => {
  let bundled: Bundled;
  let folder: string;
  const path = (name: string) => join(folder, name);
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bundled.program('cli'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: resolve(workspace, '../..') },
    });
    return { status, stdout, stderr };
  };

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = await mkdtemp(join(tmpdir(), 'dnnsplit-cli-'));
    await cp(join(workspace, 'resnet152.onnx'), path('resnet152.onnx'));
    await writeFile(path('dnnsplit.json'), sampleConfig);
    await cp(join(fixtures, 's_lstm_gru.onnx'), path('lstm.onnx'));
    await cp(join(fixtures, 's_unet_plain.onnx'), path('small.onnx'));
  }, 60_000);
  afterAll(async () => {
    await bundled.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('prints its version and help', async () => {
    const { version } = JSON.parse(await readFile(resolve(workspace, '../../package.json'), 'utf8'));
    expect(run('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    const help = run('--help');
    expect(help.status).toBe(0);
    for (const command of [
      'analyze',
      'plan',
      'graph',
      'report',
      'split',
      'verify',
      'run',
      'serve',
      'deploy',
      'annotate',
      'push',
    ])
      expect(help.stdout).toContain(command);
  });

  it('analyzes a model into the stable JSON', () => {
    const { status, stdout } = run('analyze', 'resnet152.onnx', '--json', '--nodes', '--tensors');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.model).toMatchObject({
      path: 'resnet152.onnx',
      irVersion: 8,
      opsets: { '': 17 },
      nodes: 518,
      macs: 11282415616,
    });
    expect(report.model.inputs).toEqual([
      { name: 'input_layer_2', dtype: 'float32', shape: [1, 3, 224, 224], bytes: 602112 },
    ]);
    expect(report.graph).toEqual({ nodes: 518, dataTensors: 519, unknownTensors: 0, singleTensorCuts: 110 });
    expect(report.candidates.map(({ bytes }: { bytes: number }) => bytes)).toEqual([
      602112, 501760, 401408, 8192, 4000,
    ]);
    for (const candidate of report.candidates) {
      expect(candidate.macsBefore + candidate.macsAfter).toBe(report.model.macs);
      expect(candidate.tensors.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0)).toBe(
        candidate.bytes,
      );
      expect(candidate.singleTensor).toBe(candidate.tensors.length === 1);
    }
    expect(report.nodes).toHaveLength(518);
    expect(Object.keys(report.nodes[0])).toEqual(
      expect.arrayContaining(['id', 'name', 'op', 'macs', 'trafficBytes', 'weightBytes']),
    );
    expect(report.tensors['avg_pool/Mean:0']).toEqual(['float32', [1, 2048, 1, 1]]);
    expect(report.diagnostics).toEqual([]);
  });

  it('leaves the long lists out unless they are asked for', () => {
    const report = JSON.parse(run('analyze', 'small.onnx', '--json').stdout);
    expect(report).not.toHaveProperty('nodes');
    expect(report).not.toHaveProperty('tensors');
  });

  it('binds symbolic dimensions', () => {
    const open = JSON.parse(run('analyze', 'lstm.onnx', '--json').stdout);
    expect(open.openDimensions.length).toBeGreaterThan(0);
    expect(open.assumedDimensions).toEqual({ batch: 1, seq: 128 });
    expect(run('analyze', 'lstm.onnx').stdout).toMatch(/^For batch 1, sequence length 128: assumed/);
    const bindings = open.openDimensions.flatMap(({ symbol }: { symbol: string }, index: number) => [
      '--bind',
      `${symbol}=${index + 2}`,
    ]);
    const bound = JSON.parse(run('analyze', 'lstm.onnx', '--json', ...bindings).stdout);
    expect(bound.openDimensions).toEqual([]);
    expect(bound.graph.unknownTensors).toBe(0);
    expect(bound.model.inputs[0].bytes).toBeGreaterThan(0);
    // A cache before its first token.
    const none = open.openDimensions.flatMap(({ symbol }: { symbol: string }) => ['--bind', `${symbol}=0`]);
    const empty = JSON.parse(run('analyze', 'lstm.onnx', '--json', ...none).stdout);
    expect(empty.openDimensions).toEqual([]);
    expect(empty.model.inputs[0].bytes).toBe(0);
  });

  it('counts the nodes inside of functions', async () => {
    await cp(join(fixtures, 's_functions.onnx'), path('functions.onnx'));
    expect(run('analyze', 'functions.onnx').stdout).toMatch(
      /^nodes +4; inside the functions they call, \d+ depends? on the input$/m,
    );
  });

  it('plans into JSON whose parts add up', () => {
    const { status, stdout } = run('plan', 'resnet152.onnx', '--json', '--pareto');
    expect(status).toBe(0);
    const plan = JSON.parse(stdout);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const times = [
      ...plan.tiers.map((tier: { computeMs: number }) => tier.computeMs),
      ...plan.links.map((link: { transferMs: number }) => link.transferMs),
      ...plan.links.map((link: { answerMs: number }) => link.answerMs),
    ];
    expect(plan.latencyMs).toBeCloseTo(sum(times), 9);
    expect(sum(plan.tiers.map((tier: { nodes: number }) => tier.nodes))).toBe(518);
    expect(plan.exact.gapPercent).toBe(0);
    expect(plan.baselines.map(({ strategy }: { strategy: string }) => strategy)).toEqual([
      'single:device',
      'single:edge',
      'single:cloud',
    ]);
    expect(plan.strategies).toEqual([]);
    const compared = JSON.parse(run('plan', 'small.onnx', '--json', '--compare').stdout);
    expect(compared.strategies.map(({ strategy }: { strategy: string }) => strategy)).toContain('neurosurgeon');
    expect(plan.regimes.length).toBeGreaterThan(1);
    expect(plan.audit.holds).toBe(true);
    expect(plan.pareto.length).toBeGreaterThan(1);
  });

  it('says what it proves, and takes seconds for that', () => {
    const plan = JSON.parse(run('plan', 'small.onnx', '--json', '--pareto', '--deadline', '0').stdout);
    expect([plan.exact.proven, plan.paretoComplete]).toEqual([true, true]);
    expect(plan.paretoLevels).toBeUndefined();
    expect(run('plan', 'small.onnx', '--pareto').stdout).toMatch(/^Pareto-optimal plans \(all of them\)$/m);
    for (const seconds of ['soon', '-1', '']) {
      const { status, stderr } = run('plan', 'small.onnx', '--deadline', seconds);
      expect([status, stderr]).toEqual([2, expect.stringContaining('seconds from 0 upwards')]);
    }
  });

  it('writes the same bytes for the same plan, and they parse', async () => {
    expect(run('plan', 'small.onnx', '-o', 'a.splitplan.json').status).toBe(0);
    expect(run('plan', 'small.onnx', '-o', 'b.splitplan.json').status).toBe(0);
    const text = await readFile(path('a.splitplan.json'), 'utf8');
    expect(await readFile(path('b.splitplan.json'), 'utf8')).toBe(text);
    expect(parsePlan(text).problems).toEqual([]);
    expect(text).not.toContain(folder);
  });

  it('takes objective and strategy, and sweeps a link', () => {
    const single = JSON.parse(run('plan', 'small.onnx', '--json', '--strategy', 'single:device').stdout);
    expect(single.tiers.map(({ nodes }: { nodes: number }) => nodes > 0)).toEqual([true, false, false]);
    const cost = JSON.parse(run('plan', 'small.onnx', '--json', '--objective', 'cost').stdout);
    expect([cost.objective, cost.costPerRequest]).toEqual(['cost', 0]);
    const sweep = JSON.parse(run('plan', 'small.onnx', '--json', '--sweep', 'link=0,from=0.5,to=100').stdout);
    expect(sweep.regimes[0].fromMbps).toBe(0.5);
    expect(sweep.regimes.at(-1).toMbps).toBe(100);
  });

  it('ranks the best plans of the exhaustive search, and split points by the objective', () => {
    const args = ['plan', 'small.onnx', '--json', '--objective', 'energy', '--top', '4'];
    const { ranked, latencyMs } = JSON.parse(run(...args, '--objective', 'latency', '--strategy', 'exhaustive').stdout);
    expect(ranked).toHaveLength(4);
    const latencies = ranked.map((one: { latencyMs: number }) => one.latencyMs);
    expect(latencies[0]).toBe(latencyMs);
    expect(latencies).toEqual([...latencies].sort((a, b) => a - b));
    expect(new Set(ranked.map((one: object) => JSON.stringify(one))).size).toBe(4);
    const text = run('plan', 'small.onnx', '--top', '4', '--strategy', 'exhaustive').stdout;
    expect(text).toMatch(
      /best plans over all positions of the execution order\n.*nodes per tier\n(?: *\S+ [mµ]?s .*\n?){4}/,
    );
    const { candidates, ranked: none } = JSON.parse(run(...args).stdout);
    expect(none).toBeUndefined();
    expect(
      candidates.every((one: { energyJ: number; objectiveValue: number }) => one.energyJ === one.objectiveValue),
    ).toBe(true);
  });

  it('prints tables for people', () => {
    const { stdout } = run('plan', 'resnet152.onnx', '--top', '2', '--sweep', 'link=0');
    expect(stdout).toMatch(/^Do not split/);
    // 5 ms and 602,112 bytes at 20 Mbit/s up, 2.91 ms on the edge, and 5 ms and 4,000 bytes back.
    expect(stdout).toMatch(/latency +255 ms\n += 246 ms link \+ 2\.9\d ms edge \+ 6\.60 ms back/);
    const staying = run('plan', 'resnet152.onnx', '--answer', 'stays').stdout;
    expect(staying).toMatch(/latency +249 ms/);
    expect(stdout).toMatch(/single:device +649 ms/);
    expect(stdout).toMatch(/best single split points\n/);
    expect(run('analyze', 'resnet152.onnx').stdout).toMatch(/515 +avg_pool +8\.19 kB/);
  });

  it('draws a model and a plan as SVG', async () => {
    expect(run('graph', 'small.onnx', '-o', 'model.svg').status).toBe(0);
    expect(await readFile(path('model.svg'), 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    run('plan', 'small.onnx', '-o', 'drawn.splitplan.json');
    expect(run('graph', 'drawn.splitplan.json', '-o', 'plan.svg').status).toBe(0);
    expect(await readFile(path('plan.svg'), 'utf8')).toContain('edge');
    expect(run('graph', 'small.onnx', '-o', 'weights.svg', '--metric', 'weights').status).toBe(0);
    expect(await readFile(path('weights.svg'), 'utf8')).toContain('>Weights, log<');
    expect(run('graph', 'small.onnx', '-o', 'weights.svg', '--metric', 'heat').status).toBe(2);
  });

  it('draws what is around the cut as PDF, with a caption', async () => {
    const drawn = run('graph', 'small.onnx', '-o', 'cut.pdf', '--part', 'cut', '--caption', 'Figure 1: (the cut)');
    expect([drawn.status, drawn.stdout]).toEqual([0, 'cut.pdf\n']);
    const file = await readFile(path('cut.pdf'), 'latin1');
    expect(file).toMatch(/^%PDF-1\.7\n[\s\S]*%%EOF\n$/);
    expect(file).toContain('(Figure 1: \\(the cut\\)) Tj');
  });

  it('writes a report to hand over, as what the ending of the file says', async () => {
    expect(run('report', 'small.onnx', '-o', 'report.html').status).toBe(0);
    expect(await readFile(path('report.html'), 'utf8')).toMatch(
      /^<!DOCTYPE html>[\s\S]*small\.onnx[\s\S]*<\/html>\s*$/,
    );
    expect(run('report', 'small.onnx', '-o', 'report.md').status).toBe(0);
    expect(run('report', 'small.onnx', '-o', '-', '--format', 'md').stdout).toBe(
      await readFile(path('report.md'), 'utf8'),
    );
    expect(run('plan', 'small.onnx', '-o', 'told.splitplan.json').status).toBe(0);
    const told = run('report', 'told.splitplan.json', '-o', '-', '--format', 'md');
    expect(told.stdout).toMatch(/^# Split of small\n[\s\S]*\| This plan \|/);
    const replanned = run('report', 'told.splitplan.json', '-o', '-', '--format', 'md', '--objective', 'cost');
    expect([replanned.status, replanned.stderr]).toEqual([2, expect.stringMatching(/drop --objective/)]);
    const refused = run('report', 'small.onnx', '-o', 'report.pdf');
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringMatching(/ends in \.html or \.md/)]);
  });

  it('writes a compose project once, and again only when it is told to', async () => {
    run('plan', 'small.onnx', '-o', 'c.splitplan.json');
    const deploy = ['deploy', 'c.splitplan.json', '--target', 'compose', '-o', 'out'];
    expect(run(...deploy).status).toBe(0);
    expect(await readFile(path('out/compose/compose.yaml'), 'utf8')).toContain('services:');
    await writeFile(path('out/compose/README.md'), 'mine');
    const refused = run(...deploy);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/^dnnsplit: .*exists.*--force.*\n$/);
    expect(await readFile(path('out/compose/README.md'), 'utf8')).toBe('mine');
    expect(run(...deploy, '--force').status).toBe(0);
  });

  it('keeps the deployments of plans in one folder apart where nobody names another', async () => {
    for (const name of ['one', 'two']) {
      await mkdir(path('plans'), { recursive: true });
      await cp(path('small.onnx'), path(`plans/${name}.onnx`));
      run('plan', `plans/${name}.onnx`, '-o', `plans/${name}.splitplan.json`);
      const told = run('deploy', `plans/${name}.splitplan.json`, '--target', 'compose', '--json');
      expect([told.status, told.stderr]).toEqual([0, '']);
      expect(JSON.parse(told.stdout).files).toContain(join('plans', 'deploy', name, 'compose', 'compose.yaml'));
      expect(await readFile(path(`plans/deploy/${name}/compose/compose.yaml`), 'utf8')).toContain(
        `name: dnnsplit-${name}`,
      );
    }
  });

  it('splits a plan into a folder per tier, and verifies them', async () => {
    run('plan', 'small.onnx', '-o', 'v.splitplan.json');
    const report = JSON.parse(run('split', 'v.splitplan.json', '-o', 'parts', '--json').stdout);
    expect(report.tiers[0]).toMatchObject({ tier: 'device', folder: 'device' });
    expect(run('split', 'v.splitplan.json', '-o', 'parts').stderr).toMatch(/already exists\. Add --force/);
    expect(run('split', 'v.splitplan.json', '-o', 'parts', '--force').status).toBe(0);
    for (const target of ['parts', 'v.splitplan.json']) {
      const { status, stdout } = run('verify', target, '--runs', '2', '--json');
      expect([status, JSON.parse(stdout).identical]).toEqual([0, true]);
    }
    await cp(join(fixtures, 's_inception1.onnx'), path('small.onnx'));
    expect(run('split', 'v.splitplan.json', '-o', 'again').stderr).toMatch(/small\.onnx has changed since this plan/);
    await cp(join(fixtures, 's_unet_plain.onnx'), path('small.onnx'));
  });

  it('refuses to split a model without its weights, and still makes manifests for it', () => {
    run('plan', 'resnet152.onnx', '-o', 'w.splitplan.json');
    const split = run('split', 'w.splitplan.json', '-o', 'none');
    expect([split.status, split.stderr]).toEqual([
      2,
      expect.stringMatching(/^dnnsplit: The weights of .* are missing\. .*\n$/),
    ]);
    const deploy = ['deploy', 'w.splitplan.json', '-t', 'compose,kubernetes,kserve,triton', '-o', 'manifests'];
    expect(run(...deploy).stderr).toMatch(/are missing\. .*--manifests-only/);
    const { status, stdout } = run(...deploy, '--manifests-only', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).files).toContain(join('manifests', 'kubernetes', 'kustomization.yaml'));
  });

  it.each([
    [['analyze', 'missing.onnx'], 2, /missing\.onnx does not exist/],
    [['analyze', 'dnnsplit.json'], 2, /text|not .*ONNX/],
    [['plan', 'small.onnx', '--strategy', 'magic'], 2, /unknown strategy `magic`/],
    [['plan', 'small.onnx', '--objective', 'fame'], 2, /`fame` is not an objective/],
    [['plan', 'small.onnx', '--sweep', 'link=9'], 2, /no link 9/],
    [['plan', 'small.onnx', '--sweep', 'bandwidth'], 2, /must look like link=0/],
    [['plan', 'small.onnx', '--bind', 'batch=zero'], 2, /NAME=NUMBER/],
    [['plan', 'small.onnx', '--bind', 'batch='], 2, /NAME=NUMBER/],
    [['plan', 'small.onnx', '--bind', 'batch=-1'], 2, /from 0 upwards/],
    [['plan', 'small.onnx', '--config', 'none.json'], 2, /no configuration at none\.json/],
    [['plan', 'small.onnx', '--config', 'strict.json'], 1, /maxLatencyMs/],
    [['deploy', 'dnnsplit.json', '--target', 'compose', '-o', 'x'], 2, /dnnsplit\.json:\d+:\d+: /],
    [['deploy', 'a.splitplan.json', '--target', 'spaceship', '-o', 'x'], 2, /Use one or more of: compose/],
    [['fly'], 2, /unknown command/],
    [[], 2, /Usage/],
  ])('%j ends with %i and one sentence', async (args, status, sentence) => {
    await writeFile(
      path('strict.json'),
      '{ "tiers": [{ "id": "a", "gflops": 1 }], "constraints": { "maxLatencyMs": 1 } }',
    );
    const result = run(...args);
    expect(result.stderr).toMatch(sentence);
    expect(result.status).toBe(status);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(/\n\s+at |undefined|\[object/);
  });
});
