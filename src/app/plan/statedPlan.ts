import { tierNames } from '../../engine/deploy/parts/tierNames';
import { type StatedStages, statedStages } from '../../engine/extract/statedStages';
import { placementOf } from '../../engine/split/nodeRanges';
import { say } from '../../shared/messages/say';
import type { StatedPlanReport } from '../../shared/reports/reports';
import { DnnSplitError } from '../../shared/work/errors';
import type { AnalyzedModel } from '../model/analyzeFile';

/** The plan that a model states itself, for a report; nothing where it states none. */
export function statedPlanReport({ inferred, graph }: AnalyzedModel): StatedPlanReport | undefined {
  const stated = statedStages(inferred.model, graph);
  if (stated === undefined) return undefined;
  const { source, names, stageOf } = stated;
  const counts = names.map(() => 0);
  for (const stage of stageOf) counts[stage] = (counts[stage] ?? 0) + 1;
  const stages = names.map((name, stage) => ({ ...(name !== undefined && { name }), nodes: counts[stage] ?? 0 }));
  return { source, stages };
}

/**
 * The plan that a model states itself, as the nodes of each tier. Stages that are all named as tiers are go to those, others
 * from the first tier upwards.
 * @throws DnnSplitError `bad-usage` where the model states none, or more stages than there are tiers
 */
export function statedPlacement(
  { path, inferred, graph }: AnalyzedModel,
  tiers: readonly { readonly id: string }[],
): string[][] {
  const stated = statedStages(inferred.model, graph);
  if (stated === undefined) throw new DnnSplitError('bad-usage', say('stated.none', {}), { path });
  const tierOfStage = tiersOfStages(stated, tiers);
  if (tierOfStage === undefined) {
    const message = say('stated.stages', { stages: stated.names.length, tiers: tiers.length });
    throw new DnnSplitError('bad-usage', message, { path });
  }
  return placementOf(
    graph,
    stated.stageOf.map((stage) => tierOfStage[stage] ?? 0),
    tiers.length,
  );
}

function tiersOfStages({ names }: StatedStages, tiers: readonly { readonly id: string }[]): number[] | undefined {
  const labels = tierNames({ tiers });
  const named = names.map((name) => tiers.findIndex(({ id }, tier) => id === name || labels[tier] === name));
  if (named.every((tier) => tier >= 0)) return named;
  return names.length <= tiers.length ? names.map((_, stage) => stage) : undefined;
}
