import { say } from '../../../shared/messages/say';
import type { Dim } from '../algebra/dim';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { perInput, perOutput } from './counting';
import { type Fold, foldedValue, runningValue } from './foldedValues';
import { factOf, hasInput } from './ruleMakers';
import { placeOfExtreme, placesInOrder, selectAlong } from './selectedValues';
import { knownTensor } from './shapeInputs';
import { addDims, dtypeOf, maxDim, minDim, multiplyDims, normalizeAxes, normalizeAxis, replaceAxis } from './shapeMath';

/**
 * Axes of a reduction: attribute before opset 18 (ReduceSum: 13), input 1 from it on; both are looked at, so that a model
 * of mixed habits is understood. None given means all, or no reduction with `noop_with_empty_axes`.
 */
function reducedAxes(context: RuleContext, rank: number): ReadonlySet<number> | 'unknown' {
  const axes = hasInput(context, 1) ? context.numbers(1) : (context.ints('axes') ?? []);
  if (axes === undefined) return 'unknown';
  if (axes.length > 0) return normalizeAxes(axes, rank);
  if (context.int('noop_with_empty_axes', 0) !== 0) return new Set();
  return new Set(Array.from({ length: rank }, (_, axis) => axis));
}

/** A reduction over axes that only a run knows: with `keepdims` the rank stays, else the number of axes must be known. */
function reduceUnknownAxes(context: RuleContext, shape: readonly Dim[], keep: boolean): readonly Dim[] | undefined {
  const axisCount = context.shape(1)?.[0];
  if (keep) return shape.map((dim, axis) => (dim === 1 ? 1 : context.fresh(`d${axis}`)));
  if (typeof axisCount !== 'number' || axisCount === 0 || axisCount > shape.length) return undefined;
  return Array.from({ length: shape.length - axisCount }, (_, axis) => context.fresh(`d${axis}`));
}

function inferReduce(fold: Fold | undefined) {
  return (context: RuleContext): void => {
    const fact = factOf(context, 0);
    const { dtype, shape } = fact;
    const keep = context.int('keepdims', 1) !== 0;
    if (shape === undefined) {
      context.output(0, dtype, undefined);
      return;
    }
    const axes = reducedAxes(context, shape.length);
    if (axes === 'unknown') {
      context.output(0, dtype, reduceUnknownAxes(context, shape, keep));
      return;
    }
    const kept = shape.map((dim, axis) => (axes.has(axis) ? 1 : dim));
    const result = keep ? kept : shape.filter((_, axis) => !axes.has(axis));
    context.output(0, dtype, result, fold && foldedValue(fact, axes, fold));
  };
}

/** A Reduce operator; `fold` where small integer tensors are worth folding, `cost` operations for each input element. */
function reduce(cost: number, fold?: Fold): OpEntry {
  return { infer: inferReduce(fold), elementwiseOps: perInput(cost) };
}

/** ArgMax, ArgMin (opset 1 on): the axis becomes 1, or goes. */
function inferArgExtreme(context: RuleContext, largest: boolean): void {
  const shape = context.shape(0);
  if (shape === undefined) {
    context.output(0, 'int64', undefined);
    return;
  }
  const axis = normalizeAxis(context.int('axis', 0), shape.length);
  const keep = context.int('keepdims', 1) !== 0;
  const result = keep ? replaceAxis(shape, axis, 1) : shape.filter((_, index) => index !== axis);
  const known = knownTensor(context, 0);
  const last = context.int('select_last_index', 0) !== 0;
  const found = known && selectAlong(known, axis, 1, (line) => [placeOfExtreme(line, largest, last)]);
  context.output(0, 'int64', result, found?.places);
}

/** TopK: k is an attribute in opset 1, input 1 from opset 10 on; it replaces the size of the axis. */
function inferTopK(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const shape = context.shape(0);
  if (shape === undefined) {
    context.output(0, dtype, undefined);
    context.output(1, 'int64', undefined);
    return;
  }
  const k = context.int('k') ?? context.input(1)?.value?.[0] ?? context.fresh('k');
  const axis = normalizeAxis(context.int('axis', -1), shape.length);
  const size = shape[axis];
  if (typeof k === 'number' && typeof size === 'number' && k > size) {
    context.problem(say('shapes.topK', { k, axis, size }));
  }
  const result = replaceAxis(shape, axis, k);
  const known = knownTensor(context, 0);
  const isOrdered = context.int('sorted', 1) !== 0 && typeof k === 'number' && typeof size === 'number' && k <= size;
  const largest = context.int('largest', 1) !== 0;
  const found =
    known && isOrdered ? selectAlong(known, axis, k, (line) => placesInOrder(line, largest).slice(0, k)) : undefined;
  context.output(0, dtype, result, found?.values);
  context.output(1, 'int64', result, found?.places);
}

/** NonMaxSuppression (opset 10): (batch, class, box) for each selected box; how many is known only after a run. */
function inferNonMaxSuppression(context: RuleContext): void {
  context.output(0, 'int64', [context.fresh('selected'), 3]);
}

function argExtreme(largest: boolean): OpEntry {
  return { infer: (context) => inferArgExtreme(context, largest), elementwiseOps: perInput(1) };
}

/** CumSum, CumProd: the axis is input 1; small tensors keep their elements. */
function cumulative(fold: Required<Fold>): OpEntry {
  const infer = (context: RuleContext): void => {
    const fact = factOf(context, 0);
    const stated = context.numbers(1)?.[0];
    const order = { reverse: context.int('reverse', 0) !== 0, exclusive: context.int('exclusive', 0) !== 0 };
    const axis =
      stated === undefined || fact.shape === undefined ? undefined : normalizeAxis(stated, fact.shape.length);
    context.output(0, fact.dtype, fact.shape, axis === undefined ? undefined : runningValue(fact, axis, fold, order));
  };
  return { infer, elementwiseOps: perOutput(1) };
}

/** ai.onnx reductions, selections and running sums, all versions. */
export const reductionOps: OpTable = {
  ReduceSum: reduce(1, { join: addDims, empty: 0 }),
  ReduceProd: reduce(1, { join: multiplyDims, empty: 1 }),
  ReduceMax: reduce(1, { join: maxDim }),
  ReduceMin: reduce(1, { join: minDim }),
  ReduceMean: reduce(1),
  ReduceL1: reduce(2),
  ReduceL2: reduce(2),
  ReduceSumSquare: reduce(2),
  ReduceLogSum: reduce(1),
  ReduceLogSumExp: reduce(2),
  ArgMax: argExtreme(true),
  ArgMin: argExtreme(false),
  TopK: { infer: inferTopK, elementwiseOps: perInput(1) },
  CumSum: cumulative({ join: addDims, empty: 0 }),
  CumProd: cumulative({ join: multiplyDims, empty: 1 }),
  NonMaxSuppression: { infer: inferNonMaxSuppression, elementwiseOps: () => undefined },
};
