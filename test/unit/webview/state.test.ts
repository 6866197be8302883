import { describe, expect, test, vi } from 'vitest';
import { createHeatScale, heatOf } from '../../../src/engine/picture/displayList/heat';
import { hasOverrides } from '../../../src/shared/protocol/overrides';
import { memoryOf, readMemory } from '../../../webview/memory';
import { withCondition, withCut, withPin } from '../../../webview/model/overrides';
import { createSceneModel, foldTarget, hitGroupHeader, hitNode, toggleFold } from '../../../webview/model/sceneModel';
import { createStore, initialState, reduce } from '../../../webview/model/state';
import { planOf, residualNetwork, sceneOf } from '../../webview/harness/residualNet';
import { sceneFrom } from './sceneFrom';

const scene = sceneFrom({ a: [0, 0], b: [0, 100] }, [['a', 'b']]);
const withScene = reduce(initialState, { type: 'host', message: { type: 'scene', scene } });

describe('reducer', () => {
  test('a scene ends progress and failure and keeps the focus only where its node is still shown', () => {
    const working = reduce(
      { ...withScene, focused: 'b' },
      { type: 'host', message: { type: 'progress', stage: 'Laying out', fraction: 0.5 } },
    );
    expect(working.progress).toEqual({ stage: 'Laying out', fraction: 0.5 });
    const same = reduce(working, { type: 'host', message: { type: 'scene', scene } });
    expect([same.progress, same.focused]).toEqual([null, 'b']);
    const other = sceneFrom({ a: [0, 0] }, []);
    expect(reduce(working, { type: 'host', message: { type: 'scene', scene: other } }).focused).toBeNull();
  });

  test('a plan is related to the scene in whichever order they come', () => {
    const network = residualNetwork(2);
    const plan = { type: 'plan', ...planOf(network, {}) } as const;
    const drawn = { type: 'scene', scene: sceneOf(network, []) } as const;
    const planLast = reduce(reduce(initialState, { type: 'host', message: drawn }), { type: 'host', message: plan });
    const sceneLast = reduce(reduce(initialState, { type: 'host', message: plan }), { type: 'host', message: drawn });
    expect(planLast.list?.plan?.tiers).toEqual(sceneLast.list?.plan?.tiers);
    expect(planLast.list?.plan?.tiers).toHaveLength(drawn.scene.nodes.length);
  });

  test('selecting moves the focus and drops details of other nodes', () => {
    const details = {
      id: 'a',
      label: 'a',
      op: 'Conv',
      domain: '',
      modulePath: '',
      attributes: [],
      inputs: [],
      outputs: [],
      macs: 0,
      weightBytes: 0,
      timeMsPerTier: [],
    };
    const known = reduce(withScene, { type: 'host', message: { type: 'details', details } });
    expect(reduce(known, { type: 'select', nodeIds: ['a'] }).details).toEqual(details);
    const moved = reduce(known, { type: 'host', message: { type: 'select', nodeIds: ['b'], reveal: true } });
    expect([moved.details, moved.focused, moved.selection]).toEqual([null, 'b', ['b']]);
  });

  test('tells subscribers of changes only', () => {
    const store = createStore(initialState);
    const listener = vi.fn();
    store.subscribe(listener);
    store.dispatch({ type: 'hover', nodeId: null });
    expect(listener).not.toHaveBeenCalled();
    store.dispatch({ type: 'hover', nodeId: 'a' });
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('memory', () => {
  test('comes back as it was', () => {
    const state = {
      ...initialState,
      selection: ['a'],
      folded: ['x'],
      overrides: { cuts: [3, null], pin: { a: 'edge' } },
    };
    const memory = memoryOf(state, { x: 1, y: 2, zoom: 0.5 });
    expect(readMemory(JSON.parse(JSON.stringify(memory)), initialState)).toEqual(memory);
  });

  test('falls back to defaults for anything unexpected', () => {
    const defaults = memoryOf(initialState, null);
    for (const broken of [
      undefined,
      null,
      7,
      [],
      { camera: { x: 'no' }, panel: { tab: 'none', size: 'wide' }, metric: 1 },
    ]) {
      expect(readMemory(broken, initialState)).toEqual(defaults);
    }
  });
});

describe('overrides', () => {
  test('keep what was set before', () => {
    const first = withCondition({ objective: 'cost' }, 'bandwidthMbps', 2, 1, 50);
    expect(first).toEqual({ objective: 'cost', bandwidthMbps: [null, 50] });
    expect(withCondition(first, 'bandwidthMbps', 2, 0, 5).bandwidthMbps).toEqual([5, 50]);
    expect(withCondition(first, 'tierSpeed', 3, 0, 2)).toEqual({ ...first, tierSpeed: [2, null, null] });
  });

  test('push other cuts along so that data only flows upwards', () => {
    expect(withCut({ cuts: [10, 40] }, 2, 0, 60).cuts).toEqual([60, 60]);
    expect(withCut({ cuts: [10, 40] }, 2, 1, 5).cuts).toEqual([5, 5]);
    expect(withCut({}, 2, 1, 5).cuts).toEqual([null, 5]);
  });

  test('pin and release', () => {
    const pinned = withPin({}, 'a', 'edge');
    expect(pinned.pin).toEqual({ a: 'edge' });
    expect(hasOverrides(pinned)).toBe(true);
    expect(withPin(pinned, 'a', null)).toEqual({});
    expect(withPin(withPin(pinned, 'b', 'cloud'), 'a', null)).toEqual({ pin: { b: 'cloud' } });
    expect(hasOverrides({ cuts: [null, null] })).toBe(false);
  });
});

describe('scene model', () => {
  test('finds what is under a point', () => {
    const network = residualNetwork(2);
    const model = createSceneModel(sceneOf(network, []));
    const group = model.scene.groups[0];
    const node = model.scene.nodes[1];
    if (group === undefined || node === undefined) throw new Error('The generated network has groups and nodes.');
    expect(hitNode(model, node.x + 5, node.y + 5)?.id).toBe(node.id);
    expect(hitNode(model, -50, -50)).toBeUndefined();
    expect(hitGroupHeader(model, group.x + 20, group.y + 8)?.id).toBe(group.id);
  });

  test('folds the innermost block of a node and unfolds a fold', () => {
    const network = residualNetwork(2);
    const model = createSceneModel(sceneOf(network, ['fold:block1']));
    const inside = model.scene.nodes.find(({ id }) => id === 'conv_3');
    const fold = model.scene.nodes.find(({ kind }) => kind === 'fold');
    const outside = model.scene.nodes.find(({ id }) => id === 'conv_0');
    if (inside === undefined || fold === undefined || outside === undefined) throw new Error('The nodes are there.');
    expect(foldTarget(model, inside)).toBe('fold:block0');
    expect(foldTarget(model, fold)).toBe('fold:block1');
    expect(foldTarget(model, outside)).toBeUndefined();
    expect(toggleFold(['a'], 'b')).toEqual(['a', 'b']);
    expect(toggleFold(['a', 'b'], 'a')).toEqual(['b']);
  });
});

describe('heat', () => {
  test('is logarithmic from the smallest to the largest value, over four decades at most', () => {
    const values = [1, 1e3, 1e6];
    const scene = sceneFrom({ a: [0, 0], b: [0, 100], c: [0, 200] }, [], (node) => ({
      ...node,
      macs: values[node.orderIndices[0] ?? 0] ?? 0,
    }));
    const scale = createHeatScale('macs', scene, null);
    expect([scale.low, scale.high]).toEqual([100, 1e6]);
    expect(heatOf(scale, 1e6)).toBe(1);
    expect(heatOf(scale, 1e4)).toBeCloseTo(0.5);
    expect(heatOf(scale, 1)).toBe(0);
  });
});
