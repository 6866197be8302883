import type { Dim } from '../algebra/dim';
import type { TensorValue } from '../facts/fact';
import type { CountContext, OpEntry, RuleContext } from '../facts/rule';
import { none } from './counting';
import { coordinatesOf, positionOf, stridesOf } from './shapeInputs';
import { addDims, broadcastDims, dtypeOf, multiplyDims, numericShape } from './shapeMath';

/** One term of an equation: a label for each dimension. Dimensions under an ellipsis are labeled `.0`, `.1`... from the right. */
type Labels = readonly string[];

interface Equation {
  readonly operands: readonly string[];
  /** Absent in the implicit form. */
  readonly result: string | undefined;
}

function parseEquation(text: string): Equation {
  const [left = '', result] = text.replaceAll(/\s/g, '').split('->');
  return { operands: left.split(','), result };
}

/** Labels of a term over `rank` dimensions. @throws RangeError when the term does not fit the rank. */
function labelsOf(term: string, rank: number): Labels {
  const place = term.indexOf('...');
  const letters = [...term.replace('...', '')];
  const hidden = rank - letters.length;
  if (hidden < 0 || (place < 0 && hidden > 0)) {
    throw new RangeError(`the term '${term}' does not fit an operand of rank ${rank}`);
  }
  if (place < 0) return letters;
  const ellipsis = Array.from({ length: hidden }, (_, index) => `.${hidden - 1 - index}`);
  return [...letters.slice(0, place), ...ellipsis, ...letters.slice(place)];
}

/** Labels of the result; the implicit form keeps the ellipsis, then the letters that occur once, in alphabetical order. */
function resultLabels(equation: Equation, operands: readonly Labels[]): Labels {
  const counts = new Map<string, number>();
  for (const labels of operands) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const hidden = [...counts.keys()].filter((label) => label.startsWith('.')).length;
  const rankOf = (term: string): number => {
    const letters = term.replace('...', '').length;
    return term.includes('...') ? letters + hidden : letters;
  };
  if (equation.result !== undefined) return labelsOf(equation.result, rankOf(equation.result));
  const once = [...counts].flatMap(([label, count]) => (count === 1 && !label.startsWith('.') ? [label] : []));
  return [...labelsOf('...', hidden), ...once.sort()];
}

interface BoundEquation<D> {
  readonly operands: readonly Labels[];
  readonly result: Labels;
  readonly sizes: ReadonlyMap<string, D>;
}

/** Puts the operands' dimensions behind the labels. @throws RangeError when equation and shapes disagree. */
function bindEquation<D>(
  text: string,
  shapes: readonly (readonly D[])[],
  join: (left: D, right: D) => D,
): BoundEquation<D> {
  const equation = parseEquation(text);
  if (equation.operands.length !== shapes.length) {
    throw new RangeError(`the equation '${text}' has ${equation.operands.length} terms for ${shapes.length} operands`);
  }
  const sizes = new Map<string, D>();
  const operands = shapes.map((shape, index) => {
    const labels = labelsOf(equation.operands[index] ?? '', shape.length);
    for (const [axis, dim] of shape.entries()) {
      const label = labels[axis] ?? '';
      const known = sizes.get(label);
      sizes.set(label, known === undefined ? dim : join(known, dim));
    }
    return labels;
  });
  return { operands, result: resultLabels(equation, operands), sizes };
}

/** Einsum (opset 12): the sizes behind the labels of the result, ellipsis dimensions broadcast. */
function inferEinsum(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const shapes: (readonly Dim[])[] = [];
  for (let index = 0; index < context.inputCount; index++) {
    const shape = context.shape(index);
    if (shape === undefined) {
      context.output(0, dtype, undefined);
      return;
    }
    shapes.push(shape);
  }
  const bound = bindEquation(context.string('equation', ''), shapes, broadcastDims);
  const dims: Dim[] = [];
  for (const label of bound.result) {
    const size = bound.sizes.get(label);
    if (size === undefined) throw new RangeError(`the result's label '${label}' is in no term`);
    dims.push(size);
  }
  context.output(0, dtype, dims, contractedValue(context, bound));
}

