import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { configOf, settingsOf } from '../../../src/app/model/configuredModel';
import { planAnalyzed } from '../../../src/app/plan/planAnalyzed';
import { profileFromTrace } from '../../../src/app/profile/profileModel';
import { planReport } from '../../../src/engine/report/planReport';
import { checkWeights, modelInputs } from '../../../src/runtime/profiling/modelInputs';
import { configProblems } from '../../../src/server/language/diagnostics';
import { parseProfile } from '../../../src/shared/documents/parseProfile';
import type { ProfileDocument } from '../../../src/shared/documents/profile';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { type Event, readEvents, renameKernels, renameNodes, writeEvents } from './renamed';

const root = resolve(import.meta.dirname, '../../..');
const models = join(root, 'test/fixtures/models');
const tiny = join(root, 'test/workspace/tiny-resnet.onnx');
const fixture = (name: string) => join(models, `${name}.onnx`);

let bundled: Bundled;
let folder: string;
const path = (name: string) => join(folder, name);
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundled.program('cli'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: path('temporary'), DNNSPLIT_RUNTIME_FOLDER: root },
  });
  return { status, stdout, stderr };
};
const runJson = (...args: string[]) => {
  const result = run(...args, '--json');
  expect(result.status, result.stderr).toBe(0);
  const report = JSON.parse(result.stdout);
  // What is warned of is told to the person who runs the command as well, and nothing else is.
  const warned: readonly string[] = report.warnings ?? [];
  expect(result.stderr).toBe(warned.map((warning) => `dnnsplit: warning: ${warning}\n`).join(''));
  return report;
};
const readProfile = (name: string): ProfileDocument => {
  const { document } = parseProfile(readFileSync(path(name), 'utf8'));
  if (document === undefined) throw new Error(`${name} is no profile`);
  return document;
};
const importTrace = (model: string, trace: string) => {
  const analyzed = analyzeFile(model, {});
  const source = { device: 'x', runtime: 'onnxruntime', recorded: '2026-01-01', warmup: 1 };
  const profiled = profileFromTrace(path(trace), analyzed, source);
  return { graph: analyzed.graph, profiled, times: new Map(Object.entries(profiled.document.microseconds)) };
};
const twoTiers = (profile: string) =>
  `{\n  "tiers": [\n    { "id": "device", "gflops": 10, "profile": "${profile}" },\n    { "id": "cloud", "gflops": 1000 }\n  ]\n}\n`;

