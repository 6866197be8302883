import type { Dim } from '../algebra/dim';
import type { CountContext, OpEntry, RuleContext } from '../facts/rule';
import { none } from './counting';
import { broadcastDims, dtypeOf } from './shapeMath';

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
  const all = operands.flat();
  const hidden = new Set(all.filter((label) => label.startsWith('.'))).size;
  const rankOf = (term: string): number => {
    const letters = term.replace('...', '').length;
    return term.includes('...') ? letters + hidden : letters;
  };
  if (equation.result !== undefined) return labelsOf(equation.result, rankOf(equation.result));
  const once = all.filter(
    (label, index) => !label.startsWith('.') && all.indexOf(label) === index && all.lastIndexOf(label) === index,
  );
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
  context.output(0, dtype, dims);
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
  let current = new Set(first);
  let macs = 0;
  for (const [index, labels] of others.entries()) {
    const joint = new Set([...current, ...labels]);
    macs += [...joint].reduce((product, label) => product * (bound.sizes.get(label) ?? 1), 1);
    const needed = new Set([...bound.result, ...others.slice(index + 1).flat()]);
    current = new Set([...joint].filter((label) => needed.has(label)));
  }
  return macs;
}

export const einsumEntry: OpEntry = { infer: inferEinsum, macs: einsumMacs, elementwiseOps: none };
