import { type Sentence, say } from '../../../shared/messages/say';
import type { Shape } from '../algebra/dim';
import type { InferenceDiagnostic, InferredModel, InferredNode } from '../facts/inferred';
import { expectedShape } from './expectedSizes';
import { unreadConstantFiles } from './unreadConstants';

/** Operators that are named in a finding; further ones are summed up. */
const maximumNamed = 3;

interface UnknownSizes extends Pick<InferredModel, 'model' | 'nodes' | 'tensors' | 'inputs' | 'expected'> {
  /** Those of the tensors that have sizes that are no numbers. */
  readonly open: InferredModel['tensors'];
  readonly found: readonly InferenceDiagnostic[];
}

/**
 * Says how many tensors have sizes that no binding settles, and which nodes are the reason; nothing where there are none.
 * Nodes of which something was found already are not told of again.
 */
export function describeUnknownSizes({
  model,
  nodes,
  tensors,
  open,
  found,
  inputs,
  expected,
}: UnknownSizes): readonly InferenceDiagnostic[] {
  const causes = new Set<string>();
  const rankless = new Set<string>();
  let sized = 0;
  for (const [name, { kind, shape }] of open) {
    // The members of a sequence may well differ.
    if (kind !== 'tensor') continue;
    if (shape === undefined) rankless.add(name);
    else if (addCauses(expectedShape(shape, expected), causes)) sized++;
  }
  const told = rankless.size === 0 ? undefined : new Set(found.map((each) => each.nodeId));
  const untold = told === undefined ? [] : nodes.filter((node) => !told.has(node.id));
  const unknowns = [describeMadeSizes(sized, causes, nodes, rankless), describeLostRanks(untold, rankless)].filter(
    (each) => each !== undefined,
  );
  if (unknowns.length === 0) return [];
  const others = otherReasons(model, inputs, tensors);
  return unknowns.map((each) => finding(each, others));
}

/** What values may depend on that look like values of data. */
function otherReasons(
  model: InferredModel['model'],
  inputs: InferredModel['inputs'],
  tensors: InferredModel['tensors'],
): readonly Sentence[] {
  // A name that only an output states is no reason: nothing follows from it.
  const areInputsOpen = inputs.some((name) => tensors.get(name)?.shape?.some((dim) => typeof dim !== 'number'));
  const [file] = unreadConstantFiles(model.graph);
  return [
    ...(areInputsOpen ? [say('shapes.onUnbound', {})] : []),
    ...(file === undefined ? [] : [say('shapes.onUnreadFile', { file: file.slice(0, 80) })]),
  ];
}

/** Tensors of which something stays open, and the nodes that make it so. */
interface Unknowns {
  readonly what: 'shapes.haveSizes' | 'shapes.haveRanks';
  readonly count: number;
  readonly reasons: readonly InferredNode[];
}

/** Adds the nodes that make sizes of this shape; false where there are none. */
function addCauses(shape: Shape, causes: Set<string>): boolean {
  let isMade = false;
  for (const dim of shape ?? []) {
    if (typeof dim === 'number' || dim.cause === undefined) continue;
    causes.add(dim.cause);
    isMade = true;
  }
  return isMade;
}

/**
 * Sizes that a node makes of its data (NonZero, NonMaxSuppression, ...); those of a node that knows no rank of what it
 * reads are lost there, which is told apart.
 */
function describeMadeSizes(
  count: number,
  causes: ReadonlySet<string>,
  nodes: readonly InferredNode[],
  rankless: ReadonlySet<string>,
): Unknowns | undefined {
  if (count === 0) return undefined;
  const owners = new Set([...causes].flatMap(ownersOf));
  const reasons = nodes.filter((node) => owners.has(node.id) && !node.reads.some((name) => rankless.has(name)));
  if (reasons.length === 0) return undefined;
  return { what: 'shapes.haveSizes', count, reasons };
}

/** Ranks that are lost at nodes whose inputs have one. */
function describeLostRanks(nodes: readonly InferredNode[], rankless: ReadonlySet<string>): Unknowns | undefined {
  const isOpen = (name: string): boolean => rankless.has(name);
  const open = nodes.filter((node) => node.writes.some(isOpen));
  const reasons = open.filter((node) => !node.reads.some(isOpen));
  if (reasons.length === 0) return undefined;
  const count = open.reduce((sum, node) => sum + node.writes.filter(isOpen).length, 0);
  return { what: 'shapes.haveRanks', count, reasons };
}

/** The id of a node and of those in whose bodies it is: `<node>/<attribute>/<index>`. */
function ownersOf(id: string): string[] {
  const parts = id.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** `NonZero (3 nodes) and TopK`, as much as is worth reading. */
function operatorsSentence(nodes: readonly InferredNode[]): Sentence {
  const counts = new Map<string, number>();
  for (const { node } of nodes) counts.set(node.op, (counts.get(node.op) ?? 0) + 1);
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  const named = sorted
    .slice(0, maximumNamed)
    .map(([op, count]) =>
      count === 1 ? say('shapes.operator', { op }) : say('shapes.operatorNodes', { op, nodes: count }),
    );
  const others = sorted.slice(maximumNamed).reduce((sum, [, count]) => sum + count, 0);
  if (others > 0) named.push(say('shapes.otherNodes', { others }));
  const last = named.pop() ?? say('shapes.graph', {});
  const [first, ...rest] = named;
  if (first === undefined) return last;
  const before = rest.reduce((list, next) => say('text.comma', { first: list, second: next }), first);
  return say('text.and', { first: before, second: last });
}

function finding({ what, count, reasons }: Unknowns, others: readonly Sentence[]): InferenceDiagnostic {
  const [node] = reasons;
  const values = { tensors: say(what, { count }), operators: operatorsSentence(reasons), makers: reasons.length };
  const [first, ...rest] = others;
  const { text } =
    first === undefined
      ? say('shapes.knownAtRunTime', values)
      : say('shapes.staysOpen', {
          ...values,
          count,
          others: rest.reduce((before, second) => say('text.or', { first: before, second }), first),
        });
  return { severity: 'information', message: text, ...(node !== undefined && { nodeId: node.id }) };
}
