import { say } from '../../../shared/messages/say';
import { freeHeight, levelHeights } from '../../../shared/picture/freeHeight';
import type { Scene, SceneEdge, SceneGroup, SceneNode } from '../../../shared/picture/scene';
import { textWidth } from '../../../shared/wording/textWidth';
import { throwIfCanceled, unwatched, type Work } from '../../../shared/work/work';
import type { SplitGraph } from '../../split/splitGraph';
import type { ElkEngine } from './elkEngine';
import { type FoldGroup, groupLabel } from './foldGroup';
import { type GroupHeaders, groupHeaders, headerHeight } from './groupHeaders';
import { comfortableSize, defaultFolding, foldGroups } from './groups';
import { type Geometry, routeLanes } from './lanes';
import { vertexHeight } from './layoutGraph';
import { crossingTensors } from './liveTensors';
import { positionProfile } from './positionProfile';
import { nodeContentOf, type SceneNodeContent, sumOrNull } from './sceneNodes';
import { tensorShapeText } from './shapeText';
import { stackBlocks } from './stack';
import { type ViewGraph, viewGraph } from './viewGraph';

/** Free space around the picture and around the nodes of a group, in CSS pixels. */
const margin = 24;
const groupMargin = 6;
const nestedMargin = 4;
const mostNested = 3;

/** A wider picture is not readable whole beside an editor's other parts, so that more of it is folded at first. */
const comfortableWidth = 950;
/** How often more is folded; each time what is inside of the last may turn out to be narrow. */
const mostNarrowings = 4;

const titlePx = 12;
const subtitlePx = 11;
const textMargin = 12;
const leastWidth = 88;
const mostWidth = 240;

/** Widths are multiples of this, so that blocks with nearly equal texts are laid out once. */
const widthStep = 8;

/** Room beside the first line for a figure of the plan, such as `~1.25 ms`, and the dot behind it. */
const figureWidth = 64;

/** Width of a box that shows both of its lines; longer texts are for the renderer to shorten. */
function boxWidth({ title, subtitle, kind }: SceneNodeContent): number {
  const figure = kind === 'node' || kind === 'fold' ? figureWidth : 0;
  const text = Math.max(textWidth(title, titlePx) + figure, textWidth(subtitle, subtitlePx));
  const width = Math.ceil((text + 2 * textMargin) / widthStep) * widthStep;
  return Math.min(mostWidth, Math.max(leastWidth, width));
}

function sceneEdges(graph: SplitGraph, view: ViewGraph, ids: readonly string[], geometry: Geometry): SceneEdge[] {
  return view.edges.map(({ from, to, tensors }, edge) => {
    const first = graph.tensors[tensors[0] ?? -1];
    const points = (geometry.routes[edge] ?? []).map((value, axis) =>
      axis % 2 === 0 ? value - geometry.left + margin : value + margin,
    );
    return {
      id: `${first?.name ?? ''}:${ids[from]}->${ids[to]}`,
      from,
      to,
      points,
      tensor: first?.name ?? '',
      tensorCount: tensors.length,
      bytes: sumOrNull(tensors.map((tensor) => graph.tensors[tensor]?.bytes)),
      shapeText: first === undefined ? '' : tensorShapeText(first),
    };
  });
}

function sceneGroups(
  graph: SplitGraph,
  view: ViewGraph,
  { levels, depths }: GroupHeaders,
  nodes: readonly SceneNode[],
): SceneGroup[] {
  return view.groups.map(({ group, folded, vertices }, index) => {
    // Outlines of nested groups lie beside one another.
    const aside = groupMargin + nestedMargin * Math.min(mostNested, depths[index] ?? 0);
    const above = (levels[index] ?? 0) * headerHeight;
    let left = Number.POSITIVE_INFINITY;
    let right = 0;
    let top = Number.POSITIVE_INFINITY;
    let bottom = 0;
    for (const vertex of vertices) {
      const { x = 0, y = 0, width = 0, height = 0 } = nodes[vertex] ?? {};
      left = Math.min(left, x);
      right = Math.max(right, x + width);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + height);
    }
    return {
      id: group.id,
      label: groupLabel(graph, group),
      folded,
      x: left - aside,
      y: top - groupMargin - above,
      width: right - left + 2 * aside,
      height: bottom - top + above + groupMargin + aside,
      repeats: group.repeats,
    };
  });
}

/**
 * Where a boundary can be drawn: every position at which a single tensor crosses, unless it is inside of a fold or boxes
 * from above and below it stand beside one another. The end of a graph with a single result counts, as nothing crosses there.
 * No line lies on an edge.
 */
