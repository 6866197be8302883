import { type CostTables, phaseTables } from '../costs/costTables';
import { evaluatePlan } from '../costs/evaluate';
import { memoryBytes } from '../plan/constraints';
import type { Plan } from '../plan/plan';

/** What the calls of a session take under a plan. */
export interface SessionFigures {
  readonly prefillTokens: number;
  readonly generatedTokens: number;
  /** From the request until the first token is there. */
  readonly firstTokenMs: number;
  /** Of the call in the middle of the generation. */
  readonly perTokenMs: number;
  /** Of many sessions at a time, one behind the other on every tier and link. */
  readonly tokensPerSecond: number;
}

/** How a plan of a session goes; nothing for one of a single call. */
export function sessionFigures(costs: CostTables, { assignment, evaluation }: Plan): SessionFigures | undefined {
  const { session } = costs.graph;
  const phases = costs.phases ?? phaseTables(costs.graph, ofOneCall(costs));
  if (session === undefined || phases === undefined) return undefined;
  const { prefillTokens, generatedTokens } = session;
  return {
    prefillTokens,
    generatedTokens,
    firstTokenMs: evaluatePlan(phases.first, assignment).latencyMs,
    perTokenMs: evaluatePlan(phases.token, assignment).latencyMs,
    tokensPerSecond: evaluation.throughputPerSecond * generatedTokens,
  };
}

/** The infrastructure with the latencies that its links have for one call. */
function ofOneCall({ infrastructure, statedLinks }: CostTables): CostTables['infrastructure'] {
  const links = infrastructure.links.map((link, l) => {
    const { latencyMs, downLatencyMs, hopMs } = statedLinks[l] ?? link;
    return { ...link, latencyMs, downLatencyMs, hopMs };
  });
  return { ...infrastructure, links };
}

/** State of a session on a tier, and how many sessions fit into what weights and activations leave of its memory. */
export interface TierState {
  readonly tier: number;
  readonly stateBytes: number;
  /** Absent where the tier's memory is not known. */
  readonly sessions?: number;
}

/** The tiers that keep state under a plan. */
export function tierStates({ infrastructure }: CostTables, { evaluation }: Pick<Plan, 'evaluation'>): TierState[] {
  return infrastructure.tiers.flatMap(({ memoryGB }, tier): TierState[] => {
    const { stateBytes = 0 } = evaluation.tiers[tier] ?? {};
    if (stateBytes === 0) return [];
    if (memoryGB === undefined) return [{ tier, stateBytes }];
    const left = memoryGB * 1e9 - memoryBytes(evaluation, tier) + stateBytes;
    return [{ tier, stateBytes, sessions: Math.max(0, Math.floor(left / stateBytes)) }];
  });
}
