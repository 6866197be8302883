import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { planReportText } from '../../../src/cli/terminal/planText';
import { planReport } from '../../../src/engine/report/planReport';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { expectFigure } from '../../support/figures';
import { byHand, handFolder, planByHand } from '../../support/handModel';

/** The lines of each paragraph of a text. */
const paragraphs = (text: string) => text.split('\n\n').map((paragraph) => paragraph.split('\n'));

/** A table: the rows below the line with these titles, each as cells by the title of their column. */
function tableOf(text: string, ...wanted: readonly string[]): ReadonlyMap<string, string>[] {
  // Words of a title and of a cell are one blank apart, columns two.
  const cellsOf = (line: string) => line.trim().split(/ {2,}/);
  for (const lines of paragraphs(text)) {
    const at = lines.findIndex((line) => wanted.every((title) => cellsOf(line).includes(title)));
    if (at < 0) continue;
    const columns = cellsOf(lines[at] ?? '');
    return lines.slice(at + 1).map((line) => new Map(cellsOf(line).map((cell, index) => [columns[index] ?? '', cell])));
  }
  throw new Error(`there is no table with ${wanted.join(' and ')}`);
}

/** The lines `name   value` of the first paragraph with one of that name. */
function factsOf(text: string, name: string): ReadonlyMap<string, string> {
  const lines = paragraphs(text).find((all) => all.some((line) => line.startsWith(`${name}  `))) ?? [];
  return new Map(lines.map((line) => [line.split(/ {2,}/)[0] ?? '', line.replace(/^.*? {2,}/, '')]));
}

const folder = handFolder();
afterAll(folder.remove);

