import type { SceneNode } from '../../../shared/picture/scene';
import { fitText, textWidth } from '../../../shared/wording/textWidth';
import { type AreaShape, type Ink, type RectShape, type Shape, type TextShape, textStyles } from './shapes';

/** What a box shows beside its own texts. */
export interface BoxFacts {
  readonly node: SceneNode;
  readonly title: string;
  /** The chosen metric: its text, its share of the heat scale, and whether it was measured. */
  readonly figure: {
    readonly text: string;
    readonly share: number;
    readonly isMeasured: boolean;
    /** Of a file of node data. */
    readonly color?: string | null;
  } | null;
  readonly badge: { readonly text: string; readonly tier: number } | null;
  /** Tier of another plan that the plan is held against. */
  readonly movedTo: number | null;
}

/** The shapes of a box, from the back to the front. */
export interface BoxShapes {
  /** Cards that lie behind it. */
  readonly sheets: readonly RectShape[];
  readonly card: RectShape;
  /** The tint and pattern of the tier that the other plan has it on. */
  readonly patch: AreaShape | null;
  /** Of the operator's family. */
  readonly bar: RectShape;
  /** Figure, texts and badge, for where they can be read. */
  readonly content: readonly Shape[];
}

const radius = 4;
const sheetStep = 3;
const barWidth = 3;
const textLeft = 10;
const textRight = 6;
/** Of the first and the second line, from the middle of the box. */
const titleRise = 7;
const subtitleDrop = 9;
/** Of the dot's center and of the figure's end, from the right end of the texts. */
const dotInset = 5;
const figureInset = 14;
const figureGap = 18;
const badgeHeight = 12;
const badgeInset = 6;
const leastBadge = 13;
/** Dots in boxes are smaller than those of the legend. */
const dotScale = 0.8;
const ringGap = 2;
const terminalDash = [3, 2];

/** Radius of a dot for a share of the heat scale: size tells what color tells. */
export function dotRadius(share: number): number {
  return 2 + 3 * share;
}

/** The color of a dot: that of a file, where it gives one, else of the heat scale. */
export function dotInk(share: number, color: string | null | undefined): Ink {
  return color ? { css: color } : { heat: share };
}

/** A card with a bar for its family, two lines of text and the figure at the right of the first; folds are stacks of cards. */
export function boxShapes(facts: BoxFacts): BoxShapes {
  const { node, movedTo } = facts;
  const { x, y, width, height, kind, family } = node;
  const card = (offset: number): Omit<RectShape, 'stroke'> => ({
    kind: 'rect',
    x: x + offset,
    y: y + offset,
    width,
    height,
    radius,
    fill: 'nodeFill',
  });
  const sheets = kind === 'fold' ? [2 * sheetStep, sheetStep] : [];
  const isTerminal = kind === 'input' || kind === 'output';
  return {
    sheets: sheets.map((offset) => ({ ...card(offset), stroke: 'foldEdge' })),
    card: { ...card(0), stroke: 'nodeBorder', ...(isTerminal && { dash: terminalDash }) },
    patch:
      movedTo === null
        ? null
        : { kind: 'area', x: x + 1, y: y + 1, width: width - 2, height: height - 2, tier: movedTo },
    bar: { kind: 'rect', x, y, width: barWidth, height, radius: [radius, 0, 0, radius], fill: { family } },
    content: contentOf(facts),
  };
}

function contentOf({ node, title, figure, badge }: BoxFacts): Shape[] {
  const left = node.x + textLeft;
  const right = node.x + node.width - textRight;
  const middle = node.y + node.height / 2;
  const firstLine = middle - titleRise;
  const taken = figure === null ? 0 : textWidth(figure.text, textStyles.figure.px) + figureGap;
  const line = (
    style: 'title' | 'subtitle',
    text: string,
    y: number,
    room: number,
    ink: 'foreground' | 'dimmed',
  ): TextShape => ({
    kind: 'text',
    text: fitText(text, room, textStyles[style].px),
    x: left,
    y,
    align: 'start',
    style,
    ink,
    room,
  });
  return [
    ...(figure === null ? [] : figureShapes(figure, left, right, firstLine)),
    line('title', title, firstLine, right - left - taken, 'foreground'),
    line('subtitle', node.subtitle, middle + subtitleDrop, right - left, 'dimmed'),
    ...(badge === null ? [] : badgeShapes(badge, node)),
  ];
}

function figureShapes(
  { text, share, isMeasured, color }: NonNullable<BoxFacts['figure']>,
  left: number,
  right: number,
  y: number,
): Shape[] {
  const dot = { kind: 'circle', x: right - dotInset, y, radius: dotScale * dotRadius(share) } as const;
  const end = right - figureInset;
  return [
    // A color of a file may be that of the box.
    { ...dot, fill: dotInk(share, color), ...(color && { stroke: 'dimmed' as const }) },
    ...(isMeasured ? [{ ...dot, radius: dot.radius + ringGap, stroke: 'foreground' } as const] : []),
    { kind: 'text', text, x: end, y, align: 'end', style: 'figure', ink: 'dimmed', room: end - left },
  ];
}

/** Letters of the tiers on the upper border. */
function badgeShapes({ text, tier }: NonNullable<BoxFacts['badge']>, node: SceneNode): Shape[] {
  const width = Math.max(leastBadge, textWidth(text, textStyles.boxBadge.px) + badgeInset);
  const left = node.x + node.width - width - badgeInset;
  return [
    {
      kind: 'rect',
      x: left,
      y: node.y - badgeHeight / 2,
      width,
      height: badgeHeight,
      radius: 2,
      fill: { tier },
    },
    {
      kind: 'text',
      text,
      x: left + width / 2,
      y: node.y + 0.5,
      align: 'middle',
      style: 'boxBadge',
      ink: { onTier: tier },
      room: width,
    },
  ];
}
