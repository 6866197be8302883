import { alignBlock, type BlockInput, type BlockLayout, simplifyRoute } from './blockLayout';
import type { ElkEngine, ElkGraph, ElkResult } from './elkEngine';
import { columnGap, lineGap, rowGap, vertexHeight } from './layoutGraph';

/** Never NETWORK_SIMPLEX for the placement of nodes: minutes at a few thousand nodes. */
const options: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.separateConnectedComponents': 'false',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.spacing.nodeNode': String(columnGap),
  'elk.spacing.edgeNode': String(lineGap + 4),
  'elk.spacing.edgeEdge': String(lineGap),
  'elk.layered.spacing.nodeNodeBetweenLayers': String(rowGap),
  'elk.layered.spacing.edgeNodeBetweenLayers': String(lineGap),
  'elk.layered.spacing.edgeEdgeBetweenLayers': String(lineGap),
  'elk.layered.mergeEdges': 'true',
  'elk.layered.crossingMinimization.strategy': 'LAYER_SWEEP',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
};

/**
 * A main path with skips beside it stays a straight line where nodes are not balanced between their neighbors; a fan of
 * branches looks lopsided then.
 */
function alignmentFor({ widths, edges }: BlockInput): 'NONE' | 'BALANCED' {
  const readers = new Int32Array(widths.length);
  for (const { from } of edges) readers[from] = (readers[from] ?? 0) + 1;
  return readers.some((count) => count > 2) ? 'BALANCED' : 'NONE';
}

function layerConstraint(vertex: number, { widths, hasEntry, hasExit }: BlockInput) {
  const isEntry = vertex === 0 && hasEntry;
  const isExit = vertex === widths.length - 1 && hasExit;
  if (!isEntry && !isExit) return {};
  return { layoutOptions: { 'elk.layered.layering.layerConstraint': isEntry ? 'FIRST' : 'LAST' } };
}

function elkGraphOf(input: BlockInput): ElkGraph {
  return {
    id: 'block',
    layoutOptions: { ...options, 'elk.layered.nodePlacement.bk.fixedAlignment': alignmentFor(input) },
    children: input.widths.map((width, vertex) => ({
      id: `v${vertex}`,
      width,
      height: vertexHeight,
      ...layerConstraint(vertex, input),
    })),
    edges: input.edges.map(({ from, to }, edge) => ({ id: `e${edge}`, sources: [`v${from}`], targets: [`v${to}`] })),
  };
}

/** The rows that ELK's layers are; nothing when its vertices do not fall into rows. */
function rowsOf(result: ElkResult): { rows: number[]; rowTops: number[] } | undefined {
  const tops = [...new Set(result.children.map(({ y }) => y))].sort((a, b) => a - b);
  const rowTops: number[] = [];
  for (const top of tops) {
    const last = rowTops.at(-1);
    if (last !== undefined && top - last < 0.5) continue;
    if (last !== undefined && top - last < vertexHeight + lineGap) return undefined;
    rowTops.push(top);
  }
  const rows = result.children.map(({ y }) => rowTops.findIndex((top) => Math.abs(top - y) < 0.5));
  return { rows, rowTops };
}

/** ELK's route of an edge, from border to border; nothing when it does not lead downwards. */
function routeOf(result: ElkResult, edge: number, startY: number, endY: number): number[] | undefined {
  const sections = result.edges[edge]?.sections ?? [];
  const section = sections[0];
  if (section === undefined || sections.length > 1) return undefined;
  const points = [section.startPoint.x, startY];
  for (const { x, y } of section.bendPoints) points.push(x, Math.min(endY, Math.max(startY, y)));
  points.push(section.endPoint.x, endY);
  for (let index = 3; index < points.length; index += 2) {
    if ((points[index] ?? 0) < (points[index - 2] ?? 0)) return undefined;
  }
  return simplifyRoute(points);
}

/**
 * Lays out one block with ELK's layered algorithm.
 * @returns nothing where ELK fails or gives a result that the picture cannot use; the caller then does without ELK.
 */
export async function layOutWithElk(input: BlockInput, elk: ElkEngine): Promise<BlockLayout | undefined> {
  let result: ElkResult;
  try {
    result = await elk.layout(elkGraphOf(input));
  } catch {
    return undefined;
  }
  const found = rowsOf(result);
  if (found === undefined) return undefined;
  const { rows, rowTops } = found;
  // The exit is moved down to a row of its own, which is free only from the last row on.
  const isEntryFirst = !input.hasEntry || rows[0] === 0;
  const isExitLast = !input.hasExit || rows.at(-1) === rowTops.length - 1;
  if (!isEntryFirst || !isExitLast) return undefined;
  const origin = rowTops[0] ?? 0;
  const routes = input.edges.map(({ from, to }, edge) =>
    routeOf(result, edge, (rowTops[rows[from] ?? 0] ?? 0) + vertexHeight, rowTops[rows[to] ?? 0] ?? 0),
  );
  if (routes.includes(undefined)) return undefined;

  const centers = result.children.map(({ x }, vertex) => x + (input.widths[vertex] ?? 0) / 2);
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  centers.forEach((center, vertex) => {
    left = Math.min(left, center - (input.widths[vertex] ?? 0) / 2);
    right = Math.max(right, center + (input.widths[vertex] ?? 0) / 2);
  });
  for (const route of routes) {
    for (let index = 0; index < (route?.length ?? 0); index += 2) {
      left = Math.min(left, route?.[index] ?? left);
      right = Math.max(right, route?.[index] ?? right);
    }
  }
  const layout: BlockLayout = {
    centers,
    rows,
    rowTops: rowTops.map((top) => top - origin),
    routes: routes.map((route) => route?.map((value, index) => (index % 2 === 1 ? value - origin : value))),
    left,
    right,
  };
  return alignBlock(layout, input);
}