function cutLines(
  graph: SplitGraph,
  nodes: readonly SceneNode[],
  edges: readonly SceneEdge[],
): { position: number; y: number }[] {
  const levels = levelHeights(edges);
  const count = graph.nodes.length;
  const crossing = crossingTensors(graph);
  const bottoms = new Float64Array(count + 1).fill(Number.NEGATIVE_INFINITY);
  const tops = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const insideFold = new Uint8Array(count + 1);
  let inputsBottom = 0;
  for (const { kind, orderIndices, y, height } of nodes) {
    const first = orderIndices[0];
    const last = orderIndices.at(-1);
    if (kind === 'input') inputsBottom = Math.max(inputsBottom, y + height);
    if (first === undefined || last === undefined) continue;
    insideFold.fill(1, first + 1, last + 1);
    bottoms[last + 1] = y + height;
    tops[first] = y;
  }
  for (let place = count - 1; place >= 0; place--) tops[place] = Math.min(tops[place] ?? 0, tops[place + 1] ?? 0);
  const lines: { position: number; y: number }[] = [];
  let bottom = inputsBottom <= (tops[0] ?? 0) ? inputsBottom : Number.NEGATIVE_INFINITY;
  for (let position = 0; position <= count; position++) {
    bottom = Math.max(bottom, bottoms[position] ?? 0);
    const isSingle = position === count ? graph.outputs.length === 1 && count > 0 : crossing[position] === 1;
    if (!isSingle || insideFold[position] === 1 || !Number.isFinite(bottom)) continue;
    const next = Math.min(tops[position] ?? 0, bottom + vertexHeight / 2);
    if (next >= bottom) lines.push({ position, y: freeHeight(bottom, next, levels) });
  }
  return lines;
}

/**
 * Lays out the picture of a split graph. `folded` says which groups are folded, by id (ids that the graph does not have are
 * left out); `null` folds so much that the picture can be read. The same graph and options always give the same scene.
 * @throws DnnSplitError `canceled` once the caller has lost interest.
 */
export async function buildScene(
  graph: SplitGraph,
  options: { folded: readonly string[] | null },
  elk: ElkEngine,
  work: Work = unwatched,
): Promise<Scene> {
  work.report(say('stage.repeats', {}).text);
  const layOut = (among: readonly FoldGroup[], folded: ReadonlySet<string>) =>
    layOutScene(graph, among, folded, elk, work);
  const { groups, unfolded } = await groupsOf(graph, layOut);
  throwIfCanceled(work);
  if (options.folded !== null) return layOut(groups, new Set(options.folded));
  const folded = defaultFolding(graph.nodes.length, groups);
  let scene = unfolded ?? (await layOut(groups, folded));
  for (let round = 0; round < mostNarrowings && scene.width > comfortableWidth; round++) {
    const wide = widestGroups(scene);
    if (wide.length === 0) break;
    for (const id of wide) folded.add(id);
    scene = await layOut(groups, folded);
  }
  return scene;
}

/**
 * What can be folded. Whether a graph of few nodes is wide shows once it has been laid out; its blocks are remembered, so
 * that this costs next to nothing when it is folded in another way afterwards.
 */
async function groupsOf(
  graph: SplitGraph,
  layOut: (groups: readonly FoldGroup[], folded: ReadonlySet<string>) => Promise<Scene>,
): Promise<{ readonly groups: readonly FoldGroup[]; readonly unfolded?: Scene }> {
  const groups = foldGroups(graph);
  if (graph.nodes.length > comfortableSize) return { groups };
  const unfolded = await layOut(groups, new Set());
  return unfolded.width <= comfortableWidth ? { groups, unfolded } : { groups: foldGroups(graph, true) };
}

/** The unfolded groups that make a picture wide, none of them around another one. */
function widestGroups({ groups, width }: Scene): string[] {
  const open = groups.filter(({ folded }) => !folded);
  const half = open.filter((group) => group.width > comfortableWidth / 2);
  // Where no group is wide, it is several beside one another: those at the sides.
  const isAside = ({ x, width: own }: SceneGroup) => x < width / 8 || x + own > (7 / 8) * width;
  const wide = half.length > 0 ? half : open.filter(isAside);
  const isAround = (outer: SceneGroup, inner: SceneGroup) =>
    outer !== inner && outer.y <= inner.y && outer.y + outer.height >= inner.y + inner.height;
  return wide.filter((group) => !wide.some((other) => isAround(group, other))).map(({ id }) => id);
}

async function layOutScene(
  graph: SplitGraph,
  groups: readonly FoldGroup[],
  folded: ReadonlySet<string>,
  elk: ElkEngine,
  work: Work,
): Promise<Scene> {
  const view = viewGraph(graph, groups, folded);
  const contents = view.vertices.map((vertex) => nodeContentOf(graph, vertex));
  const layoutGraph = { widths: contents.map(boxWidth), edges: view.edges };
  const stack = await stackBlocks(layoutGraph, elk, work);
  const headers = groupHeaders(view, stack.rows, stack.rowTops.length);
  const geometry = routeLanes(layoutGraph, stack, headers.rows);
  throwIfCanceled(work);

  const nodes = contents.map((content, vertex): SceneNode => {
    const width = layoutGraph.widths[vertex] ?? leastWidth;
    return {
      ...content,
      x: (geometry.centers[vertex] ?? 0) - width / 2 - geometry.left + margin,
      y: (geometry.tops[vertex] ?? 0) + margin,
      width,
      height: vertexHeight,
    };
  });
  const ids = nodes.map(({ id }) => id);
  const edges = sceneEdges(graph, view, ids, geometry);
  return {
    width: geometry.right - geometry.left + 2 * margin,
    height: geometry.height + 2 * margin,
    nodes,
    edges,
    groups: sceneGroups(graph, view, headers, nodes),
    folded: view.folded,
    cutLines: cutLines(graph, nodes, edges),
    positions: positionProfile(graph),
  };
}
