import { rateClasses } from '../../shared/vocabulary/rateClasses';
import { measuredSeconds } from '../planning/costs/costModel';
import { fusedGroups } from '../split/fusedGroups';
import type { SplitGraph } from '../split/splitGraph';
import { type FittedRates, fitTimes, type LeftOut, leaveOneModelOut, type TimedWork, withinFactorOf } from './fitTimes';

/** A model and the measured microseconds of its nodes, by name or id. */
export interface MeasuredModel {
  readonly name: string;
  readonly graph: SplitGraph;
  readonly microseconds: ReadonlyMap<string, number>;
}

/** What measured models say of the device that they ran on. */
export interface Calibration extends FittedRates {
  /** Of everything together. */
  readonly gflops: number;
  /** Whether the measured times are of fused nodes. */
  readonly fusion: boolean;
  /** Each model predicted from the others; empty with one model, which proves nothing. */
  readonly leftOut: readonly LeftOut[];
  /** Nine of ten times lie within this factor of what others predict. */
  readonly withinFactor: number | undefined;
  readonly medianErrorPercent: number | undefined;
  /** How many measured kernels were fitted. */
  readonly kernels: number;
}

/** Measured kernels say enough themselves; what is expected only keeps apart what always occurs together. */
const trust = 0.001;

/**
 * Fits a device to measured models, node by node, or group by group where nodes were fused when they were measured.
 */
export function calibrate(models: readonly MeasuredModel[]): Calibration {
  const fusion = wereFused(models);
  const samples = models.flatMap((model) => timedKernels(model, fusion));
  const leftOut = models.length < 2 ? [] : leaveOneModelOut(samples, { trust });
  const error = medianError(leftOut);
  const seconds = samples.reduce((sum, one) => sum + one.seconds, 0);
  return {
    ...fitTimes(samples, { trust }),
    gflops: (2e-9 * samples.reduce((sum, { macs }) => sum + totalMacs(macs), 0)) / seconds,
    fusion,
    leftOut,
    withinFactor: leftOut.length === 0 ? undefined : withinFactorOf(leftOut),
    medianErrorPercent: error === undefined ? undefined : 100 * error,
    kernels: samples.reduce((sum, { kernels }) => sum + kernels, 0),
  };
}

/** Whether most nodes that runtimes fuse into others took no time of their own. */
function wereFused(models: readonly MeasuredModel[]): boolean {
  let [timed, untimed] = [0, 0];
  for (const { graph, microseconds } of models) {
    const { mainOf } = fusedGroups(graph);
    for (const [index, node] of graph.nodes.entries()) {
      if (mainOf[index] === index) continue;
      const seconds = measuredSeconds(node, { profile: microseconds });
      if (seconds === 0) untimed += 1;
      else if (seconds !== undefined) timed += 1;
    }
  }
  return untimed > timed;
}

/** The measured nodes of a model, or its groups of fused ones, with their work. Nodes that only change a shape count as time alone. */
function timedKernels({ name, graph, microseconds }: MeasuredModel, fuses: boolean): TimedWork[] {
  const groups = fuses ? fusedGroups(graph) : undefined;
  const times = graph.nodes.map((node) => measuredSeconds(node, { profile: microseconds }));
  const macs = Float64Array.from(graph.nodes, (node) => node.macs ?? 0);
  const seconds: (number | undefined)[] = [...times];
  for (const [index, main] of groups?.mainOf.entries() ?? []) {
    if (main === index) continue;
    macs[main] = (macs[main] ?? 0) + (macs[index] ?? 0);
    const own = times[index];
    if (own !== undefined) seconds[main] = (seconds[main] ?? 0) + own;
  }
  return graph.nodes.flatMap((node, index): TimedWork[] => {
    const time = seconds[index];
    if (time === undefined || (groups !== undefined && groups.mainOf[index] !== index)) return [];
    if (node.viewOnly) return [{ model: name, seconds: time, macs: {}, trafficBytes: 0, kernels: 0 }];
    const trafficBytes = (groups === undefined ? node.trafficBytes : groups.trafficBytes[index]) ?? 0;
    const work = node.rateClass === undefined ? {} : { [node.rateClass]: macs[index] ?? 0 };
    return [{ model: name, seconds: time, macs: work, trafficBytes, kernels: 1 }];
  });
}

function totalMacs(macs: TimedWork['macs']): number {
  return rateClasses.reduce((sum, name) => sum + (macs[name] ?? 0), 0);
}

function medianError(leftOut: readonly LeftOut[]): number | undefined {
  const errors = leftOut.map(({ ratio }) => Math.abs(ratio - 1)).sort((a, b) => a - b);
  const middle = errors.length >> 1;
  return errors.length % 2 === 1
    ? errors[middle]
    : ((errors[middle - 1] ?? Number.NaN) + (errors[middle] ?? 0)) / 2 || undefined;
}
