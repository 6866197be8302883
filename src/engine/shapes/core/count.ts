import type { CountContext, OpEntry } from '../facts/rule';

/** The work of one run of a node. */
export interface Counts {
  readonly macs: number | undefined;
  readonly elementwiseOps: number | undefined;
}

export function countsOf(entry: OpEntry | undefined, context: CountContext): Counts {
  return { macs: countMacs(entry, context), elementwiseOps: countElementwiseOps(entry, context) };
}

/** Multiply-accumulates of one run; none where the operator or a shape that it takes is unknown. */
function countMacs(entry: OpEntry | undefined, context: CountContext): number | undefined {
  if (entry === undefined) return undefined;
  return entry.macs === undefined ? 0 : finite(entry.macs(context));
}

/** Element-wise operations of one run; one per output element where the operator does not say. */
function countElementwiseOps(entry: OpEntry | undefined, context: CountContext): number | undefined {
  if (entry === undefined) return undefined;
  if (entry.viewOnly === true) return 0;
  if (entry.elementwiseOps !== undefined) return finite(entry.elementwiseOps(context));
  let sum = 0;
  for (const [index, name] of context.node.outputs.entries()) {
    if (name === '') continue;
    const elements = context.outputElements(index);
    if (elements === undefined) return undefined;
    sum += elements;
  }
  return sum;
}

function finite(count: number | undefined): number | undefined {
  return count !== undefined && Number.isFinite(count) && count >= 0 ? count : undefined;
}

/** Sum of counts, none as soon as one is not known. */
export function addUp(...counts: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const count of counts) {
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}
