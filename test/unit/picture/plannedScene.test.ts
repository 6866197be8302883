import { describe, expect, test } from 'vitest';
import { createDisplayList } from '../../../src/engine/picture/displayList/displayList';
import { createPlannedScene } from '../../../src/engine/picture/displayList/plannedScene';
import type { SceneOverlay } from '../../../src/shared/picture/scene';
import { tierLetters } from '../../../src/shared/picture/tierLook';
import { sceneFrom } from '../webview/sceneFrom';

const chain = sceneFrom({ a: [0, 0], b: [0, 100], c: [0, 200], d: [0, 300] }, [
  ['a', 'b'],
  ['b', 'c'],
  ['c', 'd'],
]);
const withCuts = {
  ...chain,
  cutLines: [1, 2, 3].map((position) => ({ position, y: position * 100 - 30 })),
};

function overlay(tierOfNode: readonly number[], links: readonly number[] = []): SceneOverlay {
  return {
    tierNames: ['device', 'edge', 'cloud'],
    tierOfNode,
    timeMsOfNode: tierOfNode.map((_, index) => index + 1),
    measured: tierOfNode.map(() => true),
    boundaries: links.map((link) => ({ link, tensor: 'b', text: `over ${link}`, bytes: 32, transferMs: 1, cost: 0 })),
  };
}

describe('tier letters', () => {
  test('are as short as they can be told apart', () => {
    expect(tierLetters(['device', 'edge', 'cloud'])).toEqual(['D', 'E', 'C']);
    expect(tierLetters(['edge1', 'edge2', 'cloud'])).toEqual(['E1', 'E2', 'C']);
    expect(tierLetters(['camera', 'cloud'])).toEqual(['CA', 'CL']);
    expect(tierLetters(['phone', 'phonebox'])).toEqual(['P1', 'P2']);
  });

  test('are unique', () => {
    for (const names of [
      ['a', 'ab', 'abc', 'b'],
      ['x1', 'x2', 'x'],
      ['Edge', 'edge'],
    ]) {
      expect(new Set(tierLetters(names)).size).toBe(names.length);
    }
  });
});

describe('plan on a scene', () => {
  test('has one band per tier that meet at the boundary line', () => {
    const plan = createPlannedScene(withCuts, overlay([0, 0, 1, 1], [0]));
    expect(plan.bands).toEqual([
      { tier: 0, top: Number.NEGATIVE_INFINITY, bottom: 170 },
      { tier: 1, top: 170, bottom: Number.POSITIVE_INFINITY },
    ]);
    const carried = { tensors: [{ name: 'b', text: 'over 0' }], bytes: 32, transferMs: 1, costPerRequest: 0 };
    expect(plan.boundaries).toEqual([{ link: 0, position: 2, y: 170, edges: [1], ...carried }]);
    expect([...plan.crossing]).toEqual([[1, 0]]);
  });

  test('shows both links at one line when a tier runs nothing', () => {
    const plan = createPlannedScene(withCuts, overlay([0, 2, 2, 2], [0, 1]));
    expect(plan.boundaries.map(({ link, position, y }) => [link, position, y])).toEqual([
      [0, 1, 70],
      [1, 1, 70],
    ]);
  });

  test('has no line and no band where the cut runs across branches', () => {
    const plan = createPlannedScene(withCuts, overlay([0, 1, 0, 1], [0]));
    expect(plan.bands).toEqual([]);
    expect(plan.boundaries[0]).toMatchObject({ position: null, y: null });
  });

  test('adds up the time of a fold and spans its tiers', () => {
    const folded = sceneFrom({ a: [0, 0], fold: [0, 100] }, [['a', 'fold']], (node) =>
      node.id === 'fold' ? { ...node, kind: 'fold', orderIndices: [1, 2, 3] } : node,
    );
    const plan = createPlannedScene(folded, overlay([0, 0, 1, 1]));
    expect(plan.tiers[1]).toEqual({ first: 0, last: 1 });
    expect(plan.timeMs[1]).toBe(9);
  });

  test('has a label at the fold that a boundary runs through, where no box around it has a band', () => {
    const folded = sceneFrom({ fold: [0, 100] }, [], (node) => ({ ...node, kind: 'fold', orderIndices: [0, 1, 2] }));
    const list = createDisplayList(folded, { overlay: overlay([0, 0, 1], [0]), metric: 'time' });
    expect(list.plan?.boundaries[0]?.y).toBeNull();
    expect(list.pills).toMatchObject([{ text: 'D → E   over 0', anchor: { x: 50, y: 120 } }]);
    expect(list.tierLetters(0)).toBe('D–E');
  });

  test('lets a graph input arrive on the first tier', () => {
    const withInput = sceneFrom({ in: [0, 0], a: [0, 100] }, [['in', 'a']], (node) =>
      node.id === 'in' ? { ...node, kind: 'input', orderIndices: [] } : { ...node, orderIndices: [0] },
    );
    const plan = createPlannedScene(withInput, overlay([1], [0]));
    expect([...plan.crossing]).toEqual([[0, 0]]);
  });
});
