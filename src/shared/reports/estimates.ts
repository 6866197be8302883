/**
 * What the times of a tier rest on: a fit to measurements, peak figures of a data sheet, figures that the configuration
 * states, or times that were measured for the very nodes.
 */
export const estimateBases = ['fitted', 'peak', 'published', 'stated', 'measured'] as const;
export type EstimateBasis = (typeof estimateBases)[number];

/** How far the times of a tier are to be trusted. */
export interface TierEstimate {
  readonly basis: EstimateBasis;
  /** Nine of ten times lie within this factor of the estimates; absent where nobody knows. */
  readonly withinFactor?: number | undefined;
  /** Of a preset's fit: how many models were fitted, and how many of them left out it predicts within a factor of 1.3. */
  readonly models?: number | undefined;
  readonly within13?: number | undefined;
}

/** True where a plan rests on estimates that measuring would replace. */
export function restsOnEstimates(
  tiers: readonly { readonly nodes: number; readonly measuredNodes: number }[],
): boolean {
  return tiers.some(({ nodes, measuredNodes }) => measuredNodes < nodes);
}
