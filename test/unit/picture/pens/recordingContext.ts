import { type BoxMark, Marks, plainColor } from './marks';

type Point = readonly [x: number, y: number];

/** From the middle of a line of text to its baseline, in font sizes, as common fonts have it. */
const baselineDrop = 0.35;

/**
 * The part of a canvas context that the pen uses. It notes in `marks` what would be on the paper, in the coordinates of
 * the scene.
 */
export class RecordingContext {
  readonly marks = new Marks();
  fillStyle = '';
  strokeStyle = '';
  lineWidth = 1;
  lineDashOffset = 0;
  globalAlpha = 1;
  font = '';
  textAlign = 'left';
  textBaseline = 'alphabetic';
  lineJoin = 'miter';
  lineCap = 'butt';
  #dash: readonly number[] = [];
  #polylines: Point[][] = [];
  #box: Omit<BoxMark, 'fill' | 'stroke' | 'dash'> | undefined;
  #circle: readonly [x: number, y: number, radius: number] | undefined;
  #isClosed = false;
  /** Fill of the path, until it is known whether it is stroked too. */
  #fill: string | undefined;

  /** @param origin the point of the scene at the top left corner of the canvas */
  constructor(private readonly origin: { readonly x: number; readonly y: number }) {}

  setTransform(): void {}

  setLineDash(dash: readonly number[]): void {
    this.#dash = dash;
  }

  beginPath(): void {
    this.end();
    this.#polylines = [];
    this.#box = undefined;
    this.#circle = undefined;
    this.#isClosed = false;
  }

  moveTo(x: number, y: number): void {
    this.#polylines.push([this.#at(x, y)]);
  }

  lineTo(x: number, y: number): void {
    this.#polylines.at(-1)?.push(this.#at(x, y));
  }

  closePath(): void {
    this.#isClosed = true;
  }

  roundRect(x: number, y: number, width: number, height: number, radii: number | readonly number[]): void {
    const [left, top] = this.#at(x, y);
    this.#box = { x: left, y: top, width, height, radius: typeof radii === 'number' ? radii : undefined };
  }

  arc(x: number, y: number, radius: number): void {
    this.#circle = [...this.#at(x, y), radius];
  }

  fill(): void {
    const color = this.#color(this.fillStyle);
    if (!this.#isClosed) this.#fill = color;
    else for (const [[x, y] = [0, 0]] of this.#polylines) this.marks.arrow(x, y, color);
  }

  stroke(): void {
    const color = this.#color(this.strokeStyle);
    if (this.#box !== undefined || this.#circle !== undefined) {
      this.#note(color);
      return;
    }
    const style = `${color} ${this.lineWidth} wide, dash ${this.#dash.join(' ') || 'none'} from ${this.lineDashOffset}`;
    for (const line of this.#polylines) {
      for (const [index, [x, y]] of line.entries()) {
        const [lastX, lastY] = line[index - 1] ?? [x, y];
        if (index > 0) this.marks.line(style, lastX, lastY, x, y);
      }
    }
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.end();
    const [left, top] = this.#at(x, y);
    const box = { x: left, y: top, width, height, radius: 0, stroke: undefined, dash: '' };
    this.marks.box({ ...box, fill: this.#color(this.fillStyle) });
  }

  fillText(text: string, x: number, y: number): void {
    this.end();
    const [, weight = '400', px = '0'] = /^(\d+) ([\d.]+)px /.exec(this.font) ?? [];
    if (this.textBaseline !== 'middle') throw new Error(`"${text}" stands on the ${this.textBaseline} baseline`);
    const [left, middle] = this.#at(x, y);
    const align = { left: 'start', center: 'middle', right: 'end' }[this.textAlign] ?? this.textAlign;
    const size = Number(px);
    const baseline = middle + baselineDrop * size;
    const mark = { text, x: left, y: baseline, align, px: size, weight: Number(weight) };
    this.marks.text({ ...mark, color: this.#color(this.fillStyle) });
  }

  /** Notes a path that was filled and not stroked. */
  end(): void {
    if (this.#fill !== undefined) this.#note(undefined);
  }

  #note(stroke: string | undefined): void {
    const fill = this.#fill;
    this.#fill = undefined;
    const dash = stroke === undefined ? '' : this.#dash.join(' ');
    if (this.#box !== undefined) this.marks.box({ ...this.#box, fill, stroke, dash });
    if (this.#circle !== undefined) this.marks.circle(...this.#circle, fill, stroke);
  }

  #at(x: number, y: number): [x: number, y: number] {
    return [x + this.origin.x, y + this.origin.y];
  }

  #color(style: string): string {
    return style.startsWith('pattern') ? style : plainColor(style, this.globalAlpha);
  }
}
