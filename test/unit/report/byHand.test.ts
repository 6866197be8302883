import { afterAll, describe, expect, it } from 'vitest';
import { planText } from '../../../src/app/plan/planAnalyzed';
import { analysisReport } from '../../../src/engine/report/analysisReport';
import { nodeDetails } from '../../../src/engine/report/nodeDetails';
import { planReport } from '../../../src/engine/report/planReport';
import { sceneOverlay } from '../../../src/engine/report/sceneOverlay';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { byHand, handConfig, handFolder, planByHand } from '../../support/handModel';

const folder = handFolder();
afterAll(folder.remove);
const planned = planByHand(folder);
const { analyzed, result } = planned;
const report = planReport(result, analyzed);
const names = Object.keys(byHand.nodes);

/** The figures of `wanted` as far as they are numbers, to nine digits; everything else as it is. */
function expectAll(found: object | undefined, wanted: object): void {
  for (const [name, value] of Object.entries(wanted)) {
    const one: unknown = Object.entries(found ?? {}).find(([key]) => key === name)?.[1];
    if (typeof value !== 'number' || value === 0) expect(one, name).toEqual(value);
    else expect(Number(one) / value, `${name} is ${one}, not ${value}`).toBeCloseTo(1, 8);
  }
}

const float32 = (tensors: readonly object[]) => tensors.map((tensor) => ({ dtype: 'float32', ...tensor }));

describe('the report of a plan that was worked out by hand', () => {
  it('says of each tier what runs there and what it takes', () => {
    for (const [k, { letter: _letter, names: own, ...figures }] of byHand.tiers.entries()) {
      const [first, last] = [own[0], own.at(-1) ?? ''];
      const ids = { firstNodeId: String(names.indexOf(first)), lastNodeId: String(names.indexOf(last)) };
      expectAll(report.tiers[k], { ...figures, firstNode: first, lastNode: last, ...ids });
    }
  });

  it('says of each link what crosses and what that takes', () => {
    for (const [l, { latencyMs: _latency, tensors, ...figures }] of byHand.links.entries()) {
      expectAll(report.links[l], { ...figures, tensors: float32(tensors) });
    }
  });

  it('sums them up, and holds every single tier against them', () => {
    expectAll(report, { ...byHand.plan, objective: 'latency', objectiveValue: byHand.plan.latencyMs / 1e3 });
    expect(report.baselines.map(({ strategy }) => strategy)).toEqual(Object.keys(byHand.singles));
    const device = 0.3714 + 240 / 17e6 + 0.007;
    expect(report.exact.latencyMs).toBeCloseTo(device, 9);
    expect(report.exact.objectiveValue).toBeCloseTo(device / 1e3, 12);
    expect(report.exact.gapPercent).toBeCloseTo(100 * (byHand.plan.latencyMs / device - 1), 4);
    for (const one of report.baselines) {
      const single = byHand.singles[one.strategy as keyof typeof byHand.singles];
      for (const [name, value] of Object.entries(single))
        expect(Object.entries(one)).toContainEqual([name, near(value)]);
      expect(one.relative).toEqual(near(single.latencyMs / byHand.plan.latencyMs));
    }
  });

  it('draws the latency over the bandwidth of each link through what does not depend on it', () => {
    for (const [l, { bytes, bandwidthMbps }] of byHand.links.entries()) {
      const [regime, ...others] = report.linkRegimes[l] ?? [];
      expect(others).toEqual([]);
      const onWireMs = (8 * bytes) / (1000 * bandwidthMbps);
      expectAll(regime, { link: l, bytes, fixedMs: byHand.plan.latencyMs - onWireMs, nodesPerTier: [3, 2, 1] });
      expect(regime?.summary).toBe('device from stem, edge from join, cloud from head');
    }
  });

  it('names the layers that are dearer on a higher tier, and from which tier to which', () => {
    const exceptions = names.flatMap((node) => {
      const { ms } = byHand.nodes[node as keyof typeof byHand.nodes];
      return [0, 1].flatMap((k) =>
        (ms[k + 1] ?? 0) > (ms[k] ?? 0)
          ? [{ node, lowerTier: handConfig.tiers[k]?.id, upperTier: handConfig.tiers[k + 1]?.id }]
          : [],
      );
    });
    expect(exceptions).toHaveLength(3);
    expect(report.audit).toMatchObject({ metric: 'latency', holds: false, exceptionCount: 3, exceptions });
    expect(report.audit.consequence).toMatch(/^3 layers are more expensive on a higher tier/);
  });

  it('counts which times of a profile are used', () => {
    const [profile, ...others] = report.profiles ?? [];
    expect(others).toEqual([]);
    expect(profile).toMatchObject({ tier: 'device', nodes: 6, measuredNodes: 2, entries: 3, unusedEntries: 1 });
    expect(profile?.finding).toMatch(/`device`.* 4 of 6 nodes.*'widen' and 3 more/);
  });
});

