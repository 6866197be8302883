import { say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';

/** A bandwidth from a time on. */
interface TraceStep {
  readonly seconds: number;
  readonly mbps: number;
}

/** A link's bandwidth over time, which begins again at its end. */
export interface Trace {
  /** Ascending, from 0. */
  readonly steps: readonly TraceStep[];
  readonly durationS: number;
  /** Megabits that pass before each step, and in a whole round. */
  readonly passedMbit: readonly number[];
  readonly roundMbit: number;
}

const header = /^\s*seconds\s*,\s*mbps\s*$/i;
const row = /^\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*,\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*$/i;

/**
 * Reads a trace: the line `seconds,mbps`, then a time and a bandwidth per line, times ascending.
 * @param scale factor for all bandwidths, such as an uplink's part of a downlink
 * @throws DnnSplitError `bad-usage` that names the first line that is wrong
 */
export function parseTrace(text: string, scale = 1): Trace {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (!header.test(lines[0] ?? '')) throw new DnnSplitError('bad-usage', say('trace.header', {}));
  const steps: TraceStep[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const [, time = '', bandwidth = ''] = row.exec(line) ?? [];
    const step = { seconds: Number(time), mbps: Number(bandwidth) * scale };
    const isLater = step.seconds > (steps.at(-1)?.seconds ?? -1);
    if (time === '' || !isLater || !Number.isFinite(step.mbps))
      throw new DnnSplitError('bad-usage', say('trace.line', { line: index + 1 }));
    steps.push(step);
  }
  return traceOf(steps);
}

/** @throws DnnSplitError `bad-usage` where nothing ever passes */
export function traceOf(given: readonly TraceStep[]): Trace {
  const [first] = given;
  const steps = given.map(({ seconds, mbps }) => ({ seconds: seconds - (first?.seconds ?? 0), mbps }));
  const last = steps.at(-1);
  // The last bandwidth lasts as long as the one before it.
  const lastsS = (last?.seconds ?? 0) - (steps.at(-2)?.seconds ?? -1);
  const durationS = (last?.seconds ?? 0) + lastsS;
  const passedMbit: number[] = [];
  let passed = 0;
  for (const [index, { seconds, mbps }] of steps.entries()) {
    passedMbit.push(passed);
    passed += mbps * ((steps[index + 1]?.seconds ?? durationS) - seconds);
  }
  if (!(passed > 0)) throw new DnnSplitError('bad-usage', say('trace.empty', {}));
  return { steps, durationS, passedMbit, roundMbit: passed };
}

/** The bandwidth at a time in seconds. */
export function bandwidthAt(trace: Trace, seconds: number): number {
  return trace.steps[stepAt(trace, seconds % trace.durationS)]?.mbps ?? 0;
}

/** Seconds that bytes take which begin to be sent at a time: they go on while the bandwidth changes, and wait where it is 0. */
export function sendingSeconds(trace: Trace, startS: number, bytes: number): number {
  if (bytes === 0) return 0;
  const { durationS, roundMbit } = trace;
  const begin = startS % durationS;
  const target = passedAt(trace, begin) + (bytes * 8) / 1e6;
  // What passes exactly with the end of a round does not wait for the next one.
  const rounds = Math.max(0, Math.ceil(target / roundMbit - 1e-12) - 1);
  return rounds * durationS + timeOf(trace, target - rounds * roundMbit) - begin;
}

function stepAt({ steps }: Trace, seconds: number): number {
  return lastWhere(steps.length, (index) => (steps[index]?.seconds ?? 0) <= seconds);
}

function passedAt(trace: Trace, seconds: number): number {
  const index = stepAt(trace, seconds);
  const { seconds: from = 0, mbps = 0 } = trace.steps[index] ?? {};
  return (trace.passedMbit[index] ?? 0) + mbps * (seconds - from);
}

/** The time at which so much has passed, in the round that it falls into. */
function timeOf({ steps, passedMbit }: Trace, mbit: number): number {
  // The first step by which all of it has passed begins after it; steps in which nothing passes are waited out.
  const index = lastWhere(steps.length, (at) => at === 0 || (passedMbit[at] ?? 0) < mbit);
  const { seconds = 0, mbps = 0 } = steps[index] ?? {};
  const rest = mbit - (passedMbit[index] ?? 0);
  return rest <= 0 ? seconds : seconds + rest / mbps;
}

/** The last index for which something holds that holds up to some index, in O(log n). */
function lastWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