describe('a plan in a terminal', () => {
  const { analyzed, result } = planByHand(folder, {
    top: 1,
    pareto: true,
    regions: { links: [0, 1], fromMbps: 1, toMbps: 100 },
  });
  const report = planReport(result, analyzed);
  const text = planReportText(report, analyzed.graph, { sweep: {}, top: 3, config: 'built-in' });

  it('begins with the figures of the whole', () => {
    const facts = factsOf(text, 'objective');
    const { latencyMs, costPerRequest, throughputPerSecond, energyJ } = byHand.plan;
    expectFigure(facts.get('latency'), latencyMs / 1e3, 's');
    expectFigure(facts.get('cost'), costPerRequest, '$');
    expectFigure(facts.get('throughput'), throughputPerSecond, '/s');
    expectFigure(/^[\d.]+ J/.exec(facts.get('energy') ?? '')?.[0], energyJ, 'J');
    expect([facts.get('objective'), facts.get('strategy')]).toEqual(['latency', expect.stringMatching(/^dnnsplit, /)]);
    expect(facts.get('times')).toMatch(/measured for 2 of 6 nodes/);
    expect(Number.parseFloat(facts.get('gap') ?? '')).toBe(3773);
    expect(facts.get('audit')).toMatch(/^3 layers are more expensive on a higher tier/);
    expect(text.split('\n')[0]).toMatch(/`device`, `edge` and `cloud`, 14\.7 ms .*`device` .*38\.7x/);
  });

  it('says of every tier what it runs and takes, under the right titles', () => {
    const rows = tableOf(text, 'tier', 'work');
    expect(rows.map((row) => row.get('tier'))).toEqual(byHand.tiers.map(({ id }) => id));
    for (const [k, tier] of byHand.tiers.entries()) {
      const row = rows[k];
      expect(row?.get('nodes')).toBe(String(tier.nodes));
      expectFigure(row?.get('work'), tier.macs, 'MACs');
      expectFigure(row?.get('time'), tier.computeMs / 1e3, 's');
      expectFigure(row?.get('weights'), tier.weightBytes, 'B');
      expectFigure(row?.get('activations'), tier.peakActivationBytes, 'B');
      expectFigure(row?.get('cost'), tier.costPerRequest, '$');
      expect(row?.get('from')).toBe(`${tier.names[0]}${k === 0 ? ' (2 measured)' : ''}`);
    }
  });

  it('says of every link what crosses, and what it takes', () => {
    const rows = tableOf(text, 'link', 'bandwidth');
    for (const [l, link] of byHand.links.entries()) {
      const row = rows[l];
      expect(row?.get('link')).toBe(`${link.from} to ${link.to}`);
      expectFigure(row?.get('bandwidth'), link.bandwidthMbps * 1e6, 'bit/s');
      expectFigure(row?.get('bytes'), link.bytes, 'B');
      expectFigure(row?.get('time'), link.transferMs / 1e3, 's');
      expectFigure(row?.get('cost'), link.costPerRequest, '$');
      expect(row?.get('tensors')).toBe(link.tensors.map(({ name }) => name).join(', '));
    }
  });

  it('holds every single tier against the plan', () => {
    const rows = tableOf(text, 'single tiers');
    for (const [index, [strategy, figures]] of Object.entries(byHand.singles).entries()) {
      const row = rows[index];
      expect(row?.get('single tiers')).toBe(strategy);
      expectFigure(row?.get('latency'), figures.latencyMs / 1e3, 's');
      expectFigure(row?.get('cost'), figures.costPerRequest, '$');
      expectFigure(row?.get('vs. plan'), figures.latencyMs / byHand.plan.latencyMs, 'x');
    }
  });

  it('lists plans that no other one beats, by their figures and nodes', () => {
    const [device, edge, ...others] = tableOf(text, 'latency', 'nodes per tier');
    expect(others).toEqual([]);
    expect([device?.get('nodes per tier'), edge?.get('nodes per tier')]).toEqual(['6 / 0 / 0', '0 / 6 / 0']);
    expectFigure(device?.get('energy'), byHand.singles['single:device'].energyJ, 'J');
    expectFigure(edge?.get('latency'), byHand.singles['single:edge'].latencyMs / 1e3, 's');
  });

  it('writes the latency over both bandwidths as the sum of what it is made of', () => {
    const [row] = tableOf(text, 'device to edge', 'latency in ms');
    // What crosses is 960 and 1024 bits, and at a Mbit/s a bit takes a microsecond.
    const fixed = 0.23 + 0.201 + 0.0247 + 2.5 + 1.7;
    expect(row?.get('latency in ms')).toBe(`${fixed.toFixed(2)} + 0.960/a + 1.02/b`);
    expect(row?.get('edge to cloud')).toBe('1 Mbit/s to 100 Mbit/s');
  });

  it('names a split point after the node below it', () => {
    const outcome = { latencyMs: 31, costPerRequest: 37e-6, throughputPerSecond: 41, energyJ: 0.043 };
    const candidates = [{ position: 4, link: 0, chosen: true, objectiveValue: 1, ...outcome }];
    const [row] = tableOf(
      planReportText({ ...report, candidates }, analyzed.graph, { top: 1, config: 'built-in' }),
      'position',
      'after',
    );
    expect([row?.get('position'), row?.get('after')]).toEqual(['4', 'join']);
    expectFigure(row?.get('latency'), 0.031, 's');
    expectFigure(row?.get('cost'), 37e-6, '$');
    expectFigure(row?.get('throughput'), 41, '/s');
    expectFigure(row?.get('energy'), 0.043, 'J');
  });

  it('says whether the plan holds within the stated errors, and which plan is written', () => {
    const trust = { holds: false, withinFactors: [], text: 'The estimates do not settle this plan.' };
    const advised = {
      ...{ strategy: 'dnnsplit', latencyMs: 20, costPerRequest: 0, throughputPerSecond: 1, energyJ: 0 },
      ...{ objectiveValue: 1, summary: 'all on device', nodesPerTier: [6, 0, 0], nodes: [] },
      ...{ reason: 'fewerTiers' as const, optimumGainPercent: 3, minimumGainPercent: 5 },
    };
    const told = planReportText({ ...report, trust, advised }, analyzed.graph, { config: 'built-in' });
    expect(factsOf(told, 'tiers from').get('trust')).toBe(trust.text);
    expect(told).toContain('recommended: all on device, 20.0 ms; the plan below is the optimum, 3.00 % better');
    expect(told).toContain('-o writes the recommended plan; with a named strategy');
    expect(text).not.toContain('-o writes');
  });

  it('says so where all or none of the times are measured', () => {
    const measured = (counts: readonly number[]) => {
      const tiers = report.tiers.map((tier, k) => ({ ...tier, measuredNodes: counts[k] ?? 0 }));
      return factsOf(planReportText({ ...report, tiers }, analyzed.graph, { config: 'built-in' }), 'tiers from').get(
        'times',
      );
    };
    expect(measured([3, 2, 1])).toMatch(/^measured for all 6 nodes/);
    expect(measured([0, 0, 0])).toMatch(/^estimated for all 6 nodes/);
  });
});

let bundled: Bundled;
beforeAll(async () => {
  bundled = await bundlePrograms(commandLine);
});
afterAll(() => bundled.remove());
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [bundled.program('cli'), ...args], { encoding: 'utf8' }).stdout;

