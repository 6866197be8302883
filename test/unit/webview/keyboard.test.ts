import { describe, expect, test } from 'vitest';
import { commandForKey, type Step, walk } from '../../../webview/input/keyboard';
import { createSceneModel } from '../../../webview/model/sceneModel';
import { sceneFrom } from './sceneFrom';

//        a
//       / \
//      b   c
//      |   |
//      d   |
//       \ /
//        e
const model = createSceneModel(
  sceneFrom({ a: [100, 0], b: [0, 100], c: [200, 100], d: [0, 200], e: [100, 300] }, [
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'd'],
    ['d', 'e'],
    ['c', 'e'],
  ]),
);

function path(start: string, ...steps: Step[]): string {
  let at = model.nodeIndexById.get(start);
  for (const step of steps) at = walk(model, at, step);
  return model.scene.nodes[at ?? -1]?.id ?? 'nowhere';
}

describe('walking the graph', () => {
  test('down follows the nearest consumer, up the nearest producer', () => {
    expect(path('a', 'down')).toBe('b');
    expect(path('a', 'down', 'down', 'down')).toBe('e');
    expect(path('e', 'up')).toBe('d');
    expect(path('c', 'up')).toBe('a');
  });

  test('left and right go to siblings of the same producer or consumer', () => {
    expect(path('b', 'right')).toBe('c');
    expect(path('c', 'left')).toBe('b');
    expect(path('d', 'right')).toBe('c');
  });

  test('stays where there is nothing that way', () => {
    expect(path('a', 'up')).toBe('a');
    expect(path('e', 'down')).toBe('e');
    expect(path('b', 'left')).toBe('b');
  });

  test('Home and End, and the first step without a start', () => {
    expect(path('c', 'first')).toBe('a');
    expect(path('c', 'last')).toBe('e');
    expect(walk(model, undefined, 'down')).toBe(model.nodeIndexById.get('a'));
  });
});

describe('keys', () => {
  const key = (name: string, modifiers = {}) =>
    commandForKey({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

  test('have a meaning on the graph', () => {
    expect(key('ArrowDown')).toEqual({ kind: 'walk', step: 'down' });
    expect(key('/')).toEqual({ kind: 'search' });
    expect(key(' ')).toEqual({ kind: 'fold' });
    expect(key('Enter')).toEqual({ kind: 'activate' });
    expect(key('Enter', { shiftKey: true })).toEqual({ kind: 'extend' });
  });

  test('with modifiers belong to VS Code', () => {
    expect(key('f', { ctrlKey: true })).toBeUndefined();
    expect(key('ArrowUp', { altKey: true })).toBeUndefined();
    expect(key('toString')).toBeUndefined();
    expect(key('Tab')).toBeUndefined();
  });
});
