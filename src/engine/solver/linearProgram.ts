/** The solution of a small linear program. */
export interface LinearSolution {
  readonly value: number;
  /** The variables. */
  readonly parts: readonly number[];
  /** The price of each constraint: what the value grows by per unit of its right side. */
  readonly prices: readonly number[];
}

/** Steps after which a program that still turns in circles is given up; what is found then is a solution, if not the best. */
const mostSteps = 500;
const tolerance = 1e-12;

/**
 * Maximizes `gain` x under `rows` x <= `right` and x >= 0, with right sides that are not negative, by the simplex method on
 * a dense tableau with Bland's rule (Mathematics of Operations Research, 1977), for programs of a few dozen numbers.
 */
export function maximize(
  gain: readonly number[],
  rows: readonly (readonly number[])[],
  right: readonly number[],
): LinearSolution {
  const variables = gain.length;
  const tableau = rows.map((row, r) => [
    ...row,
    ...rows.map((_, slack) => (slack === r ? 1 : 0)),
    Math.max(0, right[r] ?? 0),
  ]);
  const goal = [...gain.map((one) => -one), ...rows.map(() => 0), 0];
  const basis = rows.map((_, r) => variables + r);
  for (let step = 0; step < mostSteps; step++) {
    const entering = goal.findIndex((price, column) => column < goal.length - 1 && price < -tolerance);
    if (entering < 0) break;
    const leaving = leavingRow(tableau, basis, entering);
    if (leaving < 0) break;
    pivot(tableau, goal, leaving, entering);
    basis[leaving] = entering;
  }
  const parts = new Array<number>(variables).fill(0);
  for (const [r, variable] of basis.entries()) if (variable < variables) parts[variable] = tableau[r]?.at(-1) ?? 0;
  return { value: goal.at(-1) ?? 0, parts, prices: goal.slice(variables, -1) };
}

/** The row that limits the entering variable most; of equal ones that of the first variable. */
function leavingRow(tableau: readonly (readonly number[])[], basis: readonly number[], entering: number): number {
  let leaving = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [r, row] of tableau.entries()) {
    const coefficient = row[entering] ?? 0;
    if (coefficient <= tolerance) continue;
    const ratio = (row.at(-1) ?? 0) / coefficient;
    const isFirst = ratio === least && (basis[r] ?? 0) < (basis[leaving] ?? 0);
    if (ratio >= least && !isFirst) continue;
    least = ratio;
    leaving = r;
  }
  return leaving;
}

function pivot(tableau: number[][], goal: number[], leaving: number, entering: number): void {
  const source = tableau[leaving] ?? [];
  const by = source[entering] ?? 1;
  for (let column = 0; column < source.length; column++) source[column] = (source[column] ?? 0) / by;
  for (const row of [...tableau, goal]) {
    const factor = row[entering] ?? 0;
    if (row === source || factor === 0) continue;
    for (let column = 0; column < row.length; column++) {
      row[column] = (row[column] ?? 0) - factor * (source[column] ?? 0);
    }
  }
}
