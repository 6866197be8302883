import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import type { Scene, SceneNode } from '../../../src/shared/picture/scene';

const cell = 1024;
const tolerance = 0.01;

/** Boxes by the cells of a grid that they touch. */
class GridIndex {
  private readonly cells = new Map<number, number[]>();

  constructor(private readonly nodes: readonly SceneNode[]) {
    nodes.forEach((node, index) => {
      this.visit(node.x, node.y, node.x + node.width, node.y + node.height, (key) => {
        const known = this.cells.get(key);
        if (known) known.push(index);
        else this.cells.set(key, [index]);
      });
    });
  }

  private visit(left: number, top: number, right: number, bottom: number, each: (key: number) => void): void {
    for (let column = Math.floor(left / cell); column <= Math.floor(right / cell); column++) {
      for (let row = Math.floor(top / cell); row <= Math.floor(bottom / cell); row++) each(column * 1_000_000 + row);
    }
  }

  /** First node, by index, whose inside the rectangle touches. */
  hit(left: number, top: number, right: number, bottom: number, except = -1): number | undefined {
    let found: number | undefined;
    this.visit(left, top, right, bottom, (key) => {
      for (const index of this.cells.get(key) ?? []) {
        const node = this.nodes[index];
        if (node === undefined || index === except) continue;
        const apart =
          right <= node.x + tolerance ||
          left >= node.x + node.width - tolerance ||
          bottom <= node.y + tolerance ||
          top >= node.y + node.height - tolerance;
        if (!apart) found ??= index;
      }
    });
    return found;
  }
}

function overlaps(scene: Scene, index: GridIndex): string[] {
  return scene.nodes.flatMap((node, number) => {
    const other = index.hit(node.x, node.y, node.x + node.width, node.y + node.height, number);
    return other === undefined ? [] : [`${node.id} overlaps ${scene.nodes[other]?.id}`];
  });
}

function isOnBorder(node: SceneNode | undefined, x: number, y: number, side: 'top' | 'bottom'): boolean {
  if (node === undefined) return false;
  const border = side === 'top' ? node.y : node.y + node.height;
  return Math.abs(y - border) < tolerance && x >= node.x - tolerance && x <= node.x + node.width + tolerance;
}

function edgeProblems(scene: Scene, index: GridIndex): string[] {
  const problems: string[] = [];
  for (const { id, from, to, points } of scene.edges) {
    if (points.length < 4) {
      problems.push(`${id} is not drawn`);
      continue;
    }
    if (!isOnBorder(scene.nodes[from], points[0] ?? 0, points[1] ?? 0, 'bottom'))
      problems.push(`${id} starts off its source`);
    if (!isOnBorder(scene.nodes[to], points.at(-2) ?? 0, points.at(-1) ?? 0, 'top'))
      problems.push(`${id} ends off its target`);
    for (let at = 2; at < points.length; at += 2) {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = points.slice(at - 2, at + 2);
      if (y1 < y0 - tolerance) problems.push(`${id} leads upwards`);
      if (Math.abs(x1 - x0) > tolerance && Math.abs(y1 - y0) > tolerance) problems.push(`${id} is not orthogonal`);
      const hit = index.hit(Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1));
      if (hit !== undefined) problems.push(`${id} crosses ${scene.nodes[hit]?.id}`);
    }
  }
  return problems;
}

function boundsProblems(scene: Scene): string[] {
  const problems: string[] = [];
  const check = (what: string, x: number, y: number) => {
    const inside = x >= 0 && y >= 0 && x <= scene.width && y <= scene.height;
    if (!inside) problems.push(`${what} is out of bounds at ${x}, ${y}`);
  };
  for (const { id, x, y, width, height } of [...scene.nodes, ...scene.groups]) {
    check(id, x, y);
    check(id, x + width, y + height);
  }
  for (const { id, points } of scene.edges) {
    for (let at = 0; at < points.length; at += 2) check(id, points[at] ?? Number.NaN, points[at + 1] ?? Number.NaN);
  }
  for (const { position, y } of scene.cutLines) check(`cut ${position}`, 0, y);
  return problems;
}

