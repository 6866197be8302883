import { say } from '../../../shared/messages/say';
import type { OnnxGraph } from '../../onnx/model';
import type { Dim } from '../algebra/dim';
import { joinFacts } from '../core/joinFacts';
import { type TensorFact, unknownFact } from '../facts/fact';
import type { CountContext, OpTable, RuleContext } from '../facts/rule';
import { multiply } from './counting';
import { loopEntry } from './loop';
import { settleStates } from './loopStates';
import { normalizeAxis } from './shapeMath';

/**
 * If: the branch that a known condition takes, else what both branches agree on. A branch that contradicts the shapes at
 * hand is not the one that runs with them (models with one branch per sample rate), so the other one decides.
 */
function inferIf(context: RuleContext): void {
  const condition = context.numbers(0)?.[0];
  const yes = condition === 0 ? undefined : inferBranch(context, 'then_branch');
  const no = condition === undefined || condition === 0 ? inferBranch(context, 'else_branch') : undefined;
  const onlyOne = yes !== undefined && no !== undefined && yes.contradicts !== no.contradicts;
  if (onlyOne) context.discardBody(yes.contradicts ? yes.body : no.body);
  const facts = onlyOne ? [yes.contradicts ? no.facts : yes.facts] : [yes?.facts, no?.facts];
  // Binding symbols settles what differs only where they decide the branch as well.
  const choice = context.input(0)?.value?.[0];
  const [first, second = first] = facts.filter((each) => each !== undefined);
  for (let index = 0; index < context.outputCount; index++) {
    const join = (place: string, ...dims: Dim[]): Dim => context.undecided(`${index}.${place}`, [choice, ...dims]);
    context.outputFact(index, joinFacts(first?.[index] ?? unknownFact, second?.[index] ?? unknownFact, join));
  }
}

interface Branch {
  readonly body: OnnxGraph;
  readonly facts: readonly TensorFact[];
  readonly contradicts: boolean;
}

function inferBranch(context: RuleContext, name: string): Branch | undefined {
  const body = context.graph(name);
  if (body === undefined) {
    context.problem(say('shapes.noBranch', { branch: name }));
    return undefined;
  }
  const facts = context.inferBody(body, []);
  return { body, facts, contradicts: context.contradicts(body) };
}

/** How a Scan reads its inputs: opset 8 has a batch axis and lengths in front. */
interface ScanLayout {
  readonly first: number;
  readonly states: number;
  readonly scans: number;
  readonly batched: boolean;
}

function scanLayout(context: {
  readonly opset: number;
  readonly node: RuleContext['node'];
  int(name: string, fallback: number): number;
}): ScanLayout {
  const batched = context.opset < 9;
  const first = batched ? 1 : 0;
  const most = Math.max(0, context.node.inputs.length - first);
  const scans = Math.min(most, Math.max(0, context.int('num_scan_inputs', 0)));
  return { first, scans, states: most - scans, batched };
}

/** Scan: slices of the scan inputs go through the body in turn; its further results are stacked. */
function inferScan(context: RuleContext): void {
  const body = context.graph('body');
  if (body === undefined) {
    context.problem(say('shapes.noBody', { op: 'Scan' }));
    return;
  }
  const layout = scanLayout(context);
  const stated = context.int('num_scan_inputs', 0);
  if (stated !== layout.scans) {
    context.problem(say('shapes.scanInputs', { stated, has: layout.states + layout.scans }));
  }
  const batch = layout.batched ? context.shape(layout.first)?.[0] : undefined;
  const initial = Array.from({ length: layout.states }, (_, index) =>
    stateOf(context.input(layout.first + index), layout),
  );
  const slices: TensorFact[] = [];
  let trips: Dim | undefined;
  for (let index = 0; index < layout.scans; index++) {
    const fact = context.input(layout.first + layout.states + index) ?? unknownFact;
    const axis = scanAxis(context, 'scan_input_axes', index, fact.shape?.length, layout);
    const size = axis === undefined ? undefined : fact.shape?.[axis];
    if (trips === undefined || typeof size === 'number') trips = size ?? trips;
    slices.push(sliceOf(fact, axis, layout));
  }
  const { states, results } = settleStates(initial, context, (now) => context.inferBody(body, [...now, ...slices]));
  for (let index = 0; index < layout.states; index++) {
    context.outputFact(index, unstate(states[index] ?? unknownFact, batch, layout, context));
  }
  for (let index = layout.states; index < context.outputCount; index++) {
    const element = results[index];
    const length = trips ?? context.fresh('trips');
    const shape = element?.shape && stack(context, element.shape, index - layout.states, length, batch, layout);
    context.output(index, element?.dtype ?? 'undefined', shape);
  }
}

function stateOf(fact: TensorFact | undefined, { batched }: ScanLayout): TensorFact {
  if (fact === undefined) return unknownFact;
  return batched ? { kind: 'tensor', dtype: fact.dtype, shape: fact.shape?.slice(1), constant: false } : fact;
}

function unstate(fact: TensorFact, batch: Dim | undefined, layout: ScanLayout, context: RuleContext): TensorFact {
  if (!layout.batched) return fact;
  return { ...fact, shape: fact.shape && [batch ?? context.fresh('batch'), ...fact.shape] };
}

function scanAxis(
  context: RuleContext,
  attribute: string,
  index: number,
  rank: number | undefined,
  layout: ScanLayout,
): number | undefined {
  if (rank === undefined) return undefined;
  return layout.batched ? 1 : normalizeAxis(context.ints(attribute)?.[index] ?? 0, rank);
}

function sliceOf(fact: TensorFact, axis: number | undefined, { batched }: ScanLayout): TensorFact {
  const shape = fact.shape?.filter((_, each) => each !== axis && !(batched && each === 0));
  return { kind: 'tensor', dtype: fact.dtype, shape, constant: false };
}

function stack(
  context: RuleContext,
  element: readonly Dim[],
  output: number,
  length: Dim,
  batch: Dim | undefined,
  layout: ScanLayout,
): readonly Dim[] {
  if (layout.batched) return [batch ?? context.fresh('batch'), length, ...element];
  const axis = scanAxis(context, 'scan_output_axes', output, element.length + 1, layout) ?? 0;
  return [...element.slice(0, axis), length, ...element.slice(axis)];
}

function scanCount(
  count: (context: CountContext) => number | undefined,
): (context: CountContext) => number | undefined {
  return (context) => {
    const work = count(context);
    if (work === 0) return 0;
    const layout = scanLayout(context);
    const shape = context.inputShape(layout.first + layout.states);
    if (shape === undefined) return undefined;
    const axis = layout.batched ? 1 : normalizeAxis(context.ints('scan_input_axes')?.[0] ?? 0, shape.length);
    return multiply(work, shape[axis], layout.batched ? shape[0] : 1);
  };
}

/** The work of the larger branch. */
function larger(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : Math.max(left, right);
}

/** If, Loop and Scan: what their bodies do, as often as they do it. */
export const controlOps: OpTable = {
  If: {
    infer: inferIf,
    macs: (context) => larger(context.bodyMacs('then_branch'), context.bodyMacs('else_branch')),
    elementwiseOps: (context) =>
      larger(context.bodyElementwiseOps('then_branch'), context.bodyElementwiseOps('else_branch')),
  },
  Loop: loopEntry,
  Scan: {
    infer: inferScan,
    macs: scanCount((context) => context.bodyMacs('body')),
    elementwiseOps: scanCount((context) => context.bodyElementwiseOps('body')),
  },
};
