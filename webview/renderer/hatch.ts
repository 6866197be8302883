import { type Theme, tierColorsOf } from '../../src/engine/picture/displayList/theme';
import { tilePath, tileSide } from '../../src/engine/picture/displayList/tileStrokes';
import { snap } from './snap';

/** Patterns that tell tiers apart without color; made anew for every theme. */
export class Hatches {
  readonly #patterns = new Map<number, CanvasPattern | null>();

  constructor(
    private readonly theme: Theme,
    private readonly pixelRatio: number,
  ) {}

  /** The same patterns for another number of device pixels per CSS pixel. */
  at(pixelRatio: number): Hatches {
    return new Hatches(this.theme, pixelRatio);
  }

  /** The pattern of a tier, shifted so that it moves with the picture. */
  of(context: CanvasRenderingContext2D, tier: number, offsetX: number, offsetY: number): CanvasPattern | null {
    let pattern = this.#patterns.get(tier);
    if (pattern === undefined) {
      pattern = this.#create(context, tier);
      this.#patterns.set(tier, pattern);
    }
    // On the grid of device pixels, where each pixel of the tile is one of the canvas and nothing needs to be blended.
    const [x, y] = [snap(offsetX % tileSide, this.pixelRatio), snap(offsetY % tileSide, this.pixelRatio)];
    pattern?.setTransform(new DOMMatrix().translate(x, y).scale(1 / this.pixelRatio, 1 / this.pixelRatio));
    return pattern;
  }

  #create(context: CanvasRenderingContext2D, tier: number): CanvasPattern | null {
    const tile = document.createElement('canvas');
    tile.width = Math.round(tileSide * this.pixelRatio);
    tile.height = tile.width;
    const drawing = tile.getContext('2d');
    if (drawing === null) return null;
    drawing.scale(tile.width / tileSide, tile.height / tileSide);
    drawing.strokeStyle = tierColorsOf(this.theme, tier).hatch;
    drawing.lineWidth = 1;
    drawing.stroke(new Path2D(tilePath(tier)));
    return context.createPattern(tile, 'repeat');
  }
}