/** Data that flows between two boxes, counted from the graph: `from>to` to the number of tensors. */
function expectedEdges(scene: Scene, graph: SplitGraph): Map<string, number> {
  const boxOfNode = new Map<number, string>();
  for (const { id, orderIndices } of scene.nodes) for (const place of orderIndices) boxOfNode.set(place, id);
  const expected = new Map<string, number>();
  const remembered = new Set(graph.state?.map(({ output }) => graph.tensors[output]?.name));
  for (const { name, producer, consumers, isGraphOutput } of graph.tensors) {
    const from = producer < 0 ? `input:${name}` : boxOfNode.get(producer);
    const targets = new Set(consumers.map((consumer) => boxOfNode.get(consumer)));
    // State is no box of its own: it is told on the node that keeps it.
    if (isGraphOutput && !remembered.has(name)) targets.add(`output:${name}`);
    for (const to of targets) {
      if (from !== to) expected.set(`${from}>${to}`, (expected.get(`${from}>${to}`) ?? 0) + 1);
    }
  }
  return expected;
}

function completenessProblems(scene: Scene, graph: SplitGraph): string[] {
  const problems: string[] = [];
  const places = scene.nodes.flatMap(({ orderIndices }) => orderIndices).sort((a, b) => a - b);
  if (places.length !== graph.nodes.length || places.some((place, index) => place !== index)) {
    problems.push('not every node is shown exactly once');
  }
  const expected = expectedEdges(scene, graph);
  for (const { from, to, tensorCount, id } of scene.edges) {
    const key = `${scene.nodes[from]?.id}>${scene.nodes[to]?.id}`;
    if (expected.get(key) !== tensorCount)
      problems.push(`${id} stands for ${tensorCount} tensors, not ${expected.get(key)}`);
    expected.delete(key);
  }
  for (const key of expected.keys()) problems.push(`${key} is missing`);
  const ids = [...scene.nodes, ...scene.edges].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) problems.push('ids are not unique');
  for (const { kind, id } of scene.nodes) {
    if (kind === 'fold' && !scene.groups.some((group) => group.id === id && group.folded))
      problems.push(`${id} is no group`);
  }
  return problems;
}

function cutLineProblems(scene: Scene): string[] {
  return scene.cutLines.flatMap(({ position, y }) => {
    const wrong = scene.nodes.find(({ orderIndices, y: top, height }) =>
      orderIndices.some((place) => (place < position ? top + height > y + tolerance : top < y - tolerance)),
    );
    const covered = scene.edges.find(({ points }) => runsLevelAt(points, y));
    return [
      ...(wrong === undefined ? [] : [`cut ${position} does not keep ${wrong.id} on its side`]),
      ...(covered === undefined ? [] : [`cut ${position} lies on ${covered.id}`]),
    ];
  });
}

function runsLevelAt(points: readonly number[], y: number): boolean {
  return points.some((end, at) => at % 2 === 1 && at > 1 && points[at - 2] === end && Math.abs(end - y) < 2);
}

/** The line with a group's name, at the top of its outline, must be free of boxes and of level lines. */
function headerProblems(scene: Scene, index: GridIndex): string[] {
  const headers = scene.groups.filter(({ folded }) => !folded);
  const level = scene.edges.flatMap(({ id, points }) =>
    points.flatMap((y, at) =>
      at % 2 === 1 && at > 1 && points[at - 2] === y
        ? [{ id, y, x0: points[at - 3] ?? 0, x1: points[at - 1] ?? 0 }]
        : [],
    ),
  );
  return headers.flatMap(({ id, x, y, width }) => {
    const [top, bottom] = [y + 2, y + 18];
    const box = index.hit(x, top, x + width, bottom);
    const line = level.find(
      (one) => one.y > top && one.y < bottom && Math.max(one.x0, one.x1) > x && Math.min(one.x0, one.x1) < x + width,
    );
    return [
      ...(box === undefined ? [] : [`${scene.nodes[box]?.id} covers the header of ${id}`]),
      ...(line === undefined ? [] : [`${line.id} runs along the header of ${id}`]),
    ];
  });
}

/** Everything that is wrong with a scene of a graph; empty for a good one. At most `most` of each kind. */
export function geometryProblems(scene: Scene, graph: SplitGraph, most = 5): string[] {
  const index = new GridIndex(scene.nodes);
  return [
    overlaps(scene, index),
    edgeProblems(scene, index),
    boundsProblems(scene),
    completenessProblems(scene, graph),
    scene.nodes.length < 3000 ? cutLineProblems(scene) : [],
    scene.nodes.length < 3000 ? headerProblems(scene, index) : [],
  ].flatMap((problems) => problems.slice(0, most));
}
