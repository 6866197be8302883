import type { OpFamily } from '../../shared/scene';

/** Colors of a picture. */
export interface PictureTheme {
  readonly background: string;
  readonly card: string;
  readonly border: string;
  readonly text: string;
  readonly dimmed: string;
  readonly edge: string;
  /** One accent per tier, in order; further tiers begin again, told apart by their letter. */
  readonly tiers: readonly string[];
  /** Text on an accent. */
  readonly onAccent: string;
  /** Opacity of a tier's band. */
  readonly bandOpacity: number;
  readonly families: Readonly<Record<OpFamily, string>>;
}

const neutral = '#8a8f98';

const families: Readonly<Record<OpFamily, string>> = {
  convolution: '#3b82c4',
  matrix: '#5b6fd6',
  attention: '#7a5fd0',
  recurrent: '#8c5bb5',
  activation: '#c9772b',
  normalization: '#2f9e8f',
  pooling: '#4d9a3f',
  reduction: '#7d9a2f',
  elementwise: '#b5922c',
  quantization: '#b3568f',
  control: '#c04f4f',
  shape: neutral,
  input: neutral,
  output: neutral,
  fold: neutral,
  other: neutral,
};

export const pictureThemes: Readonly<Record<'light' | 'dark', PictureTheme>> = {
  light: {
    background: '#ffffff',
    card: '#ffffff',
    border: '#c8ccd2',
    text: '#24292f',
    dimmed: '#646b75',
    edge: '#98a0aa',
    tiers: ['#0b63ad', '#2a7434', '#7b3fa0', '#866600', '#a8305a', '#a04a00'],
    onAccent: '#ffffff',
    bandOpacity: 0.07,
    families,
  },
  dark: {
    background: '#1f1f1f',
    card: '#2a2a2b',
    border: '#4a4d52',
    text: '#dddddd',
    dimmed: '#a0a4aa',
    edge: '#71767e',
    tiers: ['#5aa9ee', '#73c47d', '#bf8ce0', '#d9b23c', '#ec82a5', '#ee9a4a'],
    onAccent: '#1b1b1b',
    bandOpacity: 0.1,
    families,
  },
};

/** Accent of a tier. */
export function tierAccent(theme: PictureTheme, tier: number): string {
  return theme.tiers[tier % theme.tiers.length] ?? theme.edge;
}
