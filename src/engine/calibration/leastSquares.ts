/** Minimize sum of (row . x - target)^2 + sum of ridge (x_j - prior_j)^2 over x with x_j >= least_j. */
export interface LeastSquares {
  readonly rows: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly least: readonly number[];
  readonly prior: readonly number[];
  readonly ridge: number;
}

const mostSweeps = 20_000;
const tolerance = 1e-12;

/**
 * The minimum by coordinate descent, which converges here because the problem is convex and its bounds are per variable
 * (Tseng, JOTA 2001). Columns should have comparable scales.
 */
export function solveLeastSquares({ rows, targets, least, prior, ridge }: LeastSquares): number[] {
  const columns = least.map((_, j) => j);
  const column = (j: number) => rows.map((row) => row[j] ?? 0);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const gram = columns.map((j) => columns.map((k) => dot(column(j), column(k)) + (j === k ? ridge : 0)));
  const right = columns.map((j) => dot(column(j), targets) + ridge * (prior[j] ?? 0));
  const x = columns.map((j) => Math.max(least[j] ?? 0, prior[j] ?? 0));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let moved = 0;
    for (const j of columns) {
      const curvature = gram[j]?.[j] ?? 0;
      if (curvature === 0) continue;
      const others = dot(gram[j] ?? [], x) - curvature * (x[j] ?? 0);
      const next = Math.max(least[j] ?? 0, ((right[j] ?? 0) - others) / curvature);
      moved = Math.max(moved, Math.abs(next - (x[j] ?? 0)));
      x[j] = next;
    }
    if (moved < tolerance) break;
  }
  return x;
}
