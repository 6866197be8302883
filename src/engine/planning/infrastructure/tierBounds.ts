import { type Sentence, say } from '../../../shared/messages/say';
import { RecentResults } from '../../../shared/recentResults';
import { DnnSplitError } from '../../../shared/work/errors';
import { cutKey, membersBelow } from '../../split/cuts';
import type { Cut, SplitGraph } from '../../split/splitGraph';
import type { Infrastructure } from './infrastructure';
import { refuseUnsupported, runsOn, supportingTiers } from './operatorSupport';

/** Per node, the tiers it may run on once pins, left-out tiers and the edges between nodes are taken together. */
export interface TierBounds {
  readonly lowest: Uint8Array;
  readonly highest: Uint8Array;
  /** 1 for tiers that may run something. */
  readonly allowedTiers: Uint8Array;
  /** False when every node may run on every tier. */
  readonly restricts: boolean;
  /** Per node the tiers between its lowest and its highest one that cannot run it, as bits; absent where there are none. */
  readonly gaps?: Uint8Array;
}

/** Whether a node may run on a tier. */
export function mayRunOn({ lowest, highest, allowedTiers, gaps }: TierBounds, node: number, tier: number): boolean {
  if (allowedTiers[tier] !== 1 || tier < (lowest[node] ?? 0) || tier > (highest[node] ?? 0)) return false;
  return gaps === undefined || !isGap(gaps, node, tier);
}

/** Whether a tier between others cannot run a node. */
export function isGap(gaps: Uint8Array, node: number, tier: number): boolean {
  return ((gaps[node] ?? 0) & (1 << tier)) !== 0;
}

/** Bounds per graph, so that what is computed within the same bounds can be kept too. */
const recentBounds = new RecentResults<SplitGraph, TierBounds>();

/**
 * What pins, `keepInputOnFirstTier`, `excludeTiers` and cuts that are already decided leave to each node; a pin carries
 * over along the edges because data only flows upwards.
 * @param fixedCuts per link the cut that must lie on it, or nothing.
 * @throws DnnSplitError `invalid-config` for a pin on a node that does not exist, `infeasible` where they contradict.
 */
export function tierBounds(
  graph: SplitGraph,
  infrastructure: Infrastructure,
  fixedCuts: readonly (Cut | null)[] = [],
): TierBounds {
  const { constraints, tiers } = infrastructure;
  const { pin, excludeTiers, keepInputOnFirstTier } = constraints;
  const runs = tiers.map(({ id, unsupportedOperators }) => [id, unsupportedOperators]);
  const stated = [runs, pin, excludeTiers, keepInputOnFirstTier];
  const parts = [JSON.stringify(stated), ...fixedCuts.map((cut) => cut && cutKey(cut))];
  return recentBounds.get(graph, parts, () => computeBounds(graph, infrastructure, fixedCuts));
}

function computeBounds(
  graph: SplitGraph,
  infrastructure: Infrastructure,
  fixedCuts: readonly (Cut | null)[],
): TierBounds {
  const { constraints, tiers } = infrastructure;
  const allowedTiers = Uint8Array.from(tiers, (tier) => (constraints.excludeTiers?.includes(tier.id) ? 0 : 1));
  const first = allowedTiers.indexOf(1);
  if (first < 0) throw new DnnSplitError('infeasible', say('bounds.allExcluded', {}));
  const lowest = new Uint8Array(graph.nodes.length).fill(first);
  const highest = new Uint8Array(graph.nodes.length).fill(allowedTiers.lastIndexOf(1));
  const leavesAllFree =
    !constraints.keepInputOnFirstTier &&
    Object.keys(constraints.pin ?? {}).length === 0 &&
    fixedCuts.every((cut) => cut === null) &&
    tiers.every(({ unsupportedOperators = [] }) => unsupportedOperators.length === 0) &&
    !allowedTiers.includes(0);
  if (leavesAllFree) return { lowest, highest, allowedTiers, restricts: false };
  const causes: Causes = { ofLowest: graph.nodes.map(() => leftOut), ofHighest: graph.nodes.map(() => leftOut) };
  const gaps = keepSupported(graph, tiers, allowedTiers, lowest, highest, causes);
  if (constraints.keepInputOnFirstTier) keepInputs(graph, infrastructure, allowedTiers, highest, causes);
  keepPins(graph, infrastructure, allowedTiers, lowest, highest, causes);
  for (const [link, cut] of fixedCuts.entries())
    if (cut !== null) fixCut(graph, infrastructure, cut, link, lowest, highest, causes);
  propagate(graph, tiers, lowest, highest, gaps, causes);
  refuseContradiction(graph, infrastructure, lowest, highest, causes);
  const restricts = lowest.some((tier) => tier !== 0) || highest.some((tier) => tier !== tiers.length - 1);
  return {
    lowest,
    highest,
    allowedTiers,
    restricts: restricts || allowedTiers.includes(0) || gaps !== undefined,
    ...(gaps && { gaps }),
  };
}

