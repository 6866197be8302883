import { snap } from './snap';
import { type Theme, tierColorsOf } from './theme';

const side = 8;

/** Strokes of one tile per tier: rising lines, dots, falling lines, level lines, upright lines, crosses. */
const strokes: readonly ((context: CanvasRenderingContext2D) => void)[] = [
  (context) => {
    context.moveTo(-1, 1);
    context.lineTo(1, -1);
    context.moveTo(0, side);
    context.lineTo(side, 0);
    context.moveTo(side - 1, side + 1);
    context.lineTo(side + 1, side - 1);
  },
  (context) => {
    context.rect(1.5, 1.5, 1, 1);
    context.rect(5.5, 5.5, 1, 1);
  },
  (context) => {
    context.moveTo(-1, side - 1);
    context.lineTo(1, side + 1);
    context.moveTo(0, 0);
    context.lineTo(side, side);
    context.moveTo(side - 1, -1);
    context.lineTo(side + 1, 1);
  },
  (context) => {
    context.moveTo(0, 4);
    context.lineTo(side, 4);
  },
  (context) => {
    context.moveTo(4, 0);
    context.lineTo(4, side);
  },
  (context) => {
    context.moveTo(2, 4);
    context.lineTo(6, 4);
    context.moveTo(4, 2);
    context.lineTo(4, 6);
  },
];

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
    const [x, y] = [snap(offsetX % side, this.pixelRatio), snap(offsetY % side, this.pixelRatio)];
    pattern?.setTransform(new DOMMatrix().translate(x, y).scale(1 / this.pixelRatio, 1 / this.pixelRatio));
    return pattern;
  }

  #create(context: CanvasRenderingContext2D, tier: number): CanvasPattern | null {
    const tile = document.createElement('canvas');
    tile.width = Math.round(side * this.pixelRatio);
    tile.height = tile.width;
    const drawing = tile.getContext('2d');
    if (drawing === null) return null;
    drawing.scale(tile.width / side, tile.height / side);
    drawing.strokeStyle = tierColorsOf(this.theme, tier).hatch;
    drawing.lineWidth = 1;
    drawing.beginPath();
    strokes[tier % strokes.length]?.(drawing);
    drawing.stroke();
    return context.createPattern(tile, 'repeat');
  }
}