/** Within a rounding of the last digits that are written down above. */
function near(value: number): unknown {
  return expect.toSatisfy((found: unknown) => Math.abs(Number(found) / value - 1) < 1e-4, `about ${value}`);
}

describe('the analysis of a model that was counted by hand', () => {
  const { model, graph, candidates, nodes } = analysisReport(analyzed, { nodes: true });

  it('says what the model is', () => {
    const tensor = (name: string, shape: readonly number[], bytes: number) => ({
      name,
      dtype: 'float32',
      shape,
      bytes,
    });
    expectAll(model, { ...byHand.model, nodes: 6, peakActivationBytes: 248, opsets: { '': 13 } });
    expect(model.inputs).toEqual([tensor('x', [1, 7], 28)]);
    expect(model.outputs).toEqual([tensor('y', [1, 19], 76)]);
    // After x, after a, and after a and b: only one tensor is alive up to `stem`; before c nothing else can be.
    expect(graph).toMatchObject({ nodes: 6, dataTensors: 7, unknownTensors: 0, singleTensorCuts: 2 });
  });

  it('says of each node what it computes, and moves', () => {
    const traffic = [28 + 308 + 44, 44 + 220 + 20, 20 + 380 + 76, 44 + 76 + 120, 120 + 1560 + 52, 52 + 988 + 76 + 76];
    for (const [place, name] of names.entries()) {
      const { op, macs, weightBytes } = byHand.nodes[name as keyof typeof byHand.nodes];
      const id = String(place);
      expect(nodes?.[place]).toMatchObject({ id, name, op, macs, weightBytes, trafficBytes: traffic[place] });
    }
  });

  it('says of each candidate what lies below and above it', () => {
    const [first, second] = candidates;
    expect(first).toMatchObject({ position: 0, after: null, bytes: 28, macsBefore: 0, macsAfter: 864 });
    for (const { position, after, afterNodeId, ...sums } of candidates) {
      const below = names.slice(0, position).map((name) => byHand.nodes[name as keyof typeof byHand.nodes]);
      const macs = below.reduce((sum, node) => sum + node.macs, 0);
      const weights = below.reduce((sum, node) => sum + node.weightBytes, 0);
      expect([after ?? undefined, afterNodeId ?? undefined]).toEqual([
        names[position - 1],
        position === 0 ? undefined : String(position - 1),
      ]);
      expect(sums).toMatchObject({
        macsBefore: macs,
        macsAfter: 864 - macs,
        weightBytesBefore: weights,
        weightBytesAfter: 3456 - weights,
      });
    }
    expect(second).toBeUndefined();
  });
});

describe('what a plan adds to the picture', () => {
  const overlay = sceneOverlay(result.costs, result.plan);

  it('is a tier and a time for every node', () => {
    expect(overlay.tierNames).toEqual(byHand.tiers.map(({ id }) => id));
    expect(overlay.tierOfNode).toEqual(names.map(tierOf));
    expect(overlay.measured).toEqual(names.map((name) => name === 'stem' || name === 'squeeze'));
    for (const [place, name] of names.entries()) {
      const { ms } = byHand.nodes[name as keyof typeof byHand.nodes];
      expect(overlay.timeMsOfNode[place]).toBeCloseTo(ms[tierOf(name)] ?? 0, 9);
    }
  });

  it('is what each tensor takes of its link: shares that make up the whole', () => {
    for (const [link, { tensors, bytes, transferMs, costPerRequest }] of byHand.links.entries()) {
      const carried = overlay.boundaries.filter((one) => one.link === link);
      expect(carried.map((one) => [one.tensor, one.bytes])).toEqual(tensors.map((one) => [one.name, one.bytes]));
      for (const one of carried) {
        expect(one.transferMs).toBeCloseTo((transferMs * one.bytes) / bytes, 9);
        expect(one.cost).toBeCloseTo((costPerRequest * one.bytes) / bytes, 15);
      }
    }
    expect(overlay.boundaries[1]?.text).toBe('1x19 float32 · 76 B · 5.38 ms · $2.36/M');
  });
});

