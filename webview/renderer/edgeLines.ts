import { crossingDash } from '../../src/engine/picture/displayList/lines';
import type { SceneEdge } from '../../src/shared/picture/scene';
import type { Frame } from './frame';
import { snap } from './snap';

/** Lines are drawn this far beyond the canvas, in pixels, so that neither caps nor joins show at its border. */
const margin = 8;

/** Where dashes start over; lines that are cut off at the border are cut off here, or dashes would crawl while panning. */
const dashLength = crossingDash[0] + crossingDash[1];

type Span = [start: number, end: number];

/** The visible parts of level and upright lines, by the coordinate that they lie at; what lies on one another is drawn once. */
class Lines {
  readonly #spans = new Map<number, Span[]>();

  add(at: number, from: number, to: number): void {
    const span: Span = from < to ? [from, to] : [to, from];
    const known = this.#spans.get(at);
    if (known === undefined) this.#spans.set(at, [span]);
    else known.push(span);
  }

  /** Calls `draw` for every line, those that touch joined into one. */
  forEach(draw: (at: number, from: number, to: number) => void): void {
    for (const [at, spans] of this.#spans) {
      spans.sort((a, b) => a[0] - b[0]);
      let [start, end] = spans[0] ?? [0, 0];
      for (const [from, to] of spans) {
        if (from > end) {
          draw(at, start, end);
          start = from;
        }
        end = Math.max(from > end ? to : end, to);
      }
      draw(at, start, end);
    }
  }
}

/** A span without what lies far beyond the canvas; nothing where none of it is in sight. */
function cut(from: number, to: number, length: number): Span | undefined {
  const [low, high] = from < to ? [from, to] : [to, from];
  if (high < -margin || low > length + margin) return undefined;
  const start = low < -margin ? low + dashLength * Math.floor((-margin - low) / dashLength) : low;
  const end = high > length + margin ? length + margin : high;
  return from < to ? [start, end] : [end, start];
}

/** Traces a polyline; of the pieces of an edge that runs past the canvas only those in sight. */
function trace(frame: Frame, { points }: SceneEdge): void {
  const { context, size } = frame;
  let [lastX, lastY] = pixelOf(frame, points[0] ?? 0, points[1] ?? 0);
  let isAtLast = false;
  for (let i = 2; i + 1 < points.length; i += 2) {
    const [x, y] = pixelOf(frame, points[i] ?? 0, points[i + 1] ?? 0);
    const across = cut(lastX, x, size.width);
    const down = cut(lastY, y, size.height);
    if (across !== undefined && down !== undefined) {
      if (!isAtLast || across[0] !== lastX || down[0] !== lastY) context.moveTo(across[0], down[0]);
      context.lineTo(across[1], down[1]);
    }
    isAtLast = across?.[1] === x && down?.[1] === y;
    [lastX, lastY] = [x, y];
  }
}

function pixelOf({ camera, pixelRatio }: Frame, x: number, y: number): [x: number, y: number] {
  const half = 0.5 / pixelRatio;
  return [snap((x - camera.x) * camera.zoom, pixelRatio) + half, snap((y - camera.y) * camera.zoom, pixelRatio) + half];
}

/** Adds the pieces of an edge to the lines that it shares with others. */
function collect(frame: Frame, { points }: SceneEdge, level: Lines, upright: Lines): void {
  const { context, size } = frame;
  let [lastX, lastY] = pixelOf(frame, points[0] ?? 0, points[1] ?? 0);
  for (let i = 2; i + 1 < points.length; i += 2) {
    const [x, y] = pixelOf(frame, points[i] ?? 0, points[i + 1] ?? 0);
    const across = cut(lastX, x, size.width);
    const down = cut(lastY, y, size.height);
    if (across !== undefined && down !== undefined) {
      if (x === lastX) {
        upright.add(x, down[0], down[1]);
      } else if (y === lastY) {
        level.add(y, across[0], across[1]);
      } else {
        context.moveTo(across[0], down[0]);
        context.lineTo(across[1], down[1]);
      }
    }
    [lastX, lastY] = [x, y];
  }
}

/** An edge whose source feeds this many boxes shares most of its way with others. */
const manyReaders = 4;

/**
 * Adds edges to the current path. What many edges of a source have in common, a mask that every layer reads for example,
 * is one line: drawn a thousand times over it would take longer than all the rest, and its dashes would fill up.
 */
export function traceEdges(frame: Frame, edges: readonly SceneEdge[]): void {
  const { context, model } = frame;
  const [level, upright] = [new Lines(), new Lines()];
  for (const edge of edges) {
    if ((model.outgoing[edge.from]?.length ?? 0) < manyReaders) trace(frame, edge);
    else collect(frame, edge, level, upright);
  }
  level.forEach((y, from, to) => {
    context.moveTo(from, y);
    context.lineTo(to, y);
  });
  upright.forEach((x, from, to) => {
    context.moveTo(x, from);
    context.lineTo(x, to);
  });
}
