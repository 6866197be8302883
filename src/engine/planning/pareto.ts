import type { Work } from '../../protocol/work';
import { memoryCheck } from './constraints';
import type { CostTables } from './costTables';
import { assignmentOf, type CutFamily } from './cutFamily';
import { searchLabels } from './labels';
import type { Assignment } from './plan';
import type { TierBounds } from './tierBounds';

export interface ParetoPlan {
  readonly assignment: Assignment;
  readonly latencyMs: number;
  readonly costPerRequest: number;
  readonly throughputPerSecond: number;
  /** Of the first tier. */
  readonly energyJ: number;
}

export interface ParetoFront {
  /** By rising latency. */
  readonly plans: readonly ParetoPlan[];
  /** True when the front was too large to be kept whole. */
  readonly bounded: boolean;
}

/** Points of the front that are reported at most. */
const frontSize = 500;

/** The plans of a family that no other one matches or beats in latency, cost, throughput and first-tier energy at once. */
export function paretoFront(costs: CostTables, family: CutFamily, bounds: TierBounds, work?: Work): ParetoFront {
  const { labels, bounded } = searchLabels(costs, family, bounds, memoryCheck(costs, family), work);
  const plans = labels.map((label) => ({
    assignment: assignmentOf(family, label.chosen),
    latencyMs: label.latencyS * 1e3,
    costPerRequest: label.cost,
    throughputPerSecond: 1 / label.slowestS,
    energyJ: label.energyJ,
  }));
  plans.sort((a, b) => a.latencyMs - b.latencyMs);
  return { plans: plans.slice(0, frontSize), bounded: bounded || plans.length > frontSize };
}
