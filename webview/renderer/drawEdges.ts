import type { SceneEdge } from '../../src/shared/scene';
import { visibleRect } from './camera';
import { dashes, traceEdges } from './edgeLines';
import type { Frame } from './frame';
import { tierColorsOf } from './theme';

/** Shorter edges than this, in pixels, are not worth a line. */
const shortest = 2;
const arrowSize = 6;

function traceArrow(frame: Frame, edge: SceneEdge): void {
  const { context, camera, size } = frame;
  const { points } = edge;
  const at = points.length - 2;
  const x = ((points[at] ?? 0) - camera.x) * camera.zoom;
  const y = ((points[at + 1] ?? 0) - camera.y) * camera.zoom;
  if (x < 0 || y < 0 || x > size.width || y > size.height + arrowSize) return;
  const dx = x - ((points[at - 2] ?? 0) - camera.x) * camera.zoom;
  const dy = y - ((points[at - 1] ?? 0) - camera.y) * camera.zoom;
  const length = Math.hypot(dx, dy);
  if (length === 0) return;
  const reach = Math.min(arrowSize, arrowSize * camera.zoom + 1);
  const [ux, uy] = [(dx / length) * reach, (dy / length) * reach];
  context.moveTo(x, y);
  context.lineTo(x - ux - uy * 0.5, y - uy + ux * 0.5);
  context.lineTo(x - ux + uy * 0.5, y - uy - ux * 0.5);
  context.closePath();
}

/** Edges that are in sight; those of the selection and of the plan's boundaries apart. */
interface VisibleEdges {
  readonly plain: SceneEdge[];
  readonly touched: SceneEdge[];
  readonly crossing: Map<number, SceneEdge[]>;
}

function visibleEdges(frame: Frame): VisibleEdges {
  const { camera, size, model, plan, selected, focused } = frame;
  const result: VisibleEdges = { plain: [], touched: [], crossing: new Map() };
  const tooShort = shortest / camera.zoom;
  model.edgeGrid.query(visibleRect(camera, size), (index) => {
    const edge = model.scene.edges[index];
    const box = model.edgeBoxes[index];
    if (edge === undefined || box === undefined || box.width + box.height < tooShort) return;
    const link = plan?.crossing.get(index);
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

function strokeAll(frame: Frame, edges: readonly SceneEdge[], color: string, width: number): void {
  const { context, camera } = frame;
  if (edges.length === 0) return;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  traceEdges(frame, edges);
  context.stroke();
  if (camera.zoom < 0.3) return;
  context.fillStyle = color;
  context.beginPath();
  for (const edge of edges) traceArrow(frame, edge);
  context.fill();
}

/** Edges with arrowheads: plain ones thin, those of the selection in the focus color, those across a link dashed. */
export function drawEdges(frame: Frame): void {
  const { context, camera, theme } = frame;
  const { plain, touched, crossing } = visibleEdges(frame);
  const hairline = camera.zoom < 0.3 ? 0.5 : 1;
  context.lineJoin = 'round';
  // Square ends close the corners of lines that are drawn piece by piece.
  context.lineCap = 'square';
  // From afar lines lie close together, and in full strength they would fill up to areas.
  context.globalAlpha = Math.min(1, Math.max(0.3, camera.zoom / 0.3));
  strokeAll(frame, plain, theme.edge, hairline);
  context.globalAlpha = 1;
  strokeAll(frame, touched, theme.focus, 1.5);
  for (const [link, edges] of crossing) {
    context.setLineDash(dashes);
    context.lineCap = 'butt';
    strokeAll(frame, edges, tierColorsOf(theme, link + 1).accent, 1.5);
    context.setLineDash([]);
  }
  context.lineCap = 'butt';
}
