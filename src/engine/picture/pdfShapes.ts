import type { Rect } from '../../shared/picture/geometry';
import { over, parseColor } from './displayList/color';
import { arrowLength, arrowSlope } from './displayList/lines';
import {
  type AreaShape,
  type CircleShape,
  type Ink,
  outlineWidth,
  type RectShape,
  textStyles,
} from './displayList/shapes';
import { colorOf, type Theme, tierColorsOf } from './displayList/theme';
import { pdfNumber } from './pdfDocument';
import { pdfLine } from './pdfText';
import type { Drawn, LineShape } from './stillDrawing';
import { baselineDrop } from './svgShapes';

const at = (...values: readonly number[]) => values.map(pdfNumber).join(' ');

/** From the ends of a quarter of a circle to the handles of its curve. */
const handle = 0.5523;

/** Red, green and blue of a color on the background, 0 to 1: what a paper shows has no transparency. */
export function pdfColor(theme: Theme, css: string): string {
  const background = parseColor(theme.background) ?? { r: 255, g: 255, b: 255, a: 1 };
  const { r, g, b } = over(parseColor(css) ?? background, background);
  return [r, g, b].map((channel) => String(Math.round((channel / 255) * 1000) / 1000)).join(' ');
}

/** The operators that draw one shape, on a page whose y points downwards. */
export function pdfShape(shape: Drawn, theme: Theme): string {
  switch (shape.kind) {
    case 'line':
      return line(shape, theme);
    case 'rect':
      return rect(shape, theme);
    case 'circle':
      return circle(shape, theme);
    case 'area':
      return area(shape, theme);
    case 'text': {
      const { px, weight } = textStyles[shape.style];
      const baseline = shape.y + baselineDrop * px;
      return `${pdfColor(theme, colorOf(theme, shape.ink))} rg ${pdfLine({ ...shape, px, baseline, isBold: weight === 600 })}`;
    }
  }
}

interface Painted {
  readonly fill?: Ink;
  readonly stroke?: Ink;
  readonly dash?: readonly number[];
}

/** Paints a path as its colors say. */
function painted(path: string, { fill, stroke, dash = [] }: Painted, theme: Theme): string {
  const inks = [
    ...(fill === undefined ? [] : [`${pdfColor(theme, colorOf(theme, fill))} rg`]),
    ...(stroke === undefined
      ? []
      : [`${pdfColor(theme, colorOf(theme, stroke))} RG ${outlineWidth} w [${at(...dash)}] 0 d`]),
  ];
  const operator = fill === undefined ? (stroke === undefined ? 'n' : 'S') : stroke === undefined ? 'f' : 'B';
  return [...inks, path, operator].join(' ');
}

function rect(shape: RectShape, theme: Theme): string {
  const inset = shape.stroke === undefined ? 0 : outlineWidth / 2;
  const [x, y] = [shape.x + inset, shape.y + inset];
  const box = { x, y, width: shape.width - 2 * inset, height: shape.height - 2 * inset };
  return painted(rectPath(box, shape.radius), shape, theme);
}

function rectPath({ x, y, width, height }: Rect, radius: RectShape['radius']): string {
  const radii = typeof radius === 'number' ? ([radius, radius, radius, radius] as const) : radius;
  if (radii.every((each) => each === 0)) return `${at(x, y, width, height)} re`;
  const most = Math.min(width, height) / 2;
  const [a = 0, b = 0, c = 0, d = 0] = radii.map((each) => Math.min(each, most));
  const [right, bottom] = [x + width, y + height];
  const k = 1 - handle;
  return [
    `${at(x + a, y)} m ${at(right - b, y)} l`,
    `${at(right - k * b, y, right, y + k * b, right, y + b)} c ${at(right, bottom - c)} l`,
    `${at(right, bottom - k * c, right - k * c, bottom, right - c, bottom)} c ${at(x + d, bottom)} l`,
    `${at(x + k * d, bottom, x, bottom - k * d, x, bottom - d)} c ${at(x, y + a)} l`,
    `${at(x, y + k * a, x + k * a, y, x + a, y)} c h`,
  ].join(' ');
}

function circle(shape: CircleShape, theme: Theme): string {
  const { x, y, radius } = shape;
  const box = { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
  return painted(rectPath(box, radius), shape, theme);
}

/** The color space of the patterns that take the color they are drawn in. */
export const patternSpace = 'Tile';

function area({ x, y, width, height, tier }: AreaShape, theme: Theme): string {
  const { tint, hatch } = tierColorsOf(theme, tier);
  const path = `${at(x, y, width, height)} re f`;
  return `${pdfColor(theme, tint)} rg ${path} /${patternSpace} cs ${pdfColor(theme, hatch)} /P${tier} scn ${path}`;
}

function line({ points, stroke, isArrow }: LineShape, theme: Theme): string {
  const { ink, width, dash = [], dashOffset = 0 } = stroke;
  const color = pdfColor(theme, colorOf(theme, ink));
  let path = '';
  for (let i = 0; i + 1 < points.length; i += 2)
    path += `${at(points[i] ?? 0, points[i + 1] ?? 0)} ${i === 0 ? 'm' : 'l'} `;
  const drawn = `${color} RG ${pdfNumber(width)} w [${at(...dash)}] ${dashOffset} d ${path}S`;
  return isArrow ? `${drawn} ${color} rg ${arrowHead(points)}` : drawn;
}

/** A filled head at the end of a line. */
function arrowHead(points: readonly number[]): string {
  const [fromX = 0, fromY = 0, x = 0, y = 0] = points.slice(-4);
  const length = Math.hypot(x - fromX, y - fromY) || 1;
  const [dx, dy] = [((x - fromX) / length) * arrowLength, ((y - fromY) / length) * arrowLength];
  const [sideX, sideY] = [-dy * arrowSlope, dx * arrowSlope];
  return `${at(x, y)} m ${at(x - dx + sideX, y - dy + sideY)} l ${at(x - dx - sideX, y - dy - sideY)} l f`;
}
