import type { PlanReport } from '../../shared/reports/reports';
import type { AssumedDimension } from '../shapes/assumed/assumeSizes';
import type { SizeRole } from '../shapes/assumed/sizeRules';

/** How the size of a dimension is read. */
const roleTexts: Readonly<Record<SizeRole, (size: number) => string>> = {
  batch: (size) => `batch ${size}`,
  tokens: (size) => `${size} tokens`,
  step: (size) => (size === 1 ? '1 token per call' : `${size} tokens per call`),
  cache: (size) => `${size} cached tokens`,
  total: () => '',
  height: (size) => `height ${size}`,
  width: (size) => `width ${size}`,
  channels: (size) => `${size} channels`,
  samples: (size) => `${size} samples`,
  frames: (size) => `${size} frames`,
  sequence: (size) => `sequence length ${size}`,
};

/** The sizes that a report rests on; nothing where none is assumed. */
export function assumedReport(
  assumed: readonly AssumedDimension[],
): Pick<PlanReport, 'assumedDimensions' | 'assumedText'> {
  if (assumed.length === 0) return {};
  const texts = new Set(assumed.map(({ role, size }) => roleTexts[role](size)).filter((text) => text !== ''));
  return {
    assumedDimensions: Object.fromEntries(assumed.map(({ symbol, size }) => [symbol, size])),
    assumedText: [...texts].join(', '),
  };
}
