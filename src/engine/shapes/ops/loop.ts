import { say } from '../../../shared/messages/say';
import type { OnnxGraph } from '../../onnx/model';
import type { Dim } from '../algebra/dim';
import { joinFacts } from '../core/joinFacts';
import { type TensorFact, unknownFact } from '../facts/fact';
import type { CountContext, OpEntry, RuleContext } from '../facts/rule';
import { multiply } from './counting';
import { settleStates } from './loopStates';
import { isAtLeast, maxDim } from './shapeMath';

function scalar(dtype: 'int64' | 'bool', value?: number): TensorFact {
  const fact = { kind: 'tensor', dtype, shape: [], constant: false } as const;
  return value === undefined ? fact : { ...fact, value: [value] };
}

/** What a loop gives: its states after the last trip, one entry of each scan output, and the number of trips. */
interface LoopResult {
  readonly trips: Dim | undefined;
  readonly states: readonly TensorFact[];
  readonly entries: readonly TensorFact[];
}

/**
 * Loop: inputs are the trip count, the condition and the states; further results gain an axis of as many entries as there
 * are trips. Where a trip leaves the facts of the states as they are, one trip tells all; else the trips are gone through
 * one by one, as far as they can be counted; else the facts are widened until they hold before every trip.
 */
function inferLoop(context: RuleContext): void {
  const body = context.graph('body');
  if (body === undefined) {
    context.problem(say('shapes.noBody', { op: 'Loop' }));
    return;
  }
  const count = Math.max(0, context.inputCount - 2);
  const initial = Array.from({ length: count }, (_, index) => context.input(index + 2) ?? unknownFact);
  const condition = context.input(1) ?? scalar('bool', 1);
  const tripCount = context.input(0);
  const limit = tripLimit(tripCount !== undefined, tripCount?.value?.[0]);
  const result = inferTrips(context, body, limit, [condition, ...initial]);
  for (const [index, state] of result.states.entries()) context.outputFact(index, state);
  for (let index = count; index < context.outputCount; index++) {
    const entry = result.entries[index - count];
    const shape = entry?.shape && [result.trips ?? context.fresh('trips'), ...entry.shape];
    context.output(index, entry?.dtype ?? 'undefined', shape);
  }
}

/**
 * Trips that a loop makes at most; exporters write INT64_MAX for "until the condition ends it", which also a Loop without
 * a trip count does.
 */
function tripLimit(isStated: boolean, stated: Dim | undefined): Dim | undefined {
  if (!isStated) return Number.POSITIVE_INFINITY;
  if (typeof stated !== 'number') return stated === undefined ? undefined : maxDim(0, stated);
  return stated < 2 ** 31 - 1 ? Math.max(0, stated) : Number.POSITIVE_INFINITY;
}

/** `initial` begins with the condition. */
function inferTrips(
  context: RuleContext,
  body: OnnxGraph,
  limit: Dim | undefined,
  initial: readonly TensorFact[],
): LoopResult {
  const [start = scalar('bool', 1)] = initial;
  const count = initial.length - 1;
  const settled = settleStates(
    initial,
    context,
    ([going = start, ...others]) => context.inferBody(body, [scalar('int64'), going, ...others]),
    limit,
  );
  const goesOn = settled.states[0]?.value?.[0] === 1;
  const entries = settled.results.slice(count + 1);
  const isEndless = limit === Number.POSITIVE_INFINITY;
  if (settled.steady && goesOn && limit !== undefined && !isEndless) {
    return { trips: limit, states: limit === 0 ? initial.slice(1) : settled.results.slice(1, count + 1), entries };
  }
  const counted = settled.steady && goesOn ? undefined : goThrough(context, body, limit, initial);
  if (counted !== undefined) return counted.trips === 0 ? { ...counted, entries } : counted;
  // The trips may have been given up half way: the work of one is that of the widened states.
  context.inferBody(body, [scalar('int64'), ...settled.states]);
  const trips = goesOn && !isEndless ? limit : undefined;
  const runs = trips !== undefined && isAtLeast(trips, 1);
  return { trips, states: runs ? settled.results.slice(1, count + 1) : settled.states.slice(1), entries };
}

/** The loop trip by trip; nothing where the condition cannot be told before one, or where they are too many. */
function goThrough(
  context: RuleContext,
  body: OnnxGraph,
  limit: Dim | undefined,
  initial: readonly TensorFact[],
): LoopResult | undefined {
  // Without a known limit only a loop that never begins can be counted.
  const most = limit ?? (initial[0]?.value?.[0] === 0 ? 0 : undefined);
  if (typeof most !== 'number') return undefined;
  const count = initial.length - 1;
  const affordable = context.affordableRuns(body);
  if (most !== Number.POSITIVE_INFINITY && most > affordable) return undefined;
  let [going = unknownFact, ...states] = initial;
  let entries: TensorFact[] = [];
  let trips = 0;
  for (; trips < most; trips++) {
    const goes = going.value?.[0];
    if (goes === 0) break;
    if (goes !== 1 || trips >= affordable) return undefined;
    const results = context.inferBody(body, [scalar('int64', trips), going, ...states], trips > 0);
    going = results[0] ?? unknownFact;
    states = results.slice(1, count + 1);
    entries = results.slice(count + 1).map((entry, index) => joined(context, entries[index], entry, index));
  }
  if (trips === 0) context.discardBody(body);
  else context.sealBody(body);
  return { trips, states, entries };
}

/** Entries of one scan output have one shape. */
function joined(context: RuleContext, before: TensorFact | undefined, entry: TensorFact, index: number): TensorFact {
  if (before === undefined) return entry;
  return joinFacts(before, entry, (place) => context.fresh(`entry${index}.${place}`));
}

/** Work of a Loop: trips times the body. The result has as many entries as trips where it has a scan output. */
function loopCount(
  count: (context: CountContext) => number | undefined,
): (context: CountContext) => number | undefined {
  return (context) => {
    const work = count(context);
    if (work === 0 || context.isBodySealed('body')) return work;
    const states = Math.max(0, context.node.inputs.length - 2);
    const scanned = context.node.outputs.length > states ? context.outputShape(states)?.[0] : undefined;
    const limit = context.inputNumbers(0)?.[0];
    return multiply(work, scanned ?? (limit === undefined || limit >= 2 ** 31 - 1 ? undefined : Math.max(0, limit)));
  };
}

export const loopEntry: OpEntry = {
  infer: inferLoop,
  macs: loopCount((context) => context.bodyMacs('body')),
  elementwiseOps: loopCount((context) => context.bodyElementwiseOps('body')),
};
