import type { Size } from '../../../shared/picture/geometry';
import type { Scene } from '../../../shared/picture/scene';
import { textWidth } from '../../../shared/wording/textWidth';
import { dotInk, dotRadius } from './boxShapes';
import { figureText, type HeatScale, heatOf } from './heat';
import { type Shape, type TextShape, textStyles } from './shapes';
import { type NamedFamily, namedFamilies, type PictureText } from './texts';

/** One dot of a legend; `color` is that of a file of node data. */
interface LegendStep {
  readonly share: number;
  readonly text: string;
  readonly color?: string | null;
}

/** What the dots and the bars of boxes mean. */
export interface Legend {
  /** Of the dots; none where there are none. */
  readonly title: string | null;
  /** From the largest to the smallest value, by their shares of the heat scale. */
  readonly steps: readonly LegendStep[];
  /** What the rings mean, or of how many nodes something is known. */
  readonly note: string | null;
  /** The kinds of operators that are in the picture, each with the color of its bar. */
  readonly operators: readonly { readonly family: NamedFamily; readonly text: string }[];
  readonly operatorsTitle: string;
}

type DotLegend = Pick<Legend, 'title' | 'steps' | 'note'>;

const noDots: DotLegend = { title: null, steps: [], note: null };

const lineHeight = 15;
const padding = 8;
/** Ends of a scale that are closer than this are one value. */
const leastRatio = 1.01;
const dotColumn = 16;
/** As the bars of boxes, but shorter. */
const familyMark = { width: 3, height: 10 };

/** The legend of a heat scale and of the operators of a scene; none where there is nothing to tell. */
export function legendOf(scene: Scene, heat: HeatScale, hasMeasured: boolean, text: PictureText): Legend | null {
  const dots = dotLegend(heat, hasMeasured, text);
  const there = new Set(scene.nodes.map(({ family }) => family));
  const operators = namedFamilies
    .filter((family) => there.has(family))
    .map((family) => ({ family, text: text(`family.${family}`) }));
  if (dots.title === null && operators.length === 0) return null;
  return { ...dots, operators, operatorsTitle: text('legend.operators') };
}

function dotLegend(heat: HeatScale, hasMeasured: boolean, text: PictureText): DotLegend {
  const { metric, low, high, data } = heat;
  if (metric === 'none' || high <= 0) return noDots;
  if (metric === 'data') return data === undefined ? noDots : dataLegend(heat, data, text);
  const isOne = high / low < leastRatio;
  const values = isOne ? [high] : [high, Math.sqrt(low * high), low];
  return {
    title: text(isOne ? `metric.${metric}` : `legend.log.${metric}`),
    steps: values.map((value) => ({ share: heatOf(heat, value), text: figureText(metric, value) })),
    note: metric === 'time' && hasMeasured ? text('legend.measured') : null,
  };
}

/** Different values that the legend of node data names. */
const mostValues = 6;

/** Every value where there are few, else some from the largest to the smallest; each with the color of a box that has it. */
function dataLegend(
  { values }: HeatScale,
  { name, texts, colors, matched, nodes }: NonNullable<HeatScale['data']>,
  text: PictureText,
): DotLegend {
  const steps = new Map<number, LegendStep>();
  for (const [index, share] of values.entries()) {
    const told = texts[index] ?? null;
    if (share !== null && told !== null) steps.set(share, { share, text: told, color: colors[index] ?? null });
  }
  const all = [...steps.values()].sort((a, b) => b.share - a.share);
  const last = all.length - 1;
  const some =
    all.length <= mostValues ? all : [0, 0.25, 0.5, 0.75, 1].flatMap((at) => all[Math.round(at * last)] ?? []);
  return { title: name, steps: some, note: text('legend.data', matched, nodes) };
}

/** Room that a legend takes where it is drawn. */
export function legendSize({ title, steps, note, operators, operatorsTitle }: Legend): Size {
  const widthOf = (text: string) => textWidth(text, textStyles.legend.px);
  const plain = [title, note, operators.length > 0 ? operatorsTitle : null].filter((text) => text !== null);
  const texts = [...plain.map(widthOf), ...[...steps, ...operators].map(({ text }) => dotColumn + widthOf(text))];
  const lines = texts.length;
  return { width: Math.ceil(Math.max(...texts)) + 2 * padding, height: lines * lineHeight + padding };
}

/** A legend whose top left corner is at a place. */
export function legendShapes(legend: Legend, x: number, y: number): Shape[] {
  const { width, height } = legendSize(legend);
  const dotLines = (legend.title === null ? 0 : 1) + legend.steps.length + (legend.note === null ? 0 : 1);
  const lineAt = (index: number) => y + padding / 2 + (index + 0.5) * lineHeight;
  const line = (text: string, index: number, left: number, ink: TextShape['ink']): TextShape => ({
    kind: 'text',
    text,
    x: x + left,
    y: lineAt(index),
    align: 'start',
    style: 'legend',
    ink,
    room: width - left - padding / 2,
  });
  return [
    { kind: 'rect', x, y, width, height, radius: 4, fill: 'pillFill', stroke: 'nodeBorder' },
    ...(legend.title === null ? [] : [line(legend.title, 0, padding, 'dimmed')]),
    ...legend.steps.flatMap(({ share, text, color }, index): Shape[] => [
      {
        kind: 'circle',
        x: x + padding + 5,
        y: lineAt(index + 1),
        radius: dotRadius(share),
        fill: dotInk(share, color),
        ...(color && { stroke: 'dimmed' as const }),
      },
      line(text, index + 1, padding + dotColumn, 'foreground'),
    ]),
    ...(legend.note === null ? [] : [line(legend.note, legend.steps.length + 1, padding, 'dimmed')]),
    ...(legend.operators.length === 0 ? [] : [line(legend.operatorsTitle, dotLines, padding, 'dimmed')]),
    ...legend.operators.flatMap(({ family, text }, index): Shape[] => {
      const y = lineAt(dotLines + 1 + index) - familyMark.height / 2;
      return [
        { kind: 'rect', x: x + padding + 4, y, ...familyMark, radius: 0, fill: { family } },
        line(text, dotLines + 1 + index, padding + dotColumn, 'foreground'),
      ];
    }),
  ];
}