function keepPins(
  graph: SplitGraph,
  { constraints, tiers }: Infrastructure,
  allowedTiers: Uint8Array,
  lowest: Uint8Array,
  highest: Uint8Array,
  causes: Causes,
): void {
  for (const [name, tierId] of Object.entries(constraints.pin ?? {})) {
    const tier = tiers.findIndex((one) => one.id === tierId);
    if (allowedTiers[tier] !== 1) {
      throw new DnnSplitError('infeasible', say('bounds.pinExcluded', { node: name, tier: tierId }));
    }
    for (const node of pinnedNodes(graph, name)) {
      const pinned = graph.nodes[node];
      const pinnedTo = tiers[tier];
      if (pinned !== undefined && pinnedTo !== undefined && !runsOn(pinnedTo, pinned)) {
        throw new DnnSplitError(
          'infeasible',
          say('bounds.pinUnsupported', { node: name, tier: tierId, op: pinned.op }),
        );
      }
      if (constraints.keepInputOnFirstTier && tier > (highest[node] ?? 0)) {
        throw new DnnSplitError(
          'infeasible',
          say('bounds.pinInput', { node: name, tier: tierId, first: tiers[0]?.id ?? '' }),
        );
      }
      lowest[node] = tier;
      highest[node] = tier;
      const { id, label } = graph.nodes[node] ?? { id: name, label: name };
      causes.ofLowest[node] = causes.ofHighest[node] = { said: say('bounds.causePin', { node: label }), pin: id };
    }
  }
}

const leftOut: Cause = { said: say('bounds.causeExcluded', {}) };

/** Why a node may not run on a tier; `pin` is the id of the node that a pin keeps elsewhere, where one is why. */
interface Cause {
  readonly said: Sentence;
  readonly pin?: string;
}

/** Per node, what keeps it at or above its lowest tier, and at or below its highest one. */
interface Causes {
  readonly ofLowest: Cause[];
  readonly ofHighest: Cause[];
}

/** Leaves to each node the tiers that can run it. @returns those in between that cannot, where there are any */
function keepSupported(
  graph: SplitGraph,
  tiers: Infrastructure['tiers'],
  allowedTiers: Uint8Array,
  lowest: Uint8Array,
  highest: Uint8Array,
  causes: Causes,
): Uint8Array | undefined {
  if (tiers.every(({ unsupportedOperators = [] }) => unsupportedOperators.length === 0)) return undefined;
  const gaps = new Uint8Array(graph.nodes.length);
  for (const [index, node] of graph.nodes.entries()) {
    const able = supportingTiers(tiers, allowedTiers, node);
    const [low, high] = [able[0], able.at(-1)];
    if (low === undefined || high === undefined) throw refuseUnsupported(tiers, allowedTiers, node);
    if (low > (lowest[index] ?? 0)) causes.ofLowest[index] = operatorCause(tiers, node, low - 1);
    if (high < (highest[index] ?? 0)) causes.ofHighest[index] = operatorCause(tiers, node, high + 1);
    lowest[index] = low;
    highest[index] = high;
    for (let k = low + 1; k < high; k++) {
      if (allowedTiers[k] === 1 && !able.includes(k)) gaps[index] = (gaps[index] ?? 0) | (1 << k);
    }
  }
  return gaps.some((bits) => bits !== 0) ? gaps : undefined;
}

function operatorCause(tiers: Infrastructure['tiers'], { op }: SplitGraph['nodes'][number], tier: number): Cause {
  return { said: say('bounds.causeOperator', { tier: tiers[tier]?.id ?? '', op }) };
}

function keepInputs(
  graph: SplitGraph,
  { tiers }: Infrastructure,
  allowedTiers: Uint8Array,
  highest: Uint8Array,
  causes: Causes,
): void {
  if (allowedTiers[0] !== 1) {
    throw new DnnSplitError('infeasible', say('bounds.inputExcluded', { first: tiers[0]?.id ?? '' }));
  }
  for (const input of graph.inputs) {
    for (const reader of graph.tensors[input]?.consumers ?? []) {
      highest[reader] = 0;
      causes.ofHighest[reader] = { said: say('bounds.causeInput', {}) };
    }
  }
}

