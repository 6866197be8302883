import { describe, expect, it } from 'vitest';
import type { NodeDetails } from '../../../src/shared/protocol/requests';
import { createSceneModel } from '../../../webview/model/sceneModel';
import { hasDetails, shownIndex, shownNode } from '../../../webview/model/shown';
import { initialState, reduce } from '../../../webview/model/state';
import { residualNetwork, sceneOf } from '../../webview/harness/residualNet';

const network = residualNetwork(2);
const folded = createSceneModel(sceneOf(network, ['fold:block1']));
const inside = network.operators.findIndex(({ block }) => block === 1);
const insideId = network.operators[inside]?.id ?? '';
const details: NodeDetails = {
  id: insideId,
  label: insideId,
  op: 'Conv',
  domain: '',
  modulePath: '',
  orderIndex: inside,
  attributes: [],
  inputs: [],
  outputs: [],
  macs: null,
  weightBytes: 0,
  timeMsPerTier: [],
};

describe('what is selected', () => {
  const scene = (folds: readonly string[]) => ({ type: 'scene' as const, scene: sceneOf(network, folds) });

  it('becomes the first box of a fold that is opened, and stays a node that a fold takes in', () => {
    const selected = { ...initialState, scene: folded, selection: ['fold:block1', insideId] };
    const opened = reduce(selected, { type: 'host', message: scene([]) });
    expect(opened.selection).toEqual([insideId, insideId]);
    const closed = reduce({ ...opened, selection: [insideId] }, { type: 'host', message: scene(['fold:block1']) });
    expect(closed.selection).toEqual([insideId]);
  });
});

describe('the box that shows a node', () => {
  it('is its own where it has one', () => {
    const state = { ...initialState, scene: folded };
    expect(shownNode(state, 'conv_0')?.id).toBe('conv_0');
  });

  it('is the fold that it lies in, once its place is known', () => {
    const state = { ...initialState, scene: folded };
    expect(shownIndex(state, insideId)).toBeUndefined();
    expect(shownNode({ ...state, details }, insideId)?.id).toBe('fold:block1');
    const hit = { nodeId: insideId, orderIndex: inside, label: insideId, op: 'Conv', detail: '' };
    expect(shownNode({ ...state, search: { query: 'c', hits: [hit] } }, insideId)?.id).toBe('fold:block1');
  });

  it('has details to ask for unless it is a fold, an input or an output', () => {
    expect(hasDetails({ scene: folded }, 'conv_0')).toBe(true);
    expect(hasDetails({ scene: folded }, insideId)).toBe(true);
    expect(hasDetails({ scene: folded }, 'fold:block1')).toBe(false);
    expect(hasDetails({ scene: null }, 'fold:block1')).toBe(false);
  });

  it('keeps the keyboard in place when a block folds and unfolds', () => {
    const unfolded = sceneOf(network, []);
    const start = reduce(initialState, { type: 'host', message: { type: 'scene', scene: unfolded } });
    const at = reduce(start, { type: 'focus', nodeId: insideId });
    const closed = reduce(at, { type: 'host', message: { type: 'scene', scene: folded.scene } });
    expect(closed.focused).toBe('fold:block1');
    const open = reduce(closed, { type: 'host', message: { type: 'scene', scene: unfolded } });
    expect(open.focused).toBe(insideId);
  });
});
