import {
  type AreaShape,
  type CircleShape,
  outlineWidth,
  type RectShape,
  type Shape,
  type TextShape,
  textStyles,
} from './displayList/shapes';
import { tierColorsOf } from './displayList/theme';
import { roundedRectPath, svgElement, svgText } from './svgMarkup';
import { plainColor, type SvgStyles } from './svgStyles';

/** From the middle of a line of text down to its baseline, in font sizes: readers of SVG disagree on any other baseline. */
export const baselineDrop = 0.35;

function rect(shape: RectShape, styles: SvgStyles): string {
  const inset = shape.stroke === undefined ? 0 : outlineWidth / 2;
  const box = {
    x: shape.x + inset,
    y: shape.y + inset,
    width: shape.width - 2 * inset,
    height: shape.height - 2 * inset,
  };
  const className = styles.ofOutline(shape);
  const { radius } = shape;
  if (typeof radius !== 'number') return svgElement('path', { d: roundedRectPath(box, radius), class: className });
  return svgElement('rect', { ...box, rx: radius === 0 ? undefined : radius, class: className });
}

function text(shape: TextShape, styles: SvgStyles): string {
  const { px } = textStyles[shape.style];
  return svgText(shape.text, { x: shape.x, y: shape.y + baselineDrop * px, class: styles.ofText(shape) });
}

function circle(shape: CircleShape, styles: SvgStyles): string {
  return svgElement('circle', { cx: shape.x, cy: shape.y, r: shape.radius, class: styles.ofOutline(shape) });
}

/** Name of the pattern of a tier. */
export function tilePatternId(tier: number): string {
  return `tier${tier}`;
}

function area({ x, y, width, height, tier }: AreaShape, { theme }: SvgStyles): string {
  const { color, opacity } = plainColor(tierColorsOf(theme, tier).tint);
  const box = { x, y, width, height };
  return (
    svgElement('rect', { ...box, fill: color, 'fill-opacity': opacity.toFixed(3) }) +
    svgElement('rect', { ...box, fill: `url(#${tilePatternId(tier)})` })
  );
}

/** One shape as an element. */
export function svgShape(shape: Shape, styles: SvgStyles): string {
  switch (shape.kind) {
    case 'rect':
      return rect(shape, styles);
    case 'text':
      return text(shape, styles);
    case 'circle':
      return circle(shape, styles);
    case 'area':
      return area(shape, styles);
  }
}
