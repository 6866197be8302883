import { describe, expect, test } from 'vitest';
import { graphNodeArgument } from '../../../src/extension/commands/graphNode';
import { withoutPin } from '../../../src/extension/model/turnedKnobs';
import { menuContext } from '../../../webview/input/contextMenu';
import { nodeById } from '../../../webview/model/sceneModel';
import { initialState, reduce, type State } from '../../../webview/model/state';
import { planOf, residualNetwork, sceneOf } from '../../webview/harness/residualNet';

const network = residualNetwork(3);
const withScene = reduce(initialState, {
  type: 'host',
  message: { type: 'scene', scene: sceneOf(network, ['fold:block1']) },
});
const planned = reduce(withScene, { type: 'host', message: { type: 'plan', ...planOf(network, { cuts: [11, 30] }) } });
const boxOf = (state: State, id: string) => (state.scene === null ? undefined : nodeById(state.scene, id));
const contextOf = (state: State, id: string) => menuContext(state, boxOf(state, id));

describe('the context menu of the graph', () => {
  test('says of a node where it runs, and what can be done with it', () => {
    expect(contextOf(planned, 'conv_0')).toEqual({
      preventDefaultContextMenuItems: true,
      dnnsplitNode: 'conv_0',
      dnnsplitKind: 'node',
      dnnsplitTier: 0,
      dnnsplitBodies: false,
      dnnsplitInside: false,
      dnnsplitFoldable: false,
      dnnsplitCuttable: true,
      dnnsplitPinned: false,
    });
    const pinned = reduce(planned, { type: 'override', overrides: { pin: { conv_0: 'edge' } } });
    expect(contextOf(pinned, 'conv_0').dnnsplitPinned).toBe(true);
    expect(contextOf(pinned, 'relu_1').dnnsplitPinned).toBe(false);
  });

  test('says of a fold that it opens, of an input that nothing runs there, and nothing of an empty place', () => {
    expect(contextOf(planned, 'fold:block1')).toMatchObject({ dnnsplitKind: 'fold', dnnsplitFoldable: true });
    const input = planned.scene?.scene.nodes.find(({ kind }) => kind === 'input');
    expect(menuContext(planned, input)).toMatchObject({ dnnsplitKind: 'input', dnnsplitCuttable: false });
    expect(menuContext(planned, undefined)).toEqual({ preventDefaultContextMenuItems: true });
    expect(contextOf(withScene, 'conv_0').dnnsplitCuttable, 'there is no plan to cut').toBe(false);
  });

  test('gives its commands the node, and they take nothing else for one', () => {
    const context = { webview: 'dnnsplit.graph', ...contextOf(planned, 'conv_0') };
    expect(graphNodeArgument(context)).toEqual({ nodeId: 'conv_0', tier: 0 });
    for (const other of [undefined, null, 'conv_0', {}, { dnnsplitNode: 3 }]) {
      expect(graphNodeArgument(other)).toBeUndefined();
    }
    expect(graphNodeArgument({ dnnsplitNode: 'a', dnnsplitTier: -1 })).toEqual({ nodeId: 'a' });
  });

  test('lifts one pin and leaves the others', () => {
    const overrides = { objective: 'cost', pin: { a: 'edge', b: 'cloud' } };
    expect(withoutPin(overrides, 'a')).toEqual({ objective: 'cost', pin: { b: 'cloud' } });
    expect(withoutPin(withoutPin(overrides, 'a'), 'b')).toEqual({ objective: 'cost' });
    expect(withoutPin({}, 'a')).toEqual({});
  });
});