/** What is below the cut runs on tier `link` or below, what is above it on the next tier or above. */
function fixCut(
  graph: SplitGraph,
  { tiers }: Infrastructure,
  cut: Cut,
  link: number,
  lowest: Uint8Array,
  highest: Uint8Array,
  causes: Causes,
): void {
  const cause = { said: say('bounds.causeCut', { from: tiers[link]?.id ?? '', to: tiers[link + 1]?.id ?? '' }) };
  for (const [node, member] of membersBelow(graph, cut).entries()) {
    if (member === 1 && link < (highest[node] ?? 0)) {
      highest[node] = link;
      causes.ofHighest[node] = cause;
    } else if (member === 0 && link >= (lowest[node] ?? 0)) {
      lowest[node] = link + 1;
      causes.ofLowest[node] = cause;
    }
  }
}

function pinnedNodes(graph: SplitGraph, name: string): number[] {
  const matches = [...graph.nodes.keys()].filter((index) => {
    const node = graph.nodes[index];
    return node !== undefined && (node.id === name || node.name === name);
  });
  if (matches.length === 0) {
    throw new DnnSplitError('invalid-config', say('config.unknownNode', { node: name }));
  }
  return matches;
}

/** Readers run no lower than what they read from, producers no higher than what reads them, and none in a gap. */
function propagate(
  graph: SplitGraph,
  tiers: Infrastructure['tiers'],
  lowest: Uint8Array,
  highest: Uint8Array,
  gaps: Uint8Array | undefined,
  causes: Causes,
): void {
  const outOfGap = (range: Uint8Array, of: Cause[], index: number, step: 1 | -1) => {
    const [from, node] = [range[index] ?? 0, graph.nodes[index]];
    let tier = from;
    while (gaps !== undefined && isGap(gaps, index, tier)) tier += step;
    if (tier === from || node === undefined) return;
    range[index] = tier;
    of[index] = operatorCause(tiers, node, from);
  };
  for (const { reads, index } of inOrder(graph)) {
    for (const producer of producersOf(graph, reads)) {
      if ((lowest[producer] ?? 0) <= (lowest[index] ?? 0)) continue;
      lowest[index] = lowest[producer] ?? 0;
      causes.ofLowest[index] = causes.ofLowest[producer] ?? leftOut;
    }
    outOfGap(lowest, causes.ofLowest, index, 1);
  }
  for (const { reads, index } of inOrder(graph).reverse()) {
    outOfGap(highest, causes.ofHighest, index, -1);
    for (const producer of producersOf(graph, reads)) {
      if ((highest[producer] ?? 0) <= (highest[index] ?? 0)) continue;
      highest[producer] = highest[index] ?? 0;
      causes.ofHighest[producer] = causes.ofHighest[index] ?? leftOut;
    }
  }
}

function inOrder(graph: SplitGraph): { readonly index: number; readonly reads: readonly number[] }[] {
  return graph.nodes.map(({ reads }, index) => ({ index, reads }));
}

function producersOf(graph: SplitGraph, reads: readonly number[]): number[] {
  return reads.map((tensor) => graph.tensors[tensor]?.producer ?? -1).filter((producer) => producer >= 0);
}

/** @throws DnnSplitError `infeasible` for the first node that no tier is left for. */
function refuseContradiction(
  graph: SplitGraph,
  { tiers }: Infrastructure,
  lowest: Uint8Array,
  highest: Uint8Array,
  { ofLowest, ofHighest }: Causes,
): void {
  for (const [index, node] of graph.nodes.entries()) {
    if ((lowest[index] ?? 0) <= (highest[index] ?? 0)) continue;
    const [low, high] = [ofLowest[index] ?? leftOut, ofHighest[index] ?? leftOut];
    const pins = [low.pin, high.pin].filter((pin) => pin !== undefined);
    throw new DnnSplitError(
      'infeasible',
      say('bounds.contradiction', {
        node: node.label,
        low: low.said,
        lowTier: tiers[lowest[index] ?? 0]?.id ?? '',
        high: high.said,
        highTier: tiers[highest[index] ?? 0]?.id ?? '',
      }),
      { nodeId: node.id, ...(pins.length > 0 && { pins }) },
    );
  }
}
