import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDisplayList, type DisplayList } from '../../../src/engine/picture/displayList/displayList';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { sceneOverlay } from '../../../src/engine/report/sceneOverlay';
import type { HeatMetric } from '../../../src/shared/picture/picture';
import type { Scene, SceneOverlay } from '../../../src/shared/picture/scene';
import { expectFigure } from '../../support/figures';
import { byHand, handFolder, planByHand } from '../../support/handModel';

const names = Object.keys(byHand.nodes);
const outputs = { stem: 44, squeeze: 20, widen: 76, join: 120, body: 52, head: 76 };
const tierOf = (name: string) => byHand.tiers.findIndex((tier) => (tier.names as readonly string[]).includes(name));

const folder = handFolder();
afterAll(folder.remove);
let scene: Scene;
let overlay: SceneOverlay;
const shown = (metric: HeatMetric): DisplayList => createDisplayList(scene, { overlay, metric });

beforeAll(async () => {
  const { analyzed, result } = planByHand(folder);
  overlay = sceneOverlay(result.costs, result.plan);
  scene = await buildScene(analyzed.graph, { folded: [] }, createElkEngine());
});

/** The texts of a box in the picture. */
function textsOf(list: DisplayList, name: string): string[] {
  const { content } = list.box(scene.nodes.findIndex(({ label }) => label === name));
  return content.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
}

describe('the boxes of a graph', () => {
  it('are the nodes with what they compute, hold and give', () => {
    for (const [place, name] of names.entries()) {
      const { op, macs, weightBytes } = byHand.nodes[name as keyof typeof byHand.nodes];
      const outputBytes = outputs[name as keyof typeof outputs];
      const box = scene.nodes.find(({ label }) => label === name);
      expect(box).toMatchObject({ title: op, macs, weightBytes, outputBytes, orderIndices: [place] });
      expect(box?.subtitle).toBe(`1x${outputBytes / 4}`);
    }
    const ends = scene.nodes.filter(({ kind }) => kind === 'input' || kind === 'output');
    expect(ends.map(({ kind, label, outputBytes }) => [kind, label, outputBytes])).toEqual([
      ['input', 'x', 28],
      ['output', 'y', 76],
    ]);
    for (const edge of scene.edges) {
      const from = scene.nodes[edge.from];
      expect([edge.bytes, edge.shapeText], edge.tensor).toEqual([
        from?.outputBytes,
        `1x${(from?.outputBytes ?? 0) / 4}`,
      ]);
    }
  });

  it('stand at the positions of the order, with what crosses there and the work before', () => {
    // x; a; a, b; a, c; c, d; c, e; nothing that anybody reads.
    const crossing = [28, 44, 64, 120, 196, 128, 0];
    const work = [0, 77, 132, 227, 227, 617, 864];
    for (const { position, bytes, macsBefore } of scene.positions) {
      expect([bytes, macsBefore], `${position}`).toEqual([crossing[position], work[position]]);
    }
    expect(scene.positions.length).toBeGreaterThan(5);
  });

  it('say their time, and whether it is an estimate', () => {
    const list = shown('time');
    for (const name of names) {
      const { ms } = byHand.nodes[name as keyof typeof byHand.nodes];
      const texts = textsOf(list, name);
      const time = texts.find((text) => text.endsWith('s') && /\d/.test(text));
      expectFigure(time?.replace('~', ''), (ms[tierOf(name)] ?? 0) / 1e3, 's');
      expect(time?.startsWith('~'), name).toBe(name !== 'stem' && name !== 'squeeze');
    }
    expect(list.legend?.note).toMatch(/measured/);
    // Five products of matrices; joining only moves.
    expect(list.legend?.operators).toEqual([{ family: 'matrix', text: 'Matrix' }]);
    expectFigure(list.legend?.steps[0]?.text, 0.198e-3, 's');
    expectFigure(list.legend?.steps.at(-1)?.text, 3e-6, 's');
  });

  it.each([
    ['macs', 390, 55, ''],
    ['bytes', 120, 20, 'B'],
    ['weights', 1560, 220, 'B'],
  ] as const)('say their %s where that is asked for', (metric, most, least, unit) => {
    const { legend, heat } = shown(metric);
    const [first, middle, last] = legend?.steps ?? [];
    expectFigure(first?.text, most, unit);
    expectFigure(middle?.text, Math.sqrt(most * least), unit);
    expectFigure(last?.text, least, unit);
    expect([first?.share, last?.share]).toEqual([1, 0]);
    expect([heat.high, heat.low]).toEqual([most, least]);
  });
});

describe('the pills at the boundaries', () => {
  it.each(byHand.links.map((link, l) => [l, link] as const))(
    'name both tiers of link %i and what crosses',
    (l, link) => {
      const pill = shown('time').pills.find((one) => one.link === l);
      const [direction, figures = ''] = pill?.text.split('   ') ?? [];
      expect(direction).toBe(`${byHand.tiers[l]?.letter} → ${byHand.tiers[l + 1]?.letter}`);
      const [count = '', bytes, time, cost, ...others] = figures.split(' · ');
      expect([Number.parseInt(count, 10), others]).toEqual([link.tensors.length, []]);
      expectFigure(bytes, link.bytes, 'B');
      expectFigure(time, link.transferMs / 1e3, 's');
      expectFigure(cost, link.costPerRequest, '$');
      expect(pill?.shortText).toBe(`${direction}   ${bytes} · ${time}`);
    },
  );

  it('say the shape of a tensor that crosses alone, and leave out what costs nothing', () => {
    const [, c] = overlay.boundaries;
    if (c === undefined) throw new Error('c crosses the first link');
    const alone = createDisplayList(scene, { overlay: { ...overlay, boundaries: [c] }, metric: 'none' });
    expect(alone.pills[0]?.text).toBe(`D → E   ${c.text}`);
    expect(c.text.startsWith('1x19 float32 · 76 B · ')).toBe(true);
    const free = overlay.boundaries.map((one) => ({ ...one, cost: 0 }));
    const pills = createDisplayList(scene, { overlay: { ...overlay, boundaries: free }, metric: 'none' }).pills;
    for (const { text } of pills) expect(text).not.toContain('$');
  });
});

describe('the badges of the tiers', () => {
  it('have the letter and the name of their tier', () => {
    expect(shown('none').tierBadges.map(({ letter, name, tier }) => [tier, letter, name])).toEqual(
      byHand.tiers.map(({ letter, id }, tier) => [tier, letter, id]),
    );
  });

  it('say where the other plan has a box', () => {
    const moved = overlay.tierOfNode.map((tier, place) => (names[place] === 'join' ? 2 : tier));
    const list = createDisplayList(scene, { overlay, metric: 'none', other: { tierOfNode: moved } });
    const index = scene.nodes.findIndex(({ label }) => label === 'join');
    expect(list.tierLetters(index)).toBe('E → C');
    expect(list.movedTo(index)).toEqual({ first: 2, last: 2 });
  });
});