beforeAll(async () => {
  bundled = await bundlePrograms(commandLine);
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-profile-test-'));
  symlinkSync(join(root, 'node_modules'), path('node_modules'), 'dir');
  mkdirSync(path('temporary'));
});
afterAll(async () => {
  await bundled.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('dnnsplit profile', () => {
  it('gives every node its median, as the trace has it, and leaves nothing else behind', () => {
    const report = runJson(
      'profile',
      tiny,
      '-o',
      'tiny.profile.json',
      '--runs',
      '5',
      '--warmup',
      '2',
      '--optimization',
      'disabled',
      '--save-trace',
      'tiny.json',
    );
    expect(report).toMatchObject({ file: 'tiny.profile.json', nodes: 21, measuredNodes: 21, runs: 5, missing: [] });
    expect(report.warnings).toEqual([]);
    const profile = readProfile('tiny.profile.json');
    expect(profile.runtime).toBe('onnxruntime 1.30.0, 1 thread');
    expect(profile.recorded).toMatch(/^\d{4}-\d\d-\d\d$/);
    const nodes: { id: string; name: string }[] = JSON.parse(run('analyze', tiny, '--nodes', '--json').stdout).nodes;
    expect(Object.keys(profile.microseconds).sort()).toEqual(nodes.map(({ name }) => name).sort());

    expect(profile).toMatchObject({ threads: 1, optimization: 'disabled', runs: 5 });
    const events = readEvents(path('tiny.json'));
    const medians = Object.keys(profile.microseconds).map((name): [string, number, number] => {
      const all = events.filter((event) => event.name === `${name}_kernel_time`).map(({ dur }) => dur);
      expect(all).toHaveLength(7);
      const [, lower = 0, middle = 0, upper = 0] = all.slice(2).sort((a, b) => a - b);
      return [name, middle, upper - lower];
    });
    // Together they make up a run that was not traced.
    const scale = (profile.runMicroseconds ?? 0) / medians.reduce((sum, [, middle]) => sum + middle, 0);
    for (const [name, middle, spread] of medians) {
      expect(profile.microseconds[name]).toBeCloseTo(middle * scale, 2);
      expect(profile.spreadMicroseconds?.[name]).toBeCloseTo(spread * scale, 2);
    }
    expect(report.nodeMicroseconds).toBeCloseTo(report.runMicroseconds, 0);
    expect(readdirSync(path('temporary'))).toEqual([]);
  });

  it.each([
    ['s_functions', 35, []],
    ['s_if_capture', 12, []],
    ['s_lstm_gru', 13, ['--bind', 'batch=2', '--bind', 'seq=5']],
    ['s_resnet_fp16', 15, []],
  ])('measures every node of %s', (name, nodes, options) => {
    const report = runJson(
      'profile',
      fixture(name),
      '-o',
      `${name}.profile.json`,
      '--runs',
      '2',
      '--warmup',
      '1',
      '--optimization',
      'disabled',
      '--save-trace',
      `${name}.json`,
      ...options,
    );
    expect(report).toMatchObject({ nodes, measuredNodes: nodes });
    expect(Object.keys(readProfile(`${name}.profile.json`).microseconds)).toHaveLength(nodes);
  });

  it.each([
    ['tiny', 21, []],
    ['s_lstm_gru', 13, ['--bind', 'batch=2', '--bind', 'seq=5']],
    ['s_resnet_fp16', 15, []],
  ])('measures every node of %s as it is served, fused nodes as one', (name, nodes, options) => {
    const model = name === 'tiny' ? tiny : fixture(name);
    const output = `${name}.fused.profile.json`;
    const report = runJson(
      'profile',
      model,
      '-o',
      output,
      '--runs',
      '3',
      '--save-trace',
      `${name}.fused.json`,
      ...options,
    );
    expect(report.measuredNodes).toBe(report.nodes);
    expect(report.nodes).toBe(nodes);
    const profile = readProfile(output);
    expect(profile).toMatchObject({ optimization: 'all', threads: 1, runs: 3 });
    // Every node is named once: with a time of its own, or fused into one that has it.
    const fused = Object.values(profile.fused ?? {}).flat();
    expect(new Set(fused).size).toBe(fused.length);
    for (const one of fused) expect(profile.microseconds[one]).toBe(0);
    const total = Object.values(profile.microseconds).reduce((sum, time) => sum + time, 0);
    expect(total).toBeCloseTo(profile.runMicroseconds ?? 0, 0);
  });

  it('reads which nodes were fused from the names in a trace alone', () => {
    const { profiled } = importTrace(tiny, 'tiny.fused.json');
    expect(profiled.missing).toEqual([]);
    expect(profiled.document.fused).toEqual(readProfile('tiny.fused.profile.json').fused);
  });

  it('fuses what ONNX Runtime fuses: one kernel for a convolution with what follows it', () => {
    const { fused = {}, microseconds } = readProfile('tiny.fused.profile.json');
    const nodes: { name: string; op: string; macs: number }[] = JSON.parse(
      run('analyze', tiny, '--nodes', '--json').stdout,
    ).nodes;
    const opOf = new Map(nodes.map(({ name, op }) => [name, op]));
    for (const [name, others] of Object.entries(fused)) {
      expect(opOf.get(name)).toMatch(/Conv|Gemm|ReduceMean/);
      for (const other of others) expect(opOf.get(other)).not.toBe('Conv');
    }
    for (const { name, op } of nodes) if (op === 'Conv') expect(microseconds[name]).toBeGreaterThan(0);
    expect(nodes.filter(({ op }) => op === 'Relu').every(({ name }) => microseconds[name] === 0)).toBe(true);
  });

  it('runs as written what has other names once it is optimized, and says so', () => {
    const report = runJson('profile', fixture('s_functions'), '-o', 'functions.profile.json', '--runs', '2');
    expect(report).toMatchObject({ nodes: 35, measuredNodes: 35 });
    expect(report.warnings).toContainEqual(expect.stringMatching(/^Measured without graph optimization/));
    expect(readProfile('functions.profile.json').optimization).toBe('disabled');
    const args = ['profile', fixture('s_functions'), '-o', 'no.profile.json', '--runs', '2', '--optimization', 'all'];
    expect(run(...args)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/Measure with --optimization disabled/),
    });
  });

  it('refuses a trace of which less than a third belongs to the model', () => {
    const events = readEvents(path('tiny.json'));
    const isKept = ({ cat, name }: Event) => cat !== 'Node' || /Conv_133|linear/.test(name);
    writeEvents(
      path('other.json'),
      events.map((event) => (isKept(event) ? event : { ...event, name: `other_${event.name}` })),
    );
    expect(() => importTrace(tiny, 'other.json')).toThrow(
      /Only 10 % of the operators in .*other\.json belong to this model, less than a third/,
    );
  });

  it('reads the same from a trace as from its own run', () => {
    const trace = ['--from-trace', 'tiny.json', '--warmup', '2', '--device', 'Jetson Nano'];
    const report = runJson('profile', tiny, '-o', 'again.profile.json', ...trace);
    const { microseconds, spreadMicroseconds, runMicroseconds, ...facts } = readProfile('again.profile.json');
    const own = readProfile('tiny.profile.json');
    expect(facts).toMatchObject({ device: 'Jetson Nano', runtime: 'onnxruntime', recorded: report.recorded });
    // The trace knows its own runs alone, so its times are not scaled.
    const scale = Object.values(microseconds).reduce((sum, time) => sum + time, 0) / (own.runMicroseconds ?? 0);
    expect(runMicroseconds).toBeGreaterThan(0);
    for (const [name, time] of Object.entries(microseconds)) {
      expect((own.microseconds[name] ?? 0) * scale).toBeCloseTo(time, 1);
      expect((own.spreadMicroseconds?.[name] ?? 0) * scale).toBeCloseTo(spreadMicroseconds?.[name] ?? 0, 1);
    }
    const reworked: Event[] = readEvents(path('tiny.json')).map((event) =>
      event.cat === 'Node' ? { ...event, args: { ...event.args, provider: 'CUDAExecutionProvider' } } : event,
    );
    writeEvents(path('cuda.json'), reworked);
    const cuda = runJson('profile', tiny, '-o', 'cuda.profile.json', '--from-trace', 'cuda.json', '--device', 'Orin');
    expect(cuda.runtime).toBe('onnxruntime, CUDAExecutionProvider');
    expect(cuda.warnings).toEqual([expect.stringContaining('Times on CUDAExecutionProvider')]);
  });

  it.each([
    ['no names', () => ''],
    ['one name for all', () => 'same'],
    ['one name per operator', (_: string, op: string) => op],
    ['some names', (name: string, op: string) => (op === 'Conv' ? name : '')],
  ])('finds the nodes of a model with %s by their order', (_, rename) => {
    for (const name of ['tiny', 's_if_capture']) {
      const model = name === 'tiny' ? tiny : fixture(name);
      renameNodes(model, path('renamed.onnx'), rename);
      writeEvents(path('renamed.json'), renameKernels(readEvents(path(`${name}.json`)), rename));
      const named = importTrace(model, `${name}.json`);
      const renamed = importTrace(path('renamed.onnx'), 'renamed.json');
      const timesOf = ({ graph, times }: typeof named) =>
        graph.nodes.map((node) => [node.id, times.get(node.name) ?? times.get(node.id)]);
      expect(timesOf(renamed)).toEqual(timesOf(named));
      expect(renamed.times.size).toBe(named.graph.nodes.length);
    }
  });

  it('gives up on nodes that it cannot tell apart, and says how many', () => {
    const rename = (name: string, op: string) => (op === 'Conv' || op === 'Gemm' ? name : '');
    renameNodes(tiny, path('partly.onnx'), rename);
    const shifted = renameKernels(readEvents(path('tiny.json')), rename).map((event) =>
      event.cat === 'Node'
        ? { ...event, args: { ...event.args, node_index: String(Number(event.args['node_index']) + 1) } }
        : event,
    );
    writeEvents(path('shifted.json'), shifted);
    const { profiled, times } = importTrace(path('partly.onnx'), 'shifted.json');
    const named = importTrace(tiny, 'tiny.json').times;
    expect(times.size).toBe(profiled.measuredNodes);
    expect(times.size).toBeGreaterThan(5);
    for (const [name, time] of times) expect(time).toBe(named.get(name));
    expect(profiled.missing).toHaveLength(21 - times.size);
    expect(profiled.warnings[0]).toContain(`${21 - times.size} of 21 nodes have no measured time`);
    expect(profiled.warnings[1]).toMatch(/belong to no node/);
  });
});

