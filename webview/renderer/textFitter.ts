const ellipsis = '…';
/** Measured at this size; widths at other sizes follow in proportion. */
const measuredAt = 100;

/** The part of a drawing context that measuring needs. */
export type MeasuringContext = Pick<CanvasRenderingContext2D, 'font' | 'measureText'>;

/**
 * Cuts texts to a width; remembers what it measured, because the same texts are drawn in every frame. Measuring sets the
 * font, so the context must be one that nobody draws with.
 */
export class TextFitter {
  readonly #context: MeasuringContext;
  readonly #widths = new Map<string, number>();
  readonly #fitted = new Map<string, Map<string, string>>();
  #family = '';

  constructor(context: MeasuringContext) {
    this.#context = context;
  }

  /** Forgets everything when the font changes. */
  useFont(family: string): void {
    if (family === this.#family) return;
    this.#family = family;
    this.#widths.clear();
    this.#fitted.clear();
  }

  /** Width of `text` in pixels at a font size of `pixels`. */
  width(text: string, pixels: number): number {
    let width = this.#widths.get(text);
    if (width === undefined) {
      this.#context.font = `500 ${measuredAt}px ${this.#family}`;
      width = this.#context.measureText(text).width;
      this.#widths.set(text, width);
    }
    return (width * pixels) / measuredAt;
  }

  /** `text`, or as much of its beginning as fits into `available` pixels with an ellipsis. */
  fit(text: string, pixels: number, available: number): string {
    // Zooming scales text and box alike, so that the share between them names the result.
    const share = String(Math.floor((available / pixels) * 4));
    let sameShare = this.#fitted.get(share);
    if (sameShare === undefined) {
      sameShare = new Map();
      this.#fitted.set(share, sameShare);
    }
    let fitted = sameShare.get(text);
    if (fitted === undefined) {
      fitted = this.#shorten(text, pixels, available);
      sameShare.set(text, fitted);
    }
    return fitted;
  }

  #shorten(text: string, pixels: number, available: number): string {
    if (this.width(text, pixels) <= available) return text;
    let [low, high] = [0, text.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.width(text.slice(0, middle) + ellipsis, pixels) <= available) low = middle;
      else high = middle - 1;
    }
    return low === 0 ? '' : text.slice(0, low).trimEnd() + ellipsis;
  }
}
