import { describe, expect, test } from 'vitest';
import type { FromWebview } from '../../../src/shared/protocol/webviewMessages';
import { createController } from '../../../webview/control/controller';
import { cutAt } from '../../../webview/control/cutDrag';
import { menuContext } from '../../../webview/input/contextMenu';
import { nodeById } from '../../../webview/model/sceneModel';
import { createStore, initialState } from '../../../webview/model/state';
import { planOf, residualNetwork, sceneOf } from '../../webview/harness/residualNet';
import { sceneFrom } from './sceneFrom';

const network = residualNetwork(3);
const bodies = [
  { id: 'relu_1/then_branch', name: 'then_branch', nodes: 2 },
  { id: 'relu_1/else_branch', name: 'else_branch', nodes: 1 },
];
const whole = sceneOf(network, []);
const model = { ...whole, nodes: whole.nodes.map((node) => (node.id === 'relu_1' ? { ...node, bodies } : node)) };
const inside = sceneFrom({ 'relu_1/then_branch/0': [0, 0], 'relu_1/then_branch/1': [0, 100] }, []);

/** A page with a model of which a node can be opened, and everything that it posts. */
function page() {
  const store = createStore(initialState);
  const posted: FromWebview[] = [];
  const said: string[] = [];
  const transport = {
    post: (message: FromWebview) => posted.push(message),
    listen: () => {},
    remember: () => {},
    remembered: () => null,
  };
  const controller = createController(store, transport, (sentence) => said.push(sentence));
  const host = (message: Parameters<typeof store.dispatch>[0] & { type: 'host' }) => store.dispatch(message);
  host({ type: 'host', message: { type: 'scene', scene: model } });
  host({ type: 'host', message: { type: 'plan', ...planOf(network, { cuts: [1, 30] }) } });
  const receive = (body: string) => host({ type: 'host', message: { type: 'scene', scene: inside, body } });
  return { store, controller, posted, receive, host };
}

describe('the inside of a node', () => {
  test('is asked for, shown where the node runs, and left at the node', () => {
    const { store, controller, posted, receive } = page();
    expect(controller.openBody('conv_0'), 'nothing is in it').toBe(false);
    expect(controller.openBody('relu_1')).toBe(true);
    expect(posted.at(-1)).toEqual({ type: 'requestScene', folded: null, body: 'relu_1/then_branch' });
    expect(store.state().body, 'until it is there').toBeNull();
    receive('relu_1/then_branch');
    const { body, list, scene, focused, selection } = store.state();
    expect(body?.path.map(({ name, label }) => [name, label])).toEqual([['then_branch', 'layer0.relu_1']]);
    expect(scene?.scene).toBe(inside);
    // The plan is cut after the first node, so that this one runs on the second tier.
    expect(list?.plan?.tiers.map((span) => span?.first)).toEqual([1, 1]);
    expect(list?.plan?.boundaries).toEqual([]);
    expect([focused, selection]).toEqual(['relu_1/then_branch/0', []]);
    controller.showBody([]);
    const left = store.state();
    expect([left.scene?.scene, left.body, left.focused]).toEqual([model, null, 'relu_1']);
    expect(posted.at(-2)).toEqual({ type: 'selected', nodeIds: ['relu_1'] });
  });

  test('is not cut, pinned or asked to be', () => {
    const { store, controller, receive, posted } = page();
    controller.openBody('relu_1');
    receive('relu_1/then_branch');
    const state = store.state();
    expect(cutAt(state, 1)).toBeUndefined();
    const node = state.scene === null ? undefined : nodeById(state.scene, 'relu_1/then_branch/0');
    expect(menuContext(state, node)).toMatchObject({ dnnsplitCuttable: false, dnnsplitInside: true, dnnsplitTier: 1 });
    controller.cutAfter('relu_1/then_branch/0', 0);
    expect(posted.some(({ type }) => type === 'override')).toBe(false);
    expect(store.state().notice).toMatchObject({ kind: 'told' });
  });

  test('is left for what is selected elsewhere, and for a new graph of the model', () => {
    const { store, controller, receive, host } = page();
    controller.openBody('relu_1', 'relu_1/else_branch');
    receive('relu_1/then_branch');
    expect(store.state().body, 'another one was asked for').toBeNull();
    receive('relu_1/else_branch');
    expect(store.state().body?.path.at(-1)?.name).toBe('else_branch');
    host({ type: 'host', message: { type: 'select', nodeIds: ['conv_0'], reveal: true } });
    expect([store.state().body, store.state().scene?.scene, store.state().focused]).toEqual([null, model, 'conv_0']);
    controller.openBody('relu_1');
    receive('relu_1/then_branch');
    host({ type: 'host', message: { type: 'scene', scene: whole } });
    expect([store.state().body, store.state().scene?.scene]).toEqual([null, whole]);
  });

  test('that cannot be shown is told, and the graph stays', () => {
    const { store, controller, host } = page();
    controller.openBody('relu_1');
    const error = { code: 'bad-usage', message: 'There is no body.' } as const;
    host({ type: 'host', message: { type: 'noBody', body: 'relu_1/then_branch', error } });
    expect(store.state()).toMatchObject({ opening: null, body: null, error: null });
    expect(store.state().notice).toEqual({ kind: 'told', sentence: 'There is no body.' });
  });

  test('is folded by itself: the folds of the model stay as they are', () => {
    const { store, controller, receive, posted } = page();
    controller.openBody('relu_1');
    receive('relu_1/then_branch');
    controller.toggleGroup('fold:relu_1/then_branch/0..relu_1/then_branch/1');
    expect(posted.at(-1)).toMatchObject({ type: 'requestScene', body: 'relu_1/then_branch' });
    expect(store.state().folded).toBeNull();
  });
});
