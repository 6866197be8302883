import type { OpFamily } from '../../../shared/picture/scene';
import { tierColorIds } from '../../../shared/picture/tierLook';
import { type Color, contrast, cssColor, ensureContrast, mix, over, parseColor, readableOn, withAlpha } from './color';
import type { Ink } from './shapes';

/** One accent per tier, with the forms that drawing needs. */
export interface TierColors {
  readonly accent: string;
  readonly onAccent: string;
  /** Low tint for the band behind the nodes. */
  readonly tint: string;
  readonly hatch: string;
}

export type HeatColors = (share: number) => string;

/** Everything that a picture is drawn with, read from an editor's theme. */
export interface Theme {
  readonly highContrast: boolean;
  readonly background: string;
  readonly foreground: string;
  readonly dimmed: string;
  readonly nodeFill: string;
  readonly nodeBorder: string;
  readonly foldEdge: string;
  readonly edge: string;
  readonly group: string;
  readonly focus: string;
  readonly selectionFill: string;
  readonly pillFill: string;
  /** Colors of a share of the heat scale, from 0 (cold) to 1: of the dot in a box, */
  readonly dotHeat: HeatColors;
  /** of a box that has no room for a dot, */
  readonly boxHeat: HeatColors;
  /** and of one that has none for a border. */
  readonly speckHeat: HeatColors;
  readonly tiers: readonly TierColors[];
  readonly families: Readonly<Record<OpFamily, string>>;
  readonly fontFamily: string;
}

const tierVariables = tierColorIds.map((id) => id.replace('.', '-'));

const familyVariables: Readonly<Record<OpFamily, string>> = {
  convolution: 'terminal-ansiBlue',
  matrix: 'terminal-ansiMagenta',
  attention: 'terminal-ansiBrightMagenta',
  activation: 'terminal-ansiGreen',
  normalization: 'terminal-ansiCyan',
  pooling: 'terminal-ansiYellow',
  elementwise: 'terminal-ansiBrightGreen',
  shape: 'descriptionForeground',
  reduction: 'terminal-ansiBrightYellow',
  recurrent: 'terminal-ansiRed',
  quantization: 'terminal-ansiBrightRed',
  control: 'terminal-ansiBrightCyan',
  input: 'foreground',
  output: 'foreground',
  fold: 'descriptionForeground',
  other: 'descriptionForeground',
};

/** How far the colors of operators are mixed into the background: those of tiers, which are full, mean something else. */
const mutedFamilies = 0.35;

type Variable = (name: string) => string;

function colorReader(variable: Variable, background: Color, foreground: Color) {
  return (name: string, fallback: Color = foreground): Color => {
    const color = parseColor(variable(`--vscode-${name}`));
    return color === undefined ? fallback : over(color, background);
  };
}

function tierColors(color: Color, background: Color, highContrast: boolean): TierColors {
  const accent = ensureContrast(color, background, highContrast ? 7 : 3);
  return {
    accent: cssColor(accent),
    onAccent: cssColor(readableOn(accent)),
    tint: cssColor(withAlpha(accent, highContrast ? 0 : 0.055)),
    hatch: cssColor(withAlpha(accent, highContrast ? 0.26 : 0.13)),
  };
}

