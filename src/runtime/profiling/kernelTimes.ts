import { say } from '../../shared/messages/say';
import { median, quartileDistance } from '../../shared/statistics';
import { DnnSplitError } from '../../shared/work/errors';
import type { TraceEvent } from './traceEvents';

/** The time of one operator of ONNX Runtime's graph over the runs of a trace. */
export interface KernelTime {
  readonly name: string;
  readonly op: string;
  readonly index: number | undefined;
  readonly provider: string;
  /** Median over the runs. */
  readonly microseconds: number;
  /** Distance between the quartiles over the runs. */
  readonly spreadMicroseconds: number;
}

export interface TraceTimes {
  /** Operators of the main graph; those inside the bodies of If, Loop and Scan count in their operator. */
  readonly kernels: readonly KernelTime[];
  /** Runs that count, without those to warm up. */
  readonly runs: number;
  /** Median of the whole model's run, ONNX Runtime's own work between the operators included. */
  readonly runMicroseconds: number;
}

/** Operators with bodies, whose events enclose those of their bodies. */
const opsWithBodies = new Set(['If', 'Loop', 'Scan', 'SequenceMap', 'BeamSearch', 'GreedySearch', 'Sampling']);

interface Collected {
  readonly first: TraceEvent;
  readonly perRun: number[];
}

/**
 * Takes medians over the complete runs of a trace.
 * @param warmup runs to leave out at the start; without it up to three, and never more than a half of all.
 * @throws DnnSplitError `invalid-profile` where no run is left
 */
export function kernelTimes(events: Iterable<TraceEvent>, path: string, warmup?: number): TraceTimes {
  const collected = new Map<string, Collected>();
  const runs: number[] = [];
  let current: TraceEvent[] = [];
  for (const event of events) {
    if (event.kind === 'kernel') {
      if (opsWithBodies.has(event.op)) dropBody(current, event);
      current.push(event);
      continue;
    }
    addRun(collected, current, runs.length);
    runs.push(event.duration);
    current = [];
  }
  const skipped = warmup ?? Math.min(3, Math.floor(runs.length / 2));
  if (runs.length === 0 || collected.size === 0) {
    const message = say('trace.noRun', { path });
    throw new DnnSplitError('invalid-profile', message, { path });
  }
  if (skipped >= runs.length) {
    const message = say('trace.allWarmup', { path, runs: runs.length, warmup: skipped });
    throw new DnnSplitError('bad-usage', message, { path });
  }
  const kernels = [...collected.values()].flatMap(({ first, perRun }) => {
    const counted = Object.values(perRun.slice(skipped));
    if (counted.length === 0) return [];
    const { name, op, index, provider } = first;
    return [
      { name, op, index, provider, microseconds: median(counted), spreadMicroseconds: quartileDistance(counted) },
    ];
  });
  return { kernels, runs: runs.length - skipped, runMicroseconds: median(runs.slice(skipped)) };
}

/** Events of a body come before the operator's own and begin within it. */
function dropBody(events: TraceEvent[], operator: TraceEvent): void {
  for (let last = events.at(-1); last !== undefined; last = events.at(-1)) {
    if (last.thread !== operator.thread || last.start < operator.start) return;
    events.pop();
  }
}

function addRun(collected: Map<string, Collected>, events: readonly TraceEvent[], run: number): void {
  for (const event of events) {
    const key = JSON.stringify([event.name, event.op, event.index]);
    const kernel = collected.get(key) ?? { first: event, perRun: [] };
    kernel.perRun[run] = (kernel.perRun[run] ?? 0) + event.duration;
    collected.set(key, kernel);
  }
}
