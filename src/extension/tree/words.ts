/** A factor against the plan: `3.2x`; small differences keep three decimals. */
export function factorText(factor: number): string {
  const digits = factor >= 100 ? 0 : factor < 1.05 ? 3 : 1;
  return `${factor.toFixed(digits)}x`;
}