describe('a profile in a configuration', () => {
  it('is what planning goes by, for exactly its nodes', () => {
    const full = readProfile('tiny.profile.json');
    const [left, ...kept] = Object.entries(full.microseconds);
    const microseconds = Object.fromEntries(kept.map(([name], index) => [name, 1000 * (index + 1)]));
    writeFileSync(path('part.profile.json'), JSON.stringify({ ...full, microseconds }));
    writeFileSync(path('part.json'), twoTiers('part.profile.json'));
    const args = ['plan', tiny, '-c', 'part.json', '--strategy', 'single:device'];
    const plan = runJson(...args);
    expect(plan.tiers[0]).toMatchObject({ nodes: 21, measuredNodes: 20 });
    const measuredMs = kept.reduce((sum, _, index) => sum + index + 1, 0);
    expect(plan.tiers[0].computeMs).toBeGreaterThan(measuredMs);
    expect(plan.tiers[0].computeMs).toBeLessThan(measuredMs + 1);
    expect(plan.profiles).toEqual([
      {
        tier: 'device',
        nodes: 21,
        measuredNodes: 20,
        entries: 20,
        unusedEntries: 0,
        recordedFrom: expect.stringContaining(', 1 thread, optimization disabled, '),
        finding: `The profile of tier \`device\` has no time for 1 of 21 nodes ('${left?.[0]}'); these are estimated.`,
      },
    ]);
    const { stdout, stderr } = run(...args);
    expect(stdout).toContain('(20 measured)');
    expect(stderr).toContain('warning: The profile of tier `device` has no time for 1 of 21 nodes');
  });

  it('has no finding when it is complete, and a clear one when it is of another model', () => {
    writeFileSync(path('full.json'), twoTiers('tiny.profile.json'));
    expect(runJson('plan', tiny, '-c', 'full.json').profiles[0]).not.toHaveProperty('finding');
    const other = runJson('plan', fixture('s_unet_plain'), '-c', 'full.json');
    expect(other.profiles[0]).toMatchObject({ measuredNodes: 0, entries: 21, unusedEntries: 21 });
    expect(other.profiles[0].finding).toContain("names none of this model's 17 nodes");
    expect(runJson('plan', tiny).profiles).toBeUndefined();

    renameNodes(tiny, path('fewer.onnx'), (name, op) => (op === 'Relu' ? '' : name));
    const [fewer] = runJson('plan', path('fewer.onnx'), '-c', 'full.json').profiles;
    expect(fewer.measuredNodes).toBeGreaterThan(5);
    expect(fewer.finding).toMatch(
      /was recorded from tiny-resnet\.onnx, which is another model or another version of this one; \d+ of 21 nodes have a time/,
    );
  });

  it('is remarked on at the tier that names it, for each open model', () => {
    const settings = settingsOf(tiny, configOf(tiny, path('part.json')));
    const analyzed = analyzeFile(tiny, {});
    const { result } = planAnalyzed(analyzed, settings, {}, {});
    const plan = planReport(result, analyzed);
    const text = readFileSync(path('part.json'), 'utf8');
    const snapshot = { modelUri: 'file:///some%20where/tiny%20resnet.onnx', revision: 1, state: 'ready' as const };
    const [problem, ...others] = configProblems(text, path('part.json'), 'own-folder', [{ ...snapshot, plan }]);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ severity: 'warning', line: 2, inSchema: false });
    expect(text.slice(problem?.offset, (problem?.offset ?? 0) + (problem?.length ?? 0))).toBe('"part.profile.json"');
    expect(problem?.message).toMatch(/^tiny resnet\.onnx: The profile of tier `device` has no time for 1 of 21 nodes/);
    expect(configProblems(text, path('part.json'), 'own-folder', [snapshot])).toEqual([]);
  });

  it('is refused in one sentence with line and column when it is broken', () => {
    writeFileSync(
      path('broken.profile.json'),
      '{\n  "device": "x", "runtime": "y",\n  "recorded": 5,\n  "microseconds": {}\n}\n',
    );
    writeFileSync(path('broken.json'), twoTiers('broken.profile.json'));
    const { status, stderr } = run('plan', tiny, '-c', 'broken.json');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^dnnsplit: .*broken\.profile\.json:3:15: 'recorded' must be a string, not 5\.\n$/);
  });
});

