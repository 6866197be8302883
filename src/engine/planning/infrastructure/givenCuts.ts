import { type Sentence, say } from '../../../shared/messages/say';
import { DnnSplitError } from '../../../shared/work/errors';
import { cutAboveDownset, cutAtPosition, membersBelow } from '../../split/cuts';
import { assignedTiers } from '../../split/nodeRanges';
import type { Candidate, Cut, SplitGraph } from '../../split/splitGraph';
import type { Tier } from './infrastructure';

/**
 * The cuts that positions stand for: the candidate at the position where there is one that goes with the other cuts, else
 * the prefix of the order.
 * @throws DnnSplitError `bad-usage` for a position outside the graph or below the one of a lower link.
 */
export function cutsAtPositions(
  graph: SplitGraph,
  candidates: readonly Candidate[],
  tiers: readonly Tier[],
  positions: readonly (number | null)[],
): (Cut | null)[] {
  let lowest = 0;
  const cuts = positions.map((position, link) => {
    if (position === null) return null;
    const n = graph.nodes.length;
    if (!Number.isInteger(position) || position < lowest || position > n) {
      throw new DnnSplitError(
        'bad-usage',
        say('override.cut', {
          from: tiers[link]?.id ?? '',
          to: tiers[link + 1]?.id ?? '',
          position,
          lowest,
          highest: n,
        }),
      );
    }
    lowest = position;
    return candidates.find((one) => one.position === position) ?? cutAtPosition(graph, position);
  });
  return nested(graph, cuts);
}

/**
 * The same cuts, each with all below it that the cut of a lower link has. Prefixes of the order always have; where a candidate
 * across branches has not, the prefix at its position takes its place.
 */
function nested(graph: SplitGraph, cuts: readonly (Cut | null)[]): (Cut | null)[] {
  const result = [...cuts];
  const given = result.flatMap((cut, link) => (cut === null ? [] : [link]));
  const crossed = () => given.slice(1).find((link, below) => !isInside(graph, result[given[below] ?? 0], result[link]));
  for (let link = crossed(); link !== undefined; link = crossed()) {
    const lower = given[given.indexOf(link) - 1] ?? 0;
    const replaced = result[link]?.downset === undefined ? lower : link;
    result[replaced] = cutAtPosition(graph, result[replaced]?.position ?? 0);
  }
  return result;
}

function isInside(graph: SplitGraph, lower: Cut | null | undefined, higher: Cut | null | undefined): boolean {
  if (!lower || !higher || (lower.downset === undefined && higher.downset === undefined)) return true;
  const members = membersBelow(graph, higher);
  return membersBelow(graph, lower).every((member, node) => member === 0 || members[node] === 1);
}

/**
 * The cuts of a whole plan that is given as the nodes of each tier.
 * @throws DnnSplitError `bad-usage` where a node is on no tier or on several, or data would flow downwards.
 */
export function cutsOfPlacement(
  graph: SplitGraph,
  tiers: readonly Tier[],
  placement: readonly (readonly string[])[],
): Cut[] {
  const { tiersOf, unknown } = assignedTiers(
    graph.nodes.map(({ id }) => id),
    placement,
  );
  const wrong = unknown[0] ?? graph.nodes.find((_, node) => tiersOf[node]?.length !== 1)?.id;
  const tierOf = tiersOf.map(([tier = 0]) => tier);
  const falls = graph.tensors.find(
    ({ producer, consumers }) =>
      producer >= 0 && consumers.some((reader) => (tierOf[reader] ?? 0) < (tierOf[producer] ?? 0)),
  );
  if (placement.length !== tiers.length) {
    throw unfitting(say('placement.tiers', { given: placement.length, needed: tiers.length }));
  }
  if (wrong !== undefined) throw unfitting(say('placement.node', { node: wrong }));
  if (falls !== undefined) throw unfitting(say('placement.backward', { tensor: falls.name }));
  return tiers.slice(1).map((_, link) =>
    cutAboveDownset(
      graph,
      tierOf.flatMap((tier, node) => (tier <= link ? [node] : [])),
    ),
  );
}

function unfitting(what: Sentence): DnnSplitError {
  return new DnnSplitError('bad-usage', say('override.placement', { what }));
}
