import type { Scene, SceneNode } from '../../../src/shared/picture/scene';

/** A scene of nodes 100 by 40 at given places, in the order given, joined by straight edges. */
export function sceneFrom(
  places: Readonly<Record<string, readonly [number, number]>>,
  edges: readonly (readonly [string, string])[],
  change: (node: SceneNode) => SceneNode = (node) => node,
): Scene {
  const ids = Object.keys(places);
  const nodes = ids.map((id, index): SceneNode => {
    const [x, y] = places[id] ?? [0, 0];
    return change({
      id,
      x,
      y,
      width: 100,
      height: 40,
      kind: 'node',
      title: id,
      subtitle: '1x8 float32',
      family: 'other',
      label: id,
      orderIndices: [index],
      macs: 10,
      outputBytes: 32,
      weightBytes: 0,
    });
  });
  return {
    width: Math.max(...nodes.map(({ x }) => x)) + 100,
    height: Math.max(...nodes.map(({ y }) => y)) + 40,
    nodes,
    edges: edges.map(([from, to]) => {
      const [x0, y0] = places[from] ?? [0, 0];
      const [x1, y1] = places[to] ?? [0, 0];
      return {
        id: `${from}-${to}`,
        from: ids.indexOf(from),
        to: ids.indexOf(to),
        points: [x0 + 50, y0 + 40, x1 + 50, y1],
        tensor: from,
        tensorCount: 1,
        bytes: 32,
        shapeText: '1x8',
      };
    }),
    groups: [],
    folded: [],
    cutLines: [],
    positions: [],
  };
}