const tierOf = (name: string) => byHand.tiers.findIndex((tier) => (tier.names as readonly string[]).includes(name));

describe('the details of a node', () => {
  it('are its times on every tier, its neighbors and its counts', () => {
    for (const [place, name] of names.entries()) {
      const { ms, op, macs, weightBytes } = byHand.nodes[name as keyof typeof byHand.nodes];
      const details = nodeDetails(analyzed.inferred, analyzed.graph, result.costs, String(place));
      expect(details).toMatchObject({ label: name, op, macs, weightBytes, orderIndex: place });
      expect(details?.timeMsPerTier.map(({ tier }) => tier)).toEqual(['device', 'edge', 'cloud']);
      for (const [k, time] of (details?.timeMsPerTier ?? []).entries()) {
        expect(time.ms).toBeCloseTo(ms[k] ?? 0, 9);
        expect(time.measured).toBe(k === 0 && place < 2);
      }
    }
    const widen = nodeDetails(analyzed.inferred, analyzed.graph, result.costs, '2');
    expect(widen?.inputs).toEqual([
      { name: 'b', type: '1x5 float32, 20 B', from: 'squeeze', fromId: '1' },
      { name: 'w3', type: '5x19 float32, 380 B, weight', from: null },
    ]);
    expect(widen?.outputs).toEqual([
      { name: 'c', type: '1x19 float32, 76 B', usedBy: ['join', 'head'], usedByIds: ['3', '5'] },
    ]);
    const join = nodeDetails(analyzed.inferred, analyzed.graph, result.costs, '3');
    expect(join?.attributes).toEqual([{ name: 'axis', value: '1' }]);
  });
});

describe('the document of a plan', () => {
  const { document, problems } = parsePlan(planText(planned, `${folder.model}.splitplan.json`));

  it('states every figure of the plan, and what it was planned for', () => {
    expect(problems).toEqual([]);
    const rates = { gflops: null, memoryGBps: null, memoryGB: null, overheadUs: 0, replicas: 1, profile: null };
    for (const [k, { letter: _letter, names: own, nodes, ...figures }] of byHand.tiers.entries()) {
      const stated = { pricePerHour: 0, watts: 0, electricityPerKWh: 0, ...rates, ...handConfig.tiers[k] };
      const [first, last] = [own[0], own.at(-1) ?? ''].map((name) => names.indexOf(name));
      const range = first === last ? `${first}` : `${first}..${last}`;
      expectAll(document?.tiers[k], { ...stated, ...figures, nodeCount: nodes, nodes: [range] });
    }
    for (const [l, { tensors, costPerRequest: _cost, ...figures }] of byHand.links.entries()) {
      expectAll(document?.links[l], { ...handConfig.links[l], ...figures, wireDtype: 'original' });
      expect(document?.links[l]?.tensors).toEqual(float32(tensors));
    }
    expectAll(document?.prediction, byHand.plan);
    expectAll(document?.model, { macs: 864, weightBytes: 3456, nodes: 6, name: 'net', file: 'net.onnx' });
  });

  it('states what goes into every part and comes out of it', () => {
    const flows = document?.tiers.map(({ inputs, outputs }) =>
      [inputs, outputs].map((all) => all.map(({ name }) => name)),
    );
    expect(flows).toEqual([
      [['x'], ['a', 'c']],
      [['a', 'c'], ['e']],
      [['c', 'e'], ['y']],
    ]);
  });

  it('states its proof, its audit and its baselines as the report does', () => {
    const { exact, audit } = report;
    expectAll(document?.certificate, {
      exactObjectiveValue: exact.objectiveValue,
      objectiveValue: byHand.plan.latencyMs / 1e3,
      gapPercent: exact.gapPercent,
    });
    expectAll(document?.audit, { metric: 'latency', holds: false, exceptionCount: 3, consequence: audit.consequence });
    for (const [
      index,
      { unavailable: _none, evaluatedPlans: _few, relative: _relative, parts: _parts, ...one },
    ] of report.baselines.entries()) {
      expectAll(document?.baselines[index], one);
    }
    for (const [link, regimes] of report.linkRegimes.entries()) {
      const { summary: _summary, ...figures } = regimes[0] ?? { summary: '' };
      expectAll(
        document?.regimes.find((one) => one.link === link),
        { ...figures, nodes: [['0..2'], ['3..4'], ['5']] },
      );
    }
    expect(document?.advice).toBe(report.advice);
  });
});
