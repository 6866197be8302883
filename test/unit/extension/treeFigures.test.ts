import { afterAll, describe, expect, it } from 'vitest';
import { analysisReport } from '../../../src/engine/report/analysisReport';
import { planReport } from '../../../src/engine/report/planReport';
import { planLine } from '../../../src/extension/status/statusText';
import { modelRows, RowIndex } from '../../../src/extension/tree/modelRows';
import type { TreeRow } from '../../../src/extension/tree/row';
import { untranslated } from '../../../src/extension/window/text';
import { expectFigure } from '../../support/figures';
import { byHand, handFolder, planByHand } from '../../support/handModel';
import { readySnapshot } from './fixtures';

const folder = handFolder();
afterAll(folder.remove);
const { analyzed, result } = planByHand(folder);
const [analysis, plan] = [analysisReport(analyzed), planReport(result, analyzed)];
const rows = modelRows(readySnapshot(1, { analysis, plan }), untranslated);
const index = new RowIndex(rows);
const names = Object.keys(byHand.nodes);
const idOf = (name: string | undefined) => String(names.indexOf(name ?? ''));

function row(id: string): TreeRow {
  const found = index.get(id);
  if (found === undefined) throw new Error(`there is no row ${id}`);
  return found;
}

/** The lines of a tooltip by the name at their beginning. */
function told({ tooltip }: TreeRow): ReadonlyMap<string, string> {
  const lines = (tooltip?.() ?? '').split('\n\n').flatMap((line) => {
    const [, name, text] = /^\*\*(.+?)\*\*:? ?(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, (text ?? '').replaceAll('\\', '')] as const];
  });
  return new Map(lines);
}

/** A description as its parts. */
const parts = ({ description }: TreeRow) => description.split(', ');

describe('a tier in the tree', () => {
  it.each(byHand.tiers.map((tier, k) => [tier.id, k, tier] as const))(
    '%s says what it runs and takes',
    (id, k, tier) => {
      const shown = row(`plan/tier/${id}`);
      expect(shown.label).toBe(id);
      const [time, nodes, cost, ...others] = parts(shown);
      expect([Number.parseInt(nodes ?? '', 10), others]).toEqual([tier.nodes, []]);
      expectFigure(time, tier.computeMs / 1e3, 's');
      expectFigure(cost, tier.costPerRequest, '$');
      const memory = shown.spoken?.split(', ')[2];
      expectFigure(memory, tier.weightBytes + tier.peakActivationBytes, 'B');
      expect(shown.spoken).toContain(`${id}: ${nodes}, ${time}, ${memory}, `);
      expect(shown.place).toEqual({ list: 'tiers', index: k });
      expect(shown.nodeIds).toEqual([...new Set([idOf(tier.names[0]), idOf(tier.names.at(-1))])]);
    },
  );

  it.each(byHand.tiers)('$id tells the rest when it is pointed at', (tier) => {
    const lines = told(row(`plan/tier/${tier.id}`));
    const [time, work] = lines.get('Compute')?.split(', ') ?? [];
    expectFigure(time, tier.computeMs / 1e3, 's');
    expectFigure(work, tier.macs, 'MACs');
    const [weights = '', activations = ''] = lines.get('Memory')?.split(', ') ?? [];
    expect([weights, activations]).toEqual([expect.stringMatching(/weights/), expect.stringMatching(/activations/)]);
    expectFigure(/^[\d.]+ \w+/.exec(weights)?.[0], tier.weightBytes, 'B');
    expectFigure(/^[\d.]+ \w+/.exec(activations)?.[0], tier.peakActivationBytes, 'B');
    expectFigure(lines.get('Cost'), tier.costPerRequest, '$');
    expectFigure(lines.get('Energy'), tier.energyJ, 'J');
    const [measured = '', estimated = ''] = lines.get('Times')?.split(', ') ?? [];
    expect([measured, estimated].map((text) => Number.parseInt(text, 10))).toEqual([
      tier.measuredNodes,
      tier.nodes - tier.measuredNodes,
    ]);
    expect([measured, estimated]).toEqual([expect.stringMatching(/measured/), expect.stringMatching(/estimated/)]);
    expect([lines.get('First node'), lines.get('Last node')]).toEqual([
      `\`${tier.names[0]}\``,
      `\`${tier.names.at(-1)}\``,
    ]);
  });
});

