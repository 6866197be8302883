import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toScreen, toWorld, visibleRect } from '../../../src/engine/picture/displayList/view';
import {
  between,
  centerOn,
  fitRect,
  keepInSight,
  maxZoom,
  minZoom,
  openingView,
  panBy,
  readableZoom,
  reveal,
  zoomAt,
} from '../../../webview/renderer/camera';

const canvas = { width: 800, height: 600 };
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const cameras = fc.record({ x: number(-1e4, 1e5), y: number(-1e4, 1e6), zoom: number(0.001, maxZoom) });

describe('camera', () => {
  test('screen and world are inverse', () => {
    fc.assert(
      fc.property(cameras, number(0, 800), number(0, 600), (camera, x, y) => {
        const world = toWorld(camera, x, y);
        const back = toScreen(camera, world.x, world.y);
        expect(back.x).toBeCloseTo(x, 3);
        expect(back.y).toBeCloseTo(y, 3);
      }),
    );
  });

  test('zooming keeps the point under the pointer and stays within its limits', () => {
    fc.assert(
      fc.property(cameras, number(0.01, 100), number(0, 800), number(0, 600), (camera, factor, x, y) => {
        const zoomed = zoomAt(camera, factor, x, y, 0.001);
        const [before, after] = [toWorld(camera, x, y), toWorld(zoomed, x, y)];
        expect(after.x).toBeCloseTo(before.x, 4);
        expect(after.y).toBeCloseTo(before.y, 4);
        expect(zoomed.zoom).toBeGreaterThanOrEqual(0.001);
        expect(zoomed.zoom).toBeLessThanOrEqual(maxZoom);
      }),
    );
  });

  test('panning moves the picture with the pointer', () => {
    const moved = panBy({ x: 10, y: 20, zoom: 2 }, 30, -8);
    expect(moved).toEqual({ x: -5, y: 24, zoom: 2 });
  });

  test('fitting shows the whole rectangle, never enlarged', () => {
    const wide = visibleRect(fitRect({ x: 0, y: 0, width: 5000, height: 300 }, canvas), canvas);
    expect(wide.x).toBeLessThan(0);
    expect(wide.x + wide.width).toBeGreaterThan(5000);
    expect(fitRect({ x: 0, y: 0, width: 10, height: 10 }, canvas).zoom).toBe(1);
  });

  test('opens a deep graph at its top at a readable size, a small one as a whole', () => {
    const deep = openingView({ width: 400, height: 1_400_000 }, canvas, 200);
    expect(deep.zoom).toBeGreaterThanOrEqual(readableZoom);
    expect(deep.y).toBeLessThanOrEqual(0);
    const small = openingView({ width: 300, height: 300 }, canvas, 150);
    expect(small).toEqual(fitRect({ x: 0, y: 0, width: 300, height: 300 }, canvas));
  });

  test('opens on the place that matters, but never beyond the ends of the graph', () => {
    const deep = { width: 400, height: 50_000 };
    const camera = openingView(deep, canvas, 200, { x: 200, y: 30_000 });
    expect(toScreen(camera, 0, 30_000).y).toBeCloseTo(canvas.height / 2, 6);
    expect(openingView(deep, canvas, 200, { x: 200, y: 10 })).toEqual(openingView(deep, canvas, 200));
    const last = openingView(deep, canvas, 200, { x: 200, y: 49_990 });
    expect(toScreen(last, 0, deep.height).y).toBeGreaterThan(canvas.height - 60);
    const small = { width: 300, height: 300 };
    expect(openingView(small, canvas, 150, { x: 150, y: 290 })).toEqual(openingView(small, canvas, 150));
  });

  test('leaves the place of tier names and of the overview free where the picture allows', () => {
    const wide = { width: 900, height: 300 };
    const screen = { width: 900, height: 700 };
    expect(toScreen(fitRect({ x: 0, y: 0, ...wide }, screen), 0, 0).x).toBeGreaterThanOrEqual(100);
    const deep = { width: 900, height: 50_000 };
    const camera = openingView(deep, screen, 450);
    expect(toScreen(camera, 0, 0).x).toBeGreaterThanOrEqual(100);
    expect(toScreen(camera, deep.width, 0).x).toBeLessThanOrEqual(screen.width - 90);
    const narrow = openingView({ width: 200, height: 50_000 }, screen, 100);
    expect(toScreen(narrow, 100, 0).x).toBeCloseTo(450, 6);
  });

  test('opens a picture that is too wide to be read whole where the graph begins', () => {
    const camera = openingView({ width: 12_000, height: 3000 }, canvas, 9000);
    expect(camera.zoom).toBe(readableZoom);
    expect(toScreen(camera, 9000, 0).x).toBeCloseTo(canvas.width / 2, 6);
  });

  test('reveals by the shortest way, and not at all what is in sight', () => {
    const camera = { x: 0, y: 0, zoom: 1 };
    expect(reveal(camera, { x: 300, y: 300, width: 100, height: 40 }, canvas)).toBe(camera);
    expect(reveal(camera, { x: 300, y: 700, width: 100, height: 40 }, canvas)).toEqual({ x: 0, y: 180, zoom: 1 });
    expect(reveal(camera, { x: 300, y: -100, width: 100, height: 40 }, canvas)).toEqual({ x: 0, y: -140, zoom: 1 });
  });

  test('reveals in the middle of the height where that is wanted, and moves nothing that is in sight', () => {
    const camera = { x: 0, y: 0, zoom: 1 };
    expect(reveal(camera, { x: 300, y: 300, width: 100, height: 40 }, canvas, true)).toBe(camera);
    const revealed = reveal(camera, { x: 300, y: 2000, width: 100, height: 40 }, canvas, true);
    expect(toScreen(revealed, 350, 2020)).toEqual({ x: 350, y: canvas.height / 2 });
  });

  test('reveals at a readable size when the picture is far away', () => {
    const revealed = reveal({ x: 0, y: 0, zoom: 0.01 }, { x: 300, y: 9000, width: 100, height: 40 }, canvas);
    expect(revealed.zoom).toBe(readableZoom);
    const middle = toScreen(revealed, 350, 9020);
    expect(middle.x).toBeCloseTo(400);
    expect(middle.y).toBeCloseTo(300);
  });

  test('never loses the picture out of sight', () => {
    const world = { width: 1000, height: 2000 };
    fc.assert(
      fc.property(cameras, (camera) => {
        const kept = keepInSight(camera, world, canvas);
        const seen = visibleRect(kept, canvas);
        expect(seen.x).toBeLessThanOrEqual(1000);
        expect(seen.y).toBeLessThanOrEqual(2000);
        expect(seen.x + seen.width).toBeGreaterThanOrEqual(-1e-6);
        expect(seen.y + seen.height).toBeGreaterThanOrEqual(-1e-6);
      }),
    );
  });

  test('animations start and end exactly and keep the target in sight on the way', () => {
    const from = { x: 0, y: 0, zoom: 0.05 };
    const to = centerOn({ x: 5000, y: 9000, width: 100, height: 40 }, canvas, 1);
    const start = between(from, to, canvas, 0);
    expect(start.x).toBeCloseTo(from.x);
    const end = between(from, to, canvas, 1);
    expect(end.x).toBeCloseTo(to.x);
    expect(end.zoom).toBeCloseTo(to.zoom);
    for (const share of [0.25, 0.5, 0.75, 0.9]) {
      const target = toScreen(between(from, to, canvas, share), 5050, 9020);
      expect(target.x).toBeGreaterThanOrEqual(0);
      expect(target.x).toBeLessThanOrEqual(800);
      expect(target.y).toBeGreaterThanOrEqual(0);
      expect(target.y).toBeLessThanOrEqual(600);
    }
  });

  test('the smallest zoom shows the whole graph', () => {
    const world = { width: 400, height: 1_400_000 };
    expect(minZoom(world, canvas)).toBeLessThanOrEqual(fitRect({ x: 0, y: 0, ...world }, canvas).zoom);
  });
});