/** Reads the theme from CSS variables; `bodyClass` tells high contrast from plain themes. */
export function readTheme(variable: Variable, bodyClass: string): Theme {
  const highContrast = bodyClass.includes('vscode-high-contrast');
  const light = bodyClass.includes('light');
  const fallbackBackground = parseColor(light ? '#ffffff' : '#1f1f1f') ?? { r: 0, g: 0, b: 0, a: 1 };
  const background = parseColor(variable('--vscode-editor-background')) ?? fallbackBackground;
  const foreground = over(
    parseColor(variable('--vscode-editor-foreground')) ??
      parseColor(variable('--vscode-foreground')) ??
      readableOn(background),
    background,
  );
  const color = colorReader(variable, background, foreground);
  const contrastBorder = parseColor(variable('--vscode-contrastBorder'));
  const quiet = (amount: number) => mix(background, foreground, amount);
  const nodeFill = highContrast ? background : over(color('editorWidget-background', quiet(0.05)), background);
  const border = highContrast ? (contrastBorder ?? foreground) : quiet(0.24);
  const accents = tierVariables.map((name) => color(name));
  const family = (name: string): string =>
    cssColor(ensureContrast(mix(color(name), background, highContrast ? 0 : mutedFamilies), nodeFill, 3));
  const warm = ensureContrast(color('charts-yellow'), nodeFill, 3);
  const hot = ensureContrast(color('charts-red'), nodeFill, 3);
  const focus = ensureContrast(color('focusBorder', color('charts-blue')), background, 3);
  return {
    highContrast,
    background: cssColor(background),
    foreground: cssColor(ensureContrast(foreground, nodeFill, 4.5)),
    dimmed: cssColor(ensureContrast(color('descriptionForeground', quiet(0.7)), nodeFill, highContrast ? 7 : 4.5)),
    nodeFill: cssColor(nodeFill),
    nodeBorder: cssColor(border),
    foldEdge: cssColor(highContrast ? border : quiet(0.32)),
    edge: cssColor(highContrast ? foreground : quiet(0.42)),
    group: cssColor(highContrast ? border : quiet(0.2)),
    focus: cssColor(focus),
    selectionFill: cssColor(
      highContrast ? background : mix(nodeFill, focus, contrast(nodeFill, focus) > 8 ? 0.12 : 0.18),
    ),
    pillFill: cssColor(nodeFill),
    dotHeat: heatColors(mix(background, foreground, highContrast ? 0.6 : 0.35), warm, hot),
    boxHeat: heatColors(nodeFill, mix(nodeFill, warm, 0.6), mix(nodeFill, hot, 0.85)),
    speckHeat: heatColors(mix(background, foreground, 0.4), warm, hot),
    tiers: accents.map((accent) => tierColors(accent, background, highContrast)),
    families: mapFamilies(family),
    fontFamily: variable('--vscode-font-family').trim() || 'sans-serif',
  };
}

/** Colors over three stops in few steps, made once: a frame asks for thousands. */
function heatColors(cold: Color, warm: Color, hot: Color): HeatColors {
  const steps = 24;
  const at = (share: number) => (share < 0.5 ? mix(cold, warm, 2 * share) : mix(warm, hot, 2 * share - 1));
  const colors = Array.from({ length: steps + 1 }, (_, step) => cssColor(at(step / steps)));
  return (share) => colors[Math.round(share * steps)] ?? cssColor(cold);
}

function mapFamilies(color: (variable: string) => string): Record<OpFamily, string> {
  const of = (family: OpFamily) => color(familyVariables[family]);
  return {
    convolution: of('convolution'),
    matrix: of('matrix'),
    attention: of('attention'),
    activation: of('activation'),
    normalization: of('normalization'),
    pooling: of('pooling'),
    elementwise: of('elementwise'),
    shape: of('shape'),
    reduction: of('reduction'),
    recurrent: of('recurrent'),
    quantization: of('quantization'),
    control: of('control'),
    input: of('input'),
    output: of('output'),
    fold: of('fold'),
    other: of('other'),
  };
}

/** Colors of a tier; more tiers than colors start over, told apart by letter and pattern. */
export function tierColorsOf(theme: Theme, tier: number): TierColors {
  const colors = theme.tiers[tier % theme.tiers.length];
  return colors ?? { accent: theme.foreground, onAccent: theme.background, tint: theme.background, hatch: theme.edge };
}

/** The color of an ink. */
export function colorOf(theme: Theme, ink: Ink): string {
  if (typeof ink === 'string') return theme[ink];
  if ('family' in ink) return theme.families[ink.family];
  if ('tier' in ink) return tierColorsOf(theme, ink.tier).accent;
  if ('css' in ink) return ink.css;
  return 'onTier' in ink ? tierColorsOf(theme, ink.onTier).onAccent : theme.dotHeat(ink.heat);
}