describe('an analysis in a terminal', () => {
  let text: string;
  beforeAll(() => {
    text = run('analyze', folder.model, '--nodes', '--tensors');
  });

  it('sums the model up', () => {
    const facts = factsOf(text, 'model');
    expect([facts.get('model'), facts.get('operators')]).toEqual([folder.model, 'ai.onnx 13']);
    expect(facts.get('input')).toBe('x: float32 1x7, 28 B');
    expect(facts.get('output')).toBe('y: float32 1x19, 76 B');
    expect(facts.get('nodes')).toMatch(/^6, of which 6 /);
    expectFigure(facts.get('work'), byHand.model.macs, 'MACs');
    const [weights, parameters = ''] = facts.get('weights')?.split(', ') ?? [];
    expectFigure(weights, byHand.model.weightBytes, 'B');
    expectFigure(parameters.replace(' parameters', ''), byHand.model.parameters, '');
    expectFigure(/^([\d.]+ B) at peak$/.exec(facts.get('activations') ?? '')?.[1], 248, 'B');
    expect(facts.get('cuts')).toMatch(/^2 positions /);
  });

  it('lists every candidate, node and tensor under the right titles', () => {
    const [candidate] = tableOf(text, 'position', 'after');
    expect(candidate?.get('position')).toBe('0');
    expectFigure(candidate?.get('bytes'), 28, 'B');
    expectFigure(candidate?.get('work below'), 0, 'MACs');
    expectFigure(candidate?.get('work above'), byHand.model.macs, 'MACs');
    expect(candidate?.get('tensors that cross')).toBe('x 1x7');
    const traffic = [380, 284, 476, 240, 1732, 1192];
    const nodes = tableOf(text, 'id', 'operator');
    for (const [place, [name, { op, macs, weightBytes }]] of Object.entries(byHand.nodes).entries()) {
      const row = nodes[place];
      expect([row?.get('id'), row?.get('node'), row?.get('operator')]).toEqual([String(place), name, op]);
      expectFigure(row?.get('work'), macs, 'MACs');
      expectFigure(row?.get('traffic'), traffic[place] ?? 0, 'B');
      expectFigure(row?.get('weights'), weightBytes, 'B');
    }
    const tensor = tableOf(text, 'tensor', 'shape').find((row) => row.get('tensor') === 'd');
    expect([tensor?.get('type'), tensor?.get('shape')]).toEqual(['float32', '1x30']);
  });
});

describe('a profile in a terminal and in its document', () => {
  /** Three runs, the first of which does not count; of the others the middle is meant. `join` has no time. */
  const microseconds = {
    stem: [999, 11, 15],
    squeeze: [999, 17, 17],
    widen: [999, 18, 20],
    body: [1, 23, 23],
    head: [1, 29, 29],
  };
  const foreign = [1, 31, 31];
  const wanted = { stem: 13, squeeze: 17, widen: 19, body: 23, head: 29 };
  const event = (cat: string, name: string, dur: number, args = {}) => ({
    cat,
    name,
    dur,
    ts: 0,
    pid: 1,
    tid: 1,
    args,
  });
  const kernel = (name: string, op_name: string, dur: number) =>
    event('Node', `${name}_kernel_time`, dur, { op_name, provider: 'CPUExecutionProvider' });
  const trace = [7000, 240, 260].flatMap((whole, index) => [
    ...Object.entries(microseconds).map(([name, times]) =>
      kernel(name, byHand.nodes[name as keyof typeof microseconds].op, times[index] ?? 0),
    ),
    kernel('added', 'ReorderInput', foreign[index] ?? 0),
    event('Session', 'model_run', whole),
  ]);

  it('says how long each node and the whole take, and what is left out', () => {
    const at = (name: string) => join(folder.folder, name);
    writeFileSync(at('trace.json'), JSON.stringify(trace));
    const args = ['profile', folder.model, '--from-trace', at('trace.json'), '--warmup', '1', '--device', 'a bench'];
    const text = run(...args, '-o', at('a.profile.json'));
    const document = JSON.parse(readFileSync(at('a.profile.json'), 'utf8'));
    const { structureHash } = analyzeFile(folder.model, {});
    expect(document).toMatchObject({
      device: 'a bench',
      runtime: 'onnxruntime',
      model: { name: 'net.onnx', structureHash },
    });
    expect(document.microseconds).toEqual(wanted);

    const report = JSON.parse(run(...args, '-o', at('b.profile.json'), '--json'));
    expect(report).toMatchObject({
      file: at('b.profile.json'),
      nodes: 6,
      measuredNodes: 5,
      runs: 2,
      nodeMicroseconds: 101,
      runMicroseconds: 250,
      missing: [{ id: '3', label: 'join' }],
      foreign: { operators: 1, microseconds: 31 },
    });
    expect(report.warnings).toEqual([
      expect.stringMatching(/^1 of 6 nodes/),
      // 31 of 132 microseconds.
      expect.stringMatching(/^1 operator .* \(23 % of the time\) belongs to no node and is left out\.$/),
    ]);

    const facts = factsOf(text, 'profile');
    expect([facts.get('profile'), facts.get('device')]).toEqual([at('a.profile.json'), 'a bench']);
    expect(facts.get('measured')).toMatch(/^5 of 6 nodes, .* 2 runs$/);
    expectFigure(facts.get('nodes')?.replace(' in total', ''), 101e-6, 's');
    expectFigure(facts.get('whole run'), 250e-6, 's');
  });
});
