import { type Sentence, say } from '../../shared/messages/say';
import { type Metric, metricTable } from '../../shared/vocabulary/metrics';
import { listed, threeDigits } from '../../shared/vocabulary/quantities';
import type { CostTables } from '../planning/costs/costTables';
import { whyNothingCounts } from '../planning/findings/caveats';
import { leadingMetric } from '../planning/plan/metrics';
import type { Plan } from '../planning/plan/plan';
import type { PlanningResult } from '../planning/planModel';

/** Ratios nearer to 1 than this are no difference to a reader. */
const hardly = 0.01;

/**
 * The answer in one sentence: after which nodes the model is split (or on which tier all of it runs), the figure that the
 * plan is made for, and how many times better or worse that is than the best of its alternatives.
 */
export function verdictOf({ plan, costs, baselines, runnerUp, advice }: PlanningResult): Sentence {
  const { infrastructure, graph } = costs;
  const isDecided = graph.nodes.length === 0 || infrastructure.tiers.length === 1;
  if (isDecided || whyNothingCounts(infrastructure) !== undefined) return advice;
  const metric = leadingMetric(infrastructure.objective);
  const figure = metricTable[metric].text(plan.evaluation[metricTable[metric].figure]);
  const places = placesOf(costs, plan);
  if (places.length === 0) {
    const tier = infrastructure.tiers[plan.assignment[0] ?? 0]?.id ?? '';
    const against = runnerUp && comparison(plan, runnerUp, metric, say('verdict.bestSplit', {}));
    const everything = { tier, figure };
    return against ? say('verdict.everythingThan', { ...everything, against }) : say('verdict.everything', everything);
  }
  const split = { places: listed(places.map((label) => `\`${label}\``)), figure };
  const kept = baselines.flatMap(({ plan: single, unavailable }) =>
    single && unavailable === undefined ? single : [],
  );
  const [best] = kept.sort((a, b) => a.evaluation.objectiveValue - b.evaluation.objectiveValue);
  const tier = best?.strategy.slice('single:'.length) ?? '';
  const against = best && comparison(plan, best, metric, say('verdict.everythingOn', { tier }));
  return against ? say('verdict.splitThan', { ...split, against }) : say('verdict.split', split);
}

/** Labels of the last nodes below the places where the plan goes from one tier to a higher one. */
function placesOf({ graph, infrastructure }: CostTables, { assignment }: Plan): string[] {
  const used = infrastructure.tiers.flatMap((_, k) => (assignment.includes(k) ? [k] : []));
  return used.slice(0, -1).map((k) => graph.nodes[assignment.lastIndexOf(k)]?.label ?? '');
}

/** `1.8 times faster than ...`; nothing where one of both has no value to compare. */
function comparison(plan: Plan, other: Plan, metric: Metric, than: Sentence): Sentence | undefined {
  const ratio = other.evaluation.objectiveValue / plan.evaluation.objectiveValue;
  if (!Number.isFinite(ratio) || ratio <= 0) return undefined;
  if (Math.abs(ratio - 1) < hardly) return say('verdict.same', { than });
  const { ifBetter, ifWorse } = metricTable[metric];
  const times = threeDigits(ratio > 1 ? ratio : 1 / ratio);
  return say('verdict.compared', { times, word: ratio > 1 ? ifBetter : ifWorse, than });
}