/** Elements that are gone through to sum up small operands whose elements are known. */
const maximumProducts = 4096;

/** The sums of products of the operands' elements, which may be symbolic; nothing where one is not known. */
function contractedValue(context: RuleContext, bound: BoundEquation<Dim>): TensorValue | undefined {
  const labels = [...new Set([...bound.result, ...bound.operands.flat()])];
  const sizes = numericShape(labels.map((label) => bound.sizes.get(label) ?? 1));
  const count = sizes?.reduce((product, size) => product * size, 1);
  if (sizes === undefined || count === undefined || count > maximumProducts) return undefined;
  const outer = sizes.slice(0, bound.result.length).reduce((product, size) => product * size, 1);
  const sums = new Array<Dim>(outer).fill(0);
  const operands: { readonly value: TensorValue; readonly strides: readonly number[] }[] = [];
  for (const [index, ownLabels] of bound.operands.entries()) {
    const shape = numericShape(context.shape(index));
    const value = context.input(index)?.value;
    if (shape === undefined || value === undefined) return undefined;
    operands.push({ value, strides: stridesByLabel(ownLabels, shape, labels) });
  }
  const inner = outer === 0 ? 0 : count / outer;
  for (let place = 0; place < count; place++) {
    const product = productAt(operands, coordinatesOf(place, sizes));
    if (product === undefined) return undefined;
    const target = Math.floor(place / inner);
    sums[target] = addDims(sums[target] ?? 0, product);
  }
  return sums;
}

/** Steps of an operand along each label; axes of size 1 are broadcast, and a label that is repeated steps along both axes. */
function stridesByLabel(own: Labels, shape: readonly number[], labels: Labels): readonly number[] {
  const strides = stridesOf(shape);
  return labels.map((label) =>
    own.reduce((step, each, axis) => (each === label && shape[axis] !== 1 ? step + (strides[axis] ?? 0) : step), 0),
  );
}

function productAt(
  operands: readonly { readonly value: TensorValue; readonly strides: readonly number[] }[],
  coordinates: readonly number[],
): Dim | undefined {
  let product: Dim = 1;
  for (const { value, strides } of operands) {
    const element = value[positionOf(coordinates, strides)];
    if (element === undefined) return undefined;
    product = multiplyDims(product, element);
  }
  return product;
}

/** The equation over numbers; nothing where it does not fit, which inference has reported already. */
function bindOrNothing(text: string, shapes: readonly (readonly number[])[]): BoundEquation<number> | undefined {
  try {
    return bindEquation(text, shapes, Math.max);
  } catch {
    return undefined;
  }
}

/**
 * Operands are contracted from left to right: each step multiplies and adds over every label of its two operands, and
 * keeps the labels that the result or a later operand needs. One operand alone is a sum or a transposition: no product.
 */
function einsumMacs(context: CountContext): number | undefined {
  const shapes: (readonly number[])[] = [];
  for (let index = 0; index < context.node.inputs.length; index++) {
    const shape = context.inputShape(index);
    if (shape === undefined) return undefined;
    shapes.push(shape);
  }
  const bound = bindOrNothing(context.string('equation', ''), shapes);
  if (bound === undefined) return undefined;
  const [first = [], ...others] = bound.operands;
  const lastUse = new Map<string, number>();
  for (const [index, labels] of others.entries()) for (const label of labels) lastUse.set(label, index);
  for (const label of bound.result) lastUse.set(label, others.length);
  let current = new Set(first);
  let macs = 0;
  for (const [index, labels] of others.entries()) {
    const joint = new Set([...current, ...labels]);
    macs += [...joint].reduce((product, label) => product * (bound.sizes.get(label) ?? 1), 1);
    current = new Set([...joint].filter((label) => (lastUse.get(label) ?? -1) > index));
  }
  return macs;
}

export const einsumEntry: OpEntry = { infer: inferEinsum, macs: einsumMacs, elementwiseOps: none };
