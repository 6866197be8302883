import { arrowLength, arrowSlope, edgeStroke } from '../../src/engine/picture/displayList/lines';
import type { Stroke } from '../../src/engine/picture/displayList/shapes';
import { colorOf } from '../../src/engine/picture/displayList/theme';
import { visibleRect } from '../../src/engine/picture/displayList/view';
import type { SceneEdge } from '../../src/shared/picture/scene';
import { traceEdges } from './edgeLines';
import type { Frame } from './frame';

/** Shorter edges than this, in pixels, are not worth a line. */
const shortest = 2;
/** From farther away, edges are hairlines without arrowheads. */
const detailZoom = 0.3;

function traceArrow(frame: Frame, edge: SceneEdge): void {
  const { context, camera, size } = frame;
  const { points } = edge;
  const at = points.length - 2;
  const x = ((points[at] ?? 0) - camera.x) * camera.zoom;
  const y = ((points[at + 1] ?? 0) - camera.y) * camera.zoom;
  if (x < 0 || y < 0 || x > size.width || y > size.height + arrowLength) return;
  const dx = x - ((points[at - 2] ?? 0) - camera.x) * camera.zoom;
  const dy = y - ((points[at - 1] ?? 0) - camera.y) * camera.zoom;
  const length = Math.hypot(dx, dy);
  if (length === 0) return;
  const reach = Math.min(arrowLength, arrowLength * camera.zoom + 1);
  const [ux, uy] = [(dx / length) * reach, (dy / length) * reach];
  context.moveTo(x, y);
  context.lineTo(x - ux - uy * arrowSlope, y - uy + ux * arrowSlope);
  context.lineTo(x - ux + uy * arrowSlope, y - uy - ux * arrowSlope);
  context.closePath();
}

/** Edges that are in sight; those of the selection and of the plan's boundaries apart. */
interface VisibleEdges {
  readonly plain: SceneEdge[];
  readonly touched: SceneEdge[];
  readonly crossing: Map<number, SceneEdge[]>;
}

function visibleEdges(frame: Frame): VisibleEdges {
  const { camera, size, model, list, selected, focused } = frame;
  const result: VisibleEdges = { plain: [], touched: [], crossing: new Map() };
  const tooShort = shortest / camera.zoom;
  model.edgeGrid.query(visibleRect(camera, size), (index) => {
    const edge = model.scene.edges[index];
    const box = model.edgeBoxes[index];
    if (edge === undefined || box === undefined || box.width + box.height < tooShort) return;
    const link = list.plan?.crossing.get(index);
    if (link !== undefined) {
      const edges = result.crossing.get(link);
      if (edges === undefined) result.crossing.set(link, [edge]);
      else edges.push(edge);
    } else if (selected.has(edge.from) || selected.has(edge.to) || focused === edge.from || focused === edge.to) {
      result.touched.push(edge);
    } else {
      result.plain.push(edge);
    }
  });
  return result;
}

function strokeAll(
  frame: Frame,
  edges: readonly SceneEdge[],
  color: string,
  { width, dash }: Omit<Stroke, 'ink'>,
): void {
  const { context, camera } = frame;
  if (edges.length === 0) return;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash([...(dash ?? [])]);
  // Square ends close the corners of lines that are drawn piece by piece.
  context.lineCap = dash === undefined ? 'square' : 'butt';
  context.beginPath();
  traceEdges(frame, edges);
  context.stroke();
  context.setLineDash([]);
  context.lineCap = 'butt';
  if (camera.zoom < detailZoom) return;
  context.fillStyle = color;
  context.beginPath();
  for (const edge of edges) traceArrow(frame, edge);
  context.fill();
}

/** Edges with arrowheads: plain ones thin, those of the selection in the focus color, those across a link dashed. */
export function drawEdges(frame: Frame): void {
  const { context, camera, theme } = frame;
  const { plain, touched, crossing } = visibleEdges(frame);
  const stroke = edgeStroke(undefined);
  const width = camera.zoom < detailZoom ? stroke.width / 2 : stroke.width;
  context.lineJoin = 'round';
  // From afar lines lie close together, and in full strength they would fill up to areas.
  context.globalAlpha = Math.min(1, Math.max(0.3, camera.zoom / detailZoom));
  strokeAll(frame, plain, colorOf(theme, stroke.ink), { ...stroke, width });
  context.globalAlpha = 1;
  strokeAll(frame, touched, theme.focus, { width: 1.5 });
  for (const [link, edges] of crossing) {
    const across = edgeStroke(link);
    strokeAll(frame, edges, colorOf(theme, across.ink), across);
  }
}
