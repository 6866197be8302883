import { describe, expect, it } from 'vitest';
import { modelRows, RowIndex } from '../../../src/extension/tree/modelRows';
import { rowText, type TreeRow } from '../../../src/extension/tree/row';
import { factorText } from '../../../src/extension/tree/words';
import { untranslated } from '../../../src/extension/window/text';
import { markdownCode, markdownText } from '../../../src/shared/escape/markdown';
import { analysis, modelUri, plan, readySnapshot } from './fixtures';

const rows = modelRows(readySnapshot(1), untranslated);
const section = (id: string): TreeRow => {
  const found = rows.find((row) => row.id === id);
  if (!found) throw new Error(`no section ${id}`);
  return found;
};
const lines = (parent: TreeRow) => parent.children.map(({ label, description }) => `${label}: ${description}`);

function allRows(roots: readonly TreeRow[]): TreeRow[] {
  return roots.flatMap((row) => [row, ...allRows(row.children)]);
}

describe('the tree', () => {
  it('has the sections of a plan and what the model is', () => {
    expect(rows.map(({ label }) => label)).toEqual([
      'Plan',
      'Next steps',
      'Candidate points',
      'Baselines and strategies',
      'Bandwidth regimes',
      'Model',
    ]);
  });

  it('says what the model is, and where its weights are', () => {
    const facts = (model: typeof analysis.model) =>
      modelRows(readySnapshot(1, { analysis: { ...analysis, model } }), untranslated)
        .find(({ id }) => id === 'model')
        ?.children.map(({ label }) => label);
    expect(facts(analysis.model)).toEqual([
      'Producer: test',
      'Opset: 17',
      'Nodes: 10',
      'Parameters: 1.00 k',
      'MACs: 10.0 MMACs',
      'Weights: 4.00 kB',
      'Weight files: in the model itself',
      'Inputs: input 1x3x224x224 float32',
      'Outputs: output 1x1000 float32',
    ]);
    const quantized = {
      ...analysis.model,
      producer: '',
      opsets: { 'ai.onnx': 21, 'com.microsoft': 1 },
      weightTypes: [
        { dtype: 'int8' as const, bytes: 3000 },
        { dtype: 'float32' as const, bytes: 1000 },
      ],
      weightFiles: { files: ['a.data', 'b.data'], missing: ['b.data'] },
    };
    const told = facts(quantized);
    expect(told).toContain('Producer: not stated');
    expect(told).toContain('Opset: 21, com.microsoft 1');
    expect(told).toContain('Weights: 4.00 kB (3.00 kB int8, 1.00 kB float32)');
    expect(told).toContain('Weight files: 2 files beside the model, 1 missing');
    const first = modelRows(readySnapshot(1, { analysis: { ...analysis, model: quantized } }), untranslated)[0];
    expect([first?.label, first?.icon]).toEqual(['Weights missing', 'warning']);
    expect(first?.description).toMatch(/^b\.data is missing beside the model\./);
  });

  it('counts one candidate and one position as one', () => {
    const one = { ...analysis, candidates: analysis.candidates.slice(0, 1), graph: { ...analysis.graph, nodes: 0 } };
    const row = modelRows(readySnapshot(1, { analysis: one }), untranslated).find(({ id }) => id === 'candidates');
    expect([row?.description, row?.spoken]).toEqual(['1 of 1 position', '1 candidate point']);
  });

  it('shows every tier, and the link between two', () => {
    expect(lines(section('plan'))).toEqual([
      'Split after block: 107 ms, 3.20 times faster than everything on device.: ',
      'device: 12.5 ms, 4 nodes, $12.3/M',
      'device to edge: 85.3 ms, 201 kB, $0',
      'edge: idle',
      'edge to cloud: no traffic',
      'cloud: 12.5 ms, 6 nodes, $12.3/M',
    ]);
  });

  it('offers what to do with the plan, and sizes only where some are open', () => {
    const commands = ({ children }: TreeRow) => children.map(({ command }) => command);
    const usual = ['profileModel', 'openConfig', 'exportPlan', 'report', 'split', 'verifySplit', 'generate'];
    expect(commands(section('steps'))).toEqual(usual);
    const open = { ...analysis, openDimensions: [{ symbol: 'batch', tensors: 12 }] };
    const steps = modelRows(readySnapshot(1, { analysis: open }), untranslated).find(({ id }) => id === 'steps');
    expect(steps && commands(steps)).toEqual(['bindDimension', ...usual]);
  });

  it('ranks the candidates and marks the chosen one in words and by icon', () => {
    expect(lines(section('candidates'))).toEqual([
      '1. Input: 300 ms, 602 kB, $30.0/M',
      '2. pool: chosen: 107 ms, 201 kB, $20.1/M',
      '3. avg_pool: 8.19 kB, ruled out by a pin, limit or unknown size',
    ]);
    expect(section('candidates').children.map(({ kind }) => kind)).toEqual([
      'candidate',
      'chosenCandidate',
      'candidate',
    ]);
    const icons = section('candidates').children.map(({ icon }) => icon);
    expect(icons[1]).not.toBe(icons[0]);
  });

  it('shows tensors, sums before and after, and what rules the neighbors out below a candidate', () => {
    const pool = section('candidates').children[1];
    expect(pool && lines(pool)).toEqual([
      'pool:0: 1x50176 float32, 201 kB',
      'MACs: 4.00 MMACs before, 6.00 MMACs after',
      'Weights: 4.00 kB before, 6.00 kB after',
      'Peak activations: 4.00 kB before, 8.00 kB after',
      'Neighbors: Positions up to 5 carry more bytes.',
    ]);
  });

  it('compares baselines and strategies with the plan', () => {
    expect(lines(section('strategies'))).toEqual([
      'Everything on device: 3.2x worse, 320 ms, $20.0/M',
      'Everything on cloud: 1.020x worse, 102 ms, $20.0/M',
      'neurosurgeon: equal, 100 ms, $20.0/M',
      'exhaustive: Too many plans to try.',
    ]);
  });

  it('names the plan of every bandwidth', () => {
    expect(lines(section('regimes'))).toEqual([
      '100 kbit/s to 5 Mbit/s: device 10 | edge 0 | cloud 0, 320 ms',
      '5 Mbit/s and above: device 4 | edge 0 | cloud 6, 347 ms to 27.0 ms',
    ]);
    const [slow, fast] = plan.regimes;
    if (!slow || !fast) throw new Error('the fixture has two regimes');
    const labels = (regimes: (typeof slow)[]) =>
      modelRows(readySnapshot(1, { plan: { ...plan, regimes } }), untranslated)[4]?.children.map(({ label }) => label);
    expect(labels([{ ...slow, fromMbps: 0 }, fast])).toEqual(['Up to 5 Mbit/s', '5 Mbit/s and above']);
    expect(labels([{ ...fast, fromMbps: 0 }])).toEqual(['Any bandwidth']);
  });

  it('calls a plan worse than one that costs nothing, without a number', () => {
    const baselines = plan.baselines.map((one) => ({ ...one, relative: null }));
    const strategies = modelRows(readySnapshot(1, { plan: { ...plan, baselines } }), untranslated)[3];
    expect(strategies?.children[0]?.description).toMatch(/^worse, 320 ms/);
  });

  it('gives every row an id that is unique and survives planning again', () => {
    const ids = allRows(rows).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const changed = { ...plan, latencyMs: 50, candidates: [] };
    const again = allRows(modelRows(readySnapshot(2, { plan: changed }), untranslated)).map(({ id }) => id);
    expect(again).toEqual(ids);
  });

  it('shows nothing while there is no analysis or it failed: the welcome views speak then', () => {
    expect(modelRows(undefined, untranslated)).toEqual([]);
    expect(modelRows({ modelUri, revision: 1, state: 'analyzing' }, untranslated)).toEqual([]);
    expect(modelRows(readySnapshot(1, { state: 'failed' }), untranslated)).toEqual([]);
  });

  it('shows the candidates without a plan, and what is wrong with the configuration', () => {
    const configError = { code: 'invalid-config', message: 'dnnsplit.json:3:1: no tiers/links.' } as const;
    const { plan: _plan, ...unplanned } = readySnapshot(1, { configError });
    const found = modelRows(unplanned, untranslated);
    expect(found.map(({ label }) => label)).toEqual(['Configuration', 'Candidate points', 'Model']);
    expect(found[0]?.description).toBe('dnnsplit.json:3:1: no tiers/links.');
  });

  it('shows the candidates of a model that is still being planned, and that its plan is on the way', () => {
    const { plan: _plan, ...unplanned } = readySnapshot(1, { state: 'analyzing' });
    const found = modelRows(unplanned, untranslated);
    expect(found.map(({ label }) => label)).toEqual(['Plan', 'Candidate points', 'Model']);
    expect(found[0]?.description).toBe('being computed');
  });

  it('lists the dimensions that wait for a number', () => {
    const open = { ...analysis, openDimensions: [{ symbol: 'batch', tensors: 12 }] };
    const dimensions = modelRows(readySnapshot(1, { analysis: open }), untranslated).find(
      ({ id }) => id === 'dimensions',
    );
    expect(dimensions && lines(dimensions)).toEqual(['batch: in 12 tensors']);
  });

  it('begins with the sizes that are assumed, and lists apart those that are not, whatever they are called', () => {
    const assumed = {
      ...analysis,
      assumedDimensions: { batch: 1 },
      assumedText: 'batch 1',
      openDimensions: [
        { symbol: 'batch', tensors: 12 },
        { symbol: 'constructor', tensors: 3 },
      ],
    };
    const rows = modelRows(readySnapshot(1, { analysis: assumed }), untranslated);
    expect(rows[0]).toMatchObject({ id: 'assumed', description: 'batch 1' });
    expect(rows[0] && lines(rows[0])).toEqual(['batch: 1, assumed']);
    const open = rows.find(({ id }) => id === 'dimensions');
    expect(open && lines(open)).toEqual(['constructor: in 3 tensors']);
  });

  it('lists the first of the sizes that only a run decides', () => {
    const madeDimensions = Array.from({ length: 12 }, (_, index) => ({
      symbol: `${index}:count`,
      tensors: 20 - index,
    }));
    const rows = modelRows(readySnapshot(1, { analysis: { ...analysis, madeDimensions } }), untranslated);
    const made = rows.find(({ id }) => id === 'made-dimensions');
    expect(made && lines(made)).toHaveLength(10);
    expect(made?.children[0]).toMatchObject({ kind: 'dimension', label: '0:count', description: 'in 20 tensors' });
    expect(rows.some(({ id }) => id === 'dimensions')).toBe(false);
  });

  it('says every row in words alone, without signs that a screen reader would spell', () => {
    for (const row of allRows(rows)) {
      const said = row.spoken ?? rowText(row);
      expect(said, row.id).not.toMatch(/\/M\b|\||\n|undefined|NaN/);
      expect(said.trim(), row.id).not.toBe('');
    }
    const spoken = section('plan').children.map((row) => row.spoken);
    expect(spoken[1]).toBe('Tier device: 4 nodes, 12.5 ms, 3.00 kB, $12.3 per million requests');
    expect(spoken[4]).toBe('Link from edge to cloud: no traffic');
  });

  it('explains a link in its tooltip', () => {
    expect(section('plan').children[2]?.tooltip?.().split('\n\n')).toEqual([
      '**device to edge**',
      '**Bandwidth**: 20 Mbit/s',
      '**Crosses**: 201 kB, `pool:0`',
      '**Transfer**: 85.3 ms',
      '**Cost**: $0 per million requests',
    ]);
  });

  it('finds the row of a tier or link', () => {
    const index = new RowIndex(rows);
    expect(index.rowOf({ list: 'tiers', index: 2 })?.id).toBe('plan/tier/cloud');
    expect(index.rowOf({ list: 'links', index: 0 })?.id).toBe('plan/link/0');
    expect(index.rowOf({ list: 'links', index: 7 })).toBeUndefined();
  });

  it('finds the candidate right after a node, and the way up from it', () => {
    const index = new RowIndex(rows);
    const row = index.candidateAfter(['n:other', 'n:pool']);
    expect(row?.position).toBe(4);
    expect(row && index.parentOf(row)?.id).toBe('candidates');
    expect(index.candidateAfter(['n:nowhere'])).toBeUndefined();
  });

  it('keeps the text of a model out of Markdown', () => {
    expect(markdownCode('a`b``c')).toBe('```a`b``c```');
    expect(markdownText('[x](command:evil) <img>')).toBe('\\[x\\]\\(command:evil) \\<img\\>');
    const hostile = { ...plan, advice: '[click](command:workbench.action.quit)' };
    const advice = modelRows(readySnapshot(1, { plan: hostile }), untranslated)[0]?.children[0];
    expect(advice?.tooltip?.()).not.toContain('](');
  });

  it('writes factors with as many digits as they need', () => {
    expect([1.012, 3.21, 250.4].map(factorText)).toEqual(['1.012x', '3.2x', '250x']);
  });
});
