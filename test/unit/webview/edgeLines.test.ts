import { describe, expect, it } from 'vitest';
import type { Scene, SceneEdge } from '../../../src/shared/picture/scene';
import { createSceneModel } from '../../../webview/model/sceneModel';
import { traceEdges } from '../../../webview/renderer/edgeLines';
import type { Frame } from '../../../webview/renderer/frame';

/** A frame over edges whose context notes the lines of its path, `x,y x,y ...` per piece. */
function tracing(edges: readonly SceneEdge[], camera = { x: 0, y: 0, zoom: 1 }) {
  const count = Math.max(0, ...edges.map(({ from, to }) => Math.max(from, to))) + 1;
  const nodes = Array.from({ length: count }, (_, index) => ({ id: `${index}`, x: 0, y: 0, orderIndices: [] }));
  const scene = { nodes, edges, groups: [], folded: [], cutLines: [], width: 1000, height: 1000 } as unknown as Scene;
  const pieces: string[][] = [];
  const context = {
    moveTo: (x: number, y: number) => pieces.push([`${x},${y}`]),
    lineTo: (x: number, y: number) => pieces.at(-1)?.push(`${x},${y}`),
  };
  const size = { width: 300, height: 200 };
  const frame = { context, camera, size, pixelRatio: 1, model: createSceneModel(scene) } as unknown as Frame;
  traceEdges(frame, edges);
  return pieces.map((piece) => piece.join(' '));
}

const edge = (from: number, to: number, points: number[]) => ({ from, to, points }) as unknown as SceneEdge;

describe('the lines of edges', () => {
  it('follow an edge that is in sight in one piece', () => {
    expect(tracing([edge(0, 1, [10, 20, 10, 40, 60, 40, 60, 80])])).toEqual([
      '10.5,20.5 10.5,40.5 60.5,40.5 60.5,80.5',
    ]);
  });

  it('leave out what lies beyond the canvas, and keep dashes where they are while it is panned', () => {
    const long = edge(0, 1, [10, -70_000, 10, 90_000, 400, 90_000]);
    const [line] = tracing([long]);
    const start = Number(line?.split(' ')[0]?.split(',')[1]);
    expect(start).toBeLessThan(-7);
    expect(start).toBeGreaterThan(-20);
    expect(((start + 70_000 - 0.5) % 7) + 0).toBe(0);
    expect(line?.split(' ')[1]).toBe('10.5,208');
    const [panned] = tracing([long], { x: 0, y: 3, zoom: 1 });
    const moved = Number(panned?.split(' ')[0]?.split(',')[1]);
    expect((start - 3 - moved) % 7).toBe(-0);
    expect(tracing([edge(0, 1, [500, 0, 500, 100])])).toEqual([]);
  });

  it('draw once what many edges of a source share', () => {
    const edges = Array.from({ length: 1000 }, (_, index) =>
      edge(0, index + 1, [100, 10, 100, 20, 50, 20, 50, 40 + 100 * index, 90, 40 + 100 * index]),
    );
    const pieces = tracing(edges);
    // Out of the source, to the trunk, the trunk, and two stubs in sight.
    expect(pieces).toHaveLength(5);
    expect(pieces).toContain('50.5,20.5 50.5,208');
  });

  it('keep apart what only lies on one line', () => {
    const edges = [10, 60, 120, 160].map((y, index) => edge(0, index + 1, [40, y, 40, y + 20]));
    expect(tracing(edges)).toEqual([
      '40.5,10.5 40.5,30.5',
      '40.5,60.5 40.5,80.5',
      '40.5,120.5 40.5,140.5',
      '40.5,160.5 40.5,180.5',
    ]);
  });
});
