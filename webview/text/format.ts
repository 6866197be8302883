/** The product's numbers, with a dash where one is not known. */
import { type Metric, metricEntry } from '../../src/shared/vocabulary/metrics';
import {
  bandwidthEnds,
  bandwidthText,
  bytesText,
  costShortText,
  countText,
  durationText,
  ratioText,
  shapeText,
  threeDigits,
} from '../../src/shared/vocabulary/quantities';

/** What stands where a number is not known. */
export const unknownNumber = '–';

function orUnknown(value: number | null, show: (value: number) => string): string {
  if (value === null || Number.isNaN(value)) return unknownNumber;
  return Number.isFinite(value) ? show(value) : '∞';
}

/** Three significant digits without an exponent: `161`, `16.1`, `0.00161`. */
export const formatSignificant = (value: number): string => orUnknown(value, threeDigits);

/** `392 kB`, with 1 kB = 1000 B. */
export const formatBytes = (bytes: number | null): string => orUnknown(bytes, bytesText);

/** Multiply-accumulates: `11.6 G`. */
export const formatMacs = (macs: number | null): string => orUnknown(macs, countText);

/** Milliseconds in the unit that fits: `12.0 µs`, `161 ms`, `2.35 s`. */
export const formatMs = (milliseconds: number | null): string => orUnknown(milliseconds, durationText);

/** `$0.0000213`, `$1.50`. */
export const formatDollars = (dollars: number | null): string => orUnknown(dollars, costShortText);

/** A plan's figure of a metric, in its unit. */
export const formatFigure = (metric: Metric, figure: number | null | undefined): string =>
  orUnknown(figure ?? null, metricEntry(metric).shortText);

/** Text whose numbers stay on one line with their units: `803 kB`. */
export const unbroken = (text: string): string => text.replace(/(\d) (?=[kMGTPµmn]?(B|s|J)\b)/g, '$1\u00a0');

/** `200 kbit/s`, `20 Mbit/s`. */
export const formatMbps = (mbps: number | null): string => orUnknown(mbps, bandwidthText);

/** Both ends of a range of bandwidths, told apart: `19.58 Mbit/s` and `19.61 Mbit/s`. */
export const formatMbpsRange = bandwidthEnds;

/** How many times something is of something else: `3.20x`. */
export const formatRatio = (ratio: number | null): string => orUnknown(ratio, ratioText);

/** A whole number with grouped digits: `20,036`. */
export function formatCount(count: number | null): string {
  return orUnknown(count, (known) => String(Math.round(known)).replace(/\B(?=(\d{3})+$)/g, ','));
}

/** `7x7x2048 float32` of a reported tensor. */
export function formatTensor(tensor: { readonly dtype: string; readonly shape: readonly (number | string)[] | null }) {
  return `${shapeText(tensor.shape)} ${tensor.dtype}`;
}