describe('what can go wrong', () => {
  it.each([
    [
      'missing weights',
      [join(root, 'test/workspace/resnet152.onnx'), '-o', 'x.profile.json'],
      /weights of resnet152\.onnx are missing\. Put "keras_ResNet152\.weights" beside the model/,
    ],
    ['an existing file', [tiny, '-o', 'tiny.profile.json'], /tiny\.profile\.json already exists\. Add --force/],
    [
      'a trace of nowhere',
      [tiny, '-o', 'x.profile.json', '--from-trace', 'tiny.json'],
      /Name the device with --device/,
    ],
    ['no output', [tiny], /required option '-o, --output <file>'/],
  ])('ends with one sentence for %s', (_, args, sentence) => {
    const { status, stdout, stderr } = run('profile', ...args);
    expect(stderr).toMatch(sentence);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).not.toMatch(/\n\s+at |undefined|\[object/);
    expect(existsSync(path('x.profile.json'))).toBe(false);
  });

  it('names weights that are cut off', () => {
    const { inferred } = analyzeFile(join(root, 'test/workspace/resnet152.onnx'), {});
    writeFileSync(path('keras_ResNet152.weights'), 'short');
    expect(() => checkWeights(inferred.model, path('resnet152.onnx'))).toThrow(
      /^The weights of resnet152\.onnx are truncated: "keras_ResNet152\.weights" has 5 bytes but needs \d{9}\. Copy it again\.$/,
    );
  });

  it('names open dimensions, missing traces and traces of another model', () => {
    const { inferred, stated } = analyzeFile(fixture('s_lstm_gru'), { seq: 3 });
    expect(modelInputs(inferred)).toEqual([{ name: 'x', dtype: 'float32', shape: [1, 3, 16] }]);
    expect(() => modelInputs(stated)).toThrow("Input 'x' has the open dimension 'batch'. Bind it with --bind batch=1.");
    expect(modelInputs(analyzeFile(fixture('s_lstm_gru'), { batch: 2, seq: 3 }).inferred)).toEqual([
      { name: 'x', dtype: 'float32', shape: [2, 3, 16] },
    ]);
    expect(() => importTrace(tiny, 'no.json')).toThrow(/no\.json does not exist/);
    expect(() => importTrace(fixture('s_unet_plain'), 'tiny.json')).toThrow(
      /no times for the 17 nodes of this model, so it was recorded from another model/,
    );
  });

  it.each([
    [
      'is not installed',
      undefined,
      /^dnnsplit: ONNX Runtime is not installed\. Run `npm install --global onnxruntime-node\S* --ignore-scripts`/,
    ],
    [
      'cannot be loaded',
      "throw new Error('libfoo.so: cannot open\\nmore');",
      /does not run on this machine: libfoo\.so: cannot open\.\n$/,
    ],
    [
      'crashes',
      'process.abort();',
      /^dnnsplit: ONNX Runtime crashed on .*tiny-resnet\.onnx \(SIGABRT\), so nothing was written.*\n$/,
    ],
    ['runs out of memory', "process.kill(process.pid, 'SIGKILL');", /\(SIGKILL\), probably because memory ran out/],
  ])('says so when ONNX Runtime %s', (_, content, sentence) => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'dnnsplit-elsewhere-'));
    try {
      const module = join(elsewhere, 'node_modules/onnxruntime-node');
      mkdirSync(content === undefined ? elsewhere : module, { recursive: true });
      if (content !== undefined) writeFileSync(join(module, 'index.js'), content);
      const args = [bundled.program('cli'), 'profile', tiny, '-o', 'x.profile.json', '--runtime-folder', '.'];
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: elsewhere, encoding: 'utf8' });
      expect(stderr).toMatch(sentence);
      expect(status).toBe(2);
      expect(readdirSync(elsewhere)).toEqual(content === undefined ? [] : ['node_modules']);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('leaves nothing behind after Ctrl+C', async () => {
    const args = [bundled.program('cli'), 'profile', tiny, '-o', 'stopped.profile.json', '--runs', '40000'];
    const environment = { ...process.env, TMPDIR: path('temporary'), DNNSPLIT_RUNTIME_FOLDER: root };
    const child = spawn(process.execPath, args, { cwd: folder, env: environment });
    const ended = signalOf(child);
    while (!readdirSync(path('temporary'), { recursive: true }).some((name) => String(name).endsWith('.json'))) {
      expect(child.exitCode).toBeNull();
      await sleep(20);
    }
    child.kill('SIGINT');
    expect(await ended).toBe('SIGINT');
    expect(existsSync(path('stopped.profile.json'))).toBe(false);
    expect(readdirSync(path('temporary'))).toEqual([]);
  });
});

function signalOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
}
