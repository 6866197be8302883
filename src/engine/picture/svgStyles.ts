import { parseColor } from './displayList/color';
import type { Ink, TextShape } from './displayList/shapes';
import { textStyles } from './displayList/shapes';
import { colorOf, type Theme } from './displayList/theme';
import { svgElement, svgNumber } from './svgMarkup';

const hex = (channel: number) => Math.round(channel).toString(16).padStart(2, '0');

/** A CSS color for those readers of SVG that know no `rgb()`: six digits and an opacity. */
export function plainColor(css: string): { readonly color: string; readonly opacity: number } {
  const color = parseColor(css);
  if (color === undefined) return { color: css, opacity: 1 };
  return { color: `#${hex(color.r)}${hex(color.g)}${hex(color.b)}`, opacity: color.a };
}

/** The classes of a document. They keep it small: a large graph has tens of thousands of texts, most of them alike. */
export class SvgStyles {
  readonly #classes = new Map<string, string>();

  constructor(readonly theme: Theme) {}

  color(ink: Ink): string {
    return plainColor(colorOf(this.theme, ink)).color;
  }

  /** Name of the class with these declarations. */
  named(declarations: Readonly<Record<string, string | number | undefined>>): string {
    const text = Object.entries(declarations)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}:${value}`)
      .join(';');
    const known = this.#classes.get(text) ?? `c${this.#classes.size}`;
    this.#classes.set(text, known);
    return known;
  }

  ofText({ style, ink, align }: Pick<TextShape, 'style' | 'ink' | 'align'>): string {
    const { px, weight } = textStyles[style];
    return this.named({
      'font-size': `${px}px`,
      'font-weight': weight === 400 ? undefined : weight,
      'text-anchor': align === 'start' ? undefined : align,
      fill: this.color(ink),
    });
  }

  ofOutline(shape: { readonly fill?: Ink; readonly stroke?: Ink; readonly dash?: readonly number[] }): string {
    return this.named({
      fill: shape.fill === undefined ? 'none' : this.color(shape.fill),
      stroke: shape.stroke === undefined ? undefined : this.color(shape.stroke),
      'stroke-dasharray': shape.dash?.map(svgNumber).join(' '),
    });
  }

  /** The style sheet of all classes that were asked for. */
  sheet(): string {
    const texts = `text{font-family:${this.theme.fontFamily};font-variant-numeric:tabular-nums;white-space:pre}`;
    const rules = [...this.#classes].map(([declarations, name]) => `.${name}{${declarations}}`);
    return svgElement('style', {}, [texts, ...rules].join(''));
  }
}