describe('a link in the tree', () => {
  it.each(byHand.links.map((link, l) => [l, link] as const))('%i says what crosses, and what it takes', (l, link) => {
    const shown = row(`plan/link/${l}`);
    expect(shown.label).toBe(`${link.from} to ${link.to}`);
    const [time, bytes, cost] = parts(shown);
    expectFigure(bytes, link.bytes, 'B');
    expectFigure(time, link.transferMs / 1e3, 's');
    expectFigure(cost, link.costPerRequest, '$');
    expect(shown.tensorNames).toEqual(link.tensors.map(({ name }) => name));
    for (const [at, tensor] of link.tensors.entries()) {
      const [kind, size] = shown.children[at]?.description.split(', ') ?? [];
      expect([shown.children[at]?.label, kind]).toEqual([tensor.name, `${tensor.shape.join('x')} float32`]);
      expectFigure(size, tensor.bytes, 'B');
    }
    const lines = told(shown);
    expectFigure(lines.get('Bandwidth'), link.bandwidthMbps * 1e6, 'bit/s');
    expectFigure(lines.get('Crosses')?.split(', ')[0], link.bytes, 'B');
    expect(lines.get('Crosses')).toMatch(new RegExp(`, ${link.tensors.map(({ name }) => `\`${name}\``).join(', ')}$`));
    expectFigure(lines.get('Transfer'), link.transferMs / 1e3, 's');
    expectFigure(lines.get('Cost'), link.costPerRequest, '$');
  });

  it('selects the last node below it, and lies between its tiers', () => {
    for (const [l, { names: below }] of byHand.tiers.slice(0, 2).entries()) {
      expect(row(`plan/link/${l}`).nodeIds).toEqual([idOf(below.at(-1))]);
      expect(row(`plan/link/${l}`).place).toEqual({ list: 'links', index: l });
    }
    expect(row('plan').children.map(({ id }) => id)).toEqual([
      'plan/advice',
      'plan/tier/device',
      'plan/link/0',
      'plan/tier/edge',
      'plan/link/1',
      'plan/tier/cloud',
    ]);
    // Where a tier between two runs nothing, the last node that does run lies further down.
    const idle = plan.tiers.map((tier, k) => {
      const { firstNodeId: _first, lastNodeId: _last, ...rest } = tier;
      return k === 1 ? { ...rest, nodes: 0 } : tier;
    });
    const above = modelRows(readySnapshot(1, { analysis, plan: { ...plan, tiers: idle } }), untranslated);
    expect(new RowIndex(above).get('plan/link/1')?.nodeIds).toEqual([idOf('widen')]);
  });
});

describe('the plan in the tree and in the status bar', () => {
  it('says the figures of the whole', () => {
    const [latency, cost] = parts(row('plan'));
    expectFigure(latency, byHand.plan.latencyMs / 1e3, 's');
    expectFigure(cost, byHand.plan.costPerRequest, '$');
    const lines = told(row('plan'));
    expectFigure(lines.get('Latency'), byHand.plan.latencyMs / 1e3, 's');
    expectFigure(lines.get('Cost'), byHand.plan.costPerRequest, '$');
    expectFigure(lines.get('Throughput'), byHand.plan.throughputPerSecond, '/s');
    expectFigure(lines.get('Energy of the first tier'), byHand.plan.energyJ, 'J');
    expect([lines.get('Objective'), lines.get('Strategy')]).toEqual(['latency', 'dnnsplit']);
    expect(Number.parseFloat(lines.get('Proof') ?? '')).toBe(3773);
  });

  it('counts the nodes of each tier in order, and ends with the latency', () => {
    const [tiers = '', latency] = planLine(plan).split(' - ');
    expect(tiers.split(' | ')).toEqual(byHand.tiers.map(({ id, nodes }) => `${id} ${nodes}`));
    expectFigure(latency, byHand.plan.latencyMs / 1e3, 's');
  });

  it('holds every single tier against the plan', () => {
    for (const [strategy, figures] of Object.entries(byHand.singles)) {
      const shown = row(`strategies/baseline/${strategy}`);
      expect(shown.label).toMatch(new RegExp(`\\b${strategy.replace('single:', '')}$`));
      const [verdict = '', latency, cost] = parts(shown);
      expect(verdict).toMatch(/better$/);
      expect(Number.parseFloat(verdict)).toBeCloseTo(byHand.plan.latencyMs / figures.latencyMs, 1);
      expectFigure(latency, figures.latencyMs / 1e3, 's');
      expectFigure(cost, figures.costPerRequest, '$');
      const lines = told(shown);
      expectFigure(lines.get('Latency'), figures.latencyMs / 1e3, 's');
      expectFigure(lines.get('Cost'), figures.costPerRequest, '$');
      expectFigure(lines.get('Energy of the first tier'), figures.energyJ, 'J');
      expect(lines.get('Plans evaluated')).toBe('1');
    }
  });

  it('names how many nodes run where at every bandwidth, and what that takes', () => {
    const [only, ...others] = row('regimes').children;
    expect(others).toEqual([]);
    expect(only?.description).toMatch(/^device 3 \| edge 2 \| cloud 1, /);
    // Of infinite bandwidth: all but the 960 bits on the first link.
    expectFigure(/[\d.]+ ms/.exec(only?.description ?? '')?.[0], (byHand.plan.latencyMs - 6) / 1e3, 's');
  });
});

describe('a candidate in the tree', () => {
  const [candidate] = analysis.candidates;
  const outcome = {
    latencyMs: 31,
    costPerRequest: 37e-6,
    throughputPerSecond: 41,
    energyJ: 0.043,
    objectiveValue: 0.031,
  };
  const candidates = [{ position: 4, link: 1, chosen: false, ...outcome }];
  const placed = { ...analysis.candidates[0], position: 4, after: 'join', afterNodeId: '3', bytes: 53 };
  const found = modelRows(
    readySnapshot(1, {
      analysis: {
        ...analysis,
        candidates: [{ ...(candidate ?? raise()), ...placed, macsBefore: 2e3, macsAfter: 3e6 }],
      },
      plan: { ...plan, candidates },
    }),
    untranslated,
  ).find(({ id }) => id === 'candidates')?.children[0];

  function raise(): never {
    throw new Error('the model has a candidate');
  }

  it('says what crosses there, what the best plan with that cut gives, and between which tiers', () => {
    const [latency, bytes, cost] = parts(found ?? raise());
    expectFigure(bytes, 53, 'B');
    expectFigure(latency, 0.031, 's');
    expectFigure(cost, 37e-6, '$');
    const lines = told(found ?? raise());
    expect(lines.get('Position')).toBe('4');
    expectFigure(lines.get('Crosses')?.split(', ')[0], 53, 'B');
    expect(lines.get('Best between')).toBe('edge to cloud');
    expectFigure(lines.get('Latency'), 0.031, 's');
    expectFigure(lines.get('Cost'), 37e-6, '$');
    expectFigure(lines.get('Throughput'), 41, '/s');
    expectFigure(lines.get('Energy of the first tier'), 0.043, 'J');
    expect([found?.label, found?.nodeIds, found?.position]).toEqual(['1. join', ['3'], 4]);
  });

  it('says what lies below and above it', () => {
    const sides = (name: string) => {
      const description = found?.children.find(({ label }) => label === name)?.description ?? '';
      return description.split(', ').map((side) => /^([\d.]+ \w+) (before|after)$/.exec(side)?.slice(1) ?? []);
    };
    const [below, above] = sides('MACs');
    expectFigure(below?.[0], 2e3, 'MACs');
    expectFigure(above?.[0], 3e6, 'MACs');
    expect([below?.[1], above?.[1]]).toEqual(['before', 'after']);
    const [nothing, weights] = sides('Weights');
    expectFigure(nothing?.[0], 0, 'B');
    expectFigure(weights?.[0], byHand.model.weightBytes, 'B');
  });
});
