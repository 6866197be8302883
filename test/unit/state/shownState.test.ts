import { describe, expect, it } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { graphOfText, graphText } from '../../../src/engine/picture/layout/graphText';
import { inferSized } from '../../../src/engine/shapes/assumed/assumeSizes';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { modelRows } from '../../../src/extension/tree/modelRows';
import { rowText } from '../../../src/extension/tree/row';
import { untranslated } from '../../../src/extension/window/text';
import type { StateReport } from '../../../src/shared/reports/stateReports';
import { unwatched } from '../../../src/shared/work/work';
import { decoderModel } from '../../support/decoderModel';
import { analysis, plan, readySnapshot } from '../extension/fixtures';

describe('the picture of a model with state', () => {
  const { inferred, state } = inferSized(decoderModel({ layers: 1 }), {}, unwatched);

  it('has a loop with its bytes on the node that keeps it, and no boxes for what comes from the last call', async () => {
    const graph = buildSplitGraph(inferred, state);
    const scene = await buildScene(graph, { folded: [] }, createElkEngine());
    const { nodes } = scene;
    expect(nodes.filter(({ kind }) => kind === 'input').map(({ title }) => title)).toEqual(['input_ids']);
    expect(nodes.filter(({ kind }) => kind === 'output').map(({ title }) => title)).toEqual(['logits']);
    const keepers = nodes.filter(({ stateBytes }) => stateBytes !== undefined);
    // 128 cached tokens and one more, with 64 floats each.
    expect(keepers.map(({ title, stateBytes }) => [title, stateBytes])).toEqual([
      ['Concat', 129 * 64 * 4],
      ['Concat', 129 * 64 * 4],
    ]);
    for (const { subtitle } of keepers) expect(subtitle).toMatch(/ ↻ 33\.0 kB$/);
    expect(await buildScene(graphOfText(graphText(graph)), { folded: [] }, createElkEngine())).toEqual(scene);
    const folded = await buildScene(buildSplitGraph(inferred, []), { folded: [] }, createElkEngine());
    expect(folded.nodes.filter(({ kind }) => kind === 'input')).toHaveLength(3);
    expect(folded.nodes.some(({ subtitle }) => subtitle.includes('↻'))).toBe(false);
  });
});

describe('the tree of a model with state', () => {
  const pair = (layer: number): StateReport => ({
    ...{ input: `past_${layer}`, output: `present_${layer}`, dtype: 'float32', shape: [1, 129, 64], bytes: 33_024 },
    ...{ growsAlong: 1, madeBy: `Concat ${layer}`, readBy: `Concat ${layer}` },
  });
  const remembering = { ...analysis, state: [pair(0), pair(1)] };
  const sessions = {
    ...plan,
    session: { prefillTokens: 512, generatedTokens: 128, firstTokenMs: 1200, perTokenMs: 45, tokensPerSecond: 20 },
    tiers: plan.tiers.map((tier, k) => (k === 0 ? { ...tier, stateBytes: 66_048, sessionsThatFit: 12 } : tier)),
  };
  const section = (snapshot: object) => {
    const rows = modelRows({ ...readySnapshot(1), ...snapshot }, untranslated);
    return rows.find(({ id }) => id === 'state');
  };

  it('lists it with how its session goes and how many fit', () => {
    const shown = section({ analysis: remembering, plan: sessions });
    expect(shown && rowText(shown)).toBe('State: 2 tensors, 66.0 kB, growing with every call');
    expect(shown?.children.map(rowText)).toEqual([
      'Session: 512 given, 128 generated tokens',
      'First token: 1.20 s',
      'Each further token: 45.0 ms',
      `${sessions.tiers[0]?.id}: 66.0 kB per session, 12 sessions fit`,
      'past_0: 1x129x64 float32, 33.0 kB',
      'past_1: 1x129x64 float32, 33.0 kB',
    ]);
    expect(shown?.children.at(-1)?.tooltip?.()).toContain('`present_1`');
  });

  it('lists a hundred pairs at most, and none without state', () => {
    const many = { ...analysis, state: Array.from({ length: 130 }, (_, layer) => pair(layer)) };
    expect(section({ analysis: many })?.children.at(-1)?.label).toBe('and 30 more');
    expect(section({ analysis })).toBeUndefined();
  });
});
