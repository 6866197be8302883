import { applyOverrides } from '../../engine/planning/infrastructure/applyOverrides';
import { planModel } from '../../engine/planning/planModel';
import type { SplitGraph } from '../../engine/split/splitGraph';
import { suggestion } from '../../shared/documents/nearest';
import { say } from '../../shared/messages/say';
import type { PlanOverrides } from '../../shared/protocol/requests';
import { DnnSplitError } from '../../shared/work/errors';
import { unwatched, type Work } from '../../shared/work/work';
import type { AnalyzedModel } from '../model/analyzeFile';
import type { ModelSettings } from '../model/configuredModel';

/**
 * The positions on every link with which a plan cuts after just these nodes: with more links than cuts, the links that
 * give the best plan. A node is named by its name, its label or its id; `(the input)` is the place before the first one.
 * @throws DnnSplitError `bad-usage` for a name that no node or several have, and for more cuts than links; otherwise as `planModel`
 */
export function cutsAfter(
  analyzed: AnalyzedModel,
  settings: ModelSettings,
  overrides: PlanOverrides,
  names: readonly string[],
  work: Work = unwatched,
): number[] {
  const positions = names.map((name) => positionAfter(analyzed, name)).sort((a, b) => a - b);
  const links = settings.infrastructure.links.length;
  if (positions.length > links)
    throw new DnnSplitError('bad-usage', say('cut.moreThanLinks', { cuts: positions.length, links }));
  let best: { readonly cuts: number[]; readonly value: number } | undefined;
  let refusal: unknown;
  for (const cuts of placesOnLinks(positions, links, analyzed.graph.nodes.length)) {
    try {
      const value = planValue(analyzed, settings, { ...overrides, cuts }, work);
      if (best === undefined || value < best.value) best = { cuts, value };
    } catch (thrown) {
      if (!DnnSplitError.is(thrown, 'infeasible')) throw thrown;
      refusal ??= thrown;
    }
  }
  if (best === undefined) throw refusal;
  return best.cuts;
}

function planValue(analyzed: AnalyzedModel, settings: ModelSettings, overrides: PlanOverrides, work: Work): number {
  const { infrastructure, strategy, cuts } = applyOverrides(settings.infrastructure, settings.strategy, overrides);
  const options = { strategy, cuts, skipCertificate: true, skipRegimes: true };
  return planModel(analyzed.graph, analyzed.candidates, infrastructure, options, work).plan.evaluation.objectiveValue;
}

/**
 * Every choice of positions on the links, from low to high, that has all the cuts and no other: a link that none of them
 * lies on has everything below it or everything above.
 */
function placesOnLinks(cuts: readonly number[], links: number, end: number): number[][] {
  const places = [0, ...cuts, end];
  const choices = (left: number, lowest: number): number[][] =>
    left === 0
      ? [[]]
      : places
          .slice(lowest)
          .flatMap((position, offset) => choices(left - 1, lowest + offset).map((rest) => [position, ...rest]));
  return choices(links, 0).filter((chosen) => cuts.every((cut) => chosen.includes(cut)));
}

function positionAfter({ graph, candidates }: AnalyzedModel, name: string): number {
  if (name === inputPlace) return 0;
  const index = nodeNamed(graph, name);
  const across = candidates.find(({ downset }) => downset?.at(-1) === index);
  return across?.position ?? index + 1;
}

/** What `analyze` calls the place before the first node. */
const inputPlace = '(the input)';

/**
 * Index of the node of that name, label or id.
 * @throws DnnSplitError `bad-usage` where there is none or are several
 */
export function nodeNamed({ nodes }: SplitGraph, name: string): number {
  for (const key of ['name', 'label', 'id'] as const) {
    const found = nodes.flatMap((node, index) => (node[key] === name ? [index] : []));
    const [first, second] = found;
    if (first === undefined) continue;
    if (second === undefined) return first;
    const ids = found.slice(0, 5).map((index) => nodes[index]?.id);
    throw new DnnSplitError('bad-usage', say('cut.severalNodes', { node: name, ids: ids.join(', ') }));
  }
  const instead = suggestion(
    name,
    nodes.map(({ label }) => label),
  );
  throw new DnnSplitError('bad-usage', say('cut.noNode', { node: name, instead }));
}
