import type { Rect } from '../../../shared/picture/geometry';
import type { OpFamily } from '../../../shared/picture/scene';

/** A color by what it is for; each theme has its own. */
export type Ink =
  | 'background'
  | 'foreground'
  | 'dimmed'
  | 'nodeFill'
  | 'nodeBorder'
  | 'foldEdge'
  | 'edge'
  | 'group'
  | 'pillFill'
  | { readonly family: OpFamily }
  /** A tier's accent, */
  | { readonly tier: number }
  /** and what can be read on it. */
  | { readonly onTier: number }
  /** A share of the heat scale, 0 to 1. */
  | { readonly heat: number }
  /** A color that a file of node data gives. */
  | { readonly css: string };

/** How a kind of text is set. */
export interface TextStyle {
  /** Font size in CSS pixels at zoom 1. */
  readonly px: number;
  readonly weight: 400 | 500 | 600;
}

export const textStyles = {
  title: { px: 12, weight: 500 },
  subtitle: { px: 11, weight: 400 },
  figure: { px: 10, weight: 400 },
  boxBadge: { px: 9, weight: 600 },
  header: { px: 11, weight: 400 },
  pill: { px: 11, weight: 400 },
  badge: { px: 11, weight: 600 },
  legend: { px: 11, weight: 400 },
  caption: { px: 12, weight: 400 },
} as const satisfies Readonly<Record<string, TextStyle>>;

export type TextStyleName = keyof typeof textStyles;

/** A rectangle; its outline is drawn inside of it. */
export interface RectShape extends Rect {
  readonly kind: 'rect';
  /** Of all corners, or of each one from the top left on clockwise. */
  readonly radius: number | readonly [number, number, number, number];
  readonly fill?: Ink;
  readonly stroke?: Ink;
  readonly dash?: readonly number[];
}

/** A line of text, in the middle of whose height `y` lies. */
export interface TextShape {
  readonly kind: 'text';
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly align: 'start' | 'middle' | 'end';
  readonly style: TextStyleName;
  readonly ink: Ink;
  /** Width that it may take. */
  readonly room: number;
}

export interface CircleShape {
  readonly kind: 'circle';
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly fill?: Ink;
  readonly stroke?: Ink;
}

/** An area in a tier's tint and pattern. */
export interface AreaShape extends Rect {
  readonly kind: 'area';
  readonly tier: number;
}

export type Shape = RectShape | TextShape | CircleShape | AreaShape;

/** How a line is drawn. */
export interface Stroke {
  readonly ink: Ink;
  readonly width: number;
  readonly dash?: readonly number[];
  readonly dashOffset?: number;
}

/** The outlines of boxes, pills and badges. */
export const outlineWidth = 1;
