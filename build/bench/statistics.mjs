/**
 * @typedef {{ least: number, median: number, most: number }} Spread
 * @typedef {{ name: string, run: () => unknown | Promise<unknown> }} Case
 * @typedef {{ name: string, wallMs: Spread, cpuMs: Spread }} Timing
 */

/** Least, median and most of some values. @param {readonly number[]} values at least one @returns {Spread} */
export function spread(values) {
  if (values.length === 0) throw new RangeError('A spread needs at least one value.');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { least: sorted[0] ?? 0, median, most: sorted.at(-1) ?? 0 };
}

/**
 * Times cases in turn, round by round, so that a machine that slows down slows all of them. The first round only warms
 * up. CPU time is that of the whole process, the collector's threads included.
 * @param {readonly Case[]} cases
 * @param {number} rounds
 * @param {() => { wallMs: number, cpuMs: number }} [clock]
 * @returns {Promise<Timing[]>}
 */
export async function timeInTurn(cases, rounds, clock = readClock) {
  const samples = cases.map(() => ({ wall: /** @type {number[]} */ ([]), cpu: /** @type {number[]} */ ([]) }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { run }] of cases.entries()) {
      const before = clock();
      await run();
      const after = clock();
      if (round === 0) continue;
      samples[index]?.wall.push(after.wallMs - before.wallMs);
      samples[index]?.cpu.push(after.cpuMs - before.cpuMs);
    }
  }
  return cases.map(({ name }, index) => ({
    name,
    wallMs: spread(samples[index]?.wall ?? []),
    cpuMs: spread(samples[index]?.cpu ?? []),
  }));
}

function readClock() {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1e3 };
}

/** A number with as many digits as are worth reading. @param {number} value */
export function figure(value) {
  if (!Number.isFinite(value)) return `${value}`;
  const size = Math.abs(value);
  return size >= 100
    ? value.toFixed(0)
    : size >= 10
      ? value.toFixed(1)
      : size >= 1
        ? value.toFixed(2)
        : value.toFixed(3);
}

/** `least / median / most`. @param {Spread} values */
export function spreadText({ least, median, most }) {
  return `${figure(least)} / ${figure(median)} / ${figure(most)}`;
}
