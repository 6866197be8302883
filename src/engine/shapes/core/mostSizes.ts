import type { Dim, DimAtom, Shape } from '../algebra/dim';
import { argumentsOf, soleAtom } from '../algebra/dimExpression';
import type { InferredModel, InferredNode } from '../facts/inferred';
import { expectedShape } from './expectedSizes';

/** What an operator makes of its data at most: the axes that it makes, with the size of each where all of them are chosen. */
type Most = (node: InferredNode, sizes: (input: number) => readonly number[] | undefined, value: Value) => Sizes;
type Value = (input: number) => number | undefined;
/** By axis of the first output. */
type Sizes = ReadonlyMap<number, number | undefined>;

const product = (sizes: readonly number[] | undefined) => sizes?.reduce((all, one) => all * one, 1);

/** Entries of the whole input, or of one axis of it. */
const entries: Most = ({ node }, sizes) => {
  const axis = node.attributes.get('axis');
  const shape = sizes(0);
  if (axis?.kind !== 'int') return new Map([[0, product(shape)]]);
  const rank = shape?.length ?? 0;
  const at = Number(axis.value) < 0 ? Number(axis.value) + rank : Number(axis.value);
  return new Map([[at, shape?.[at]]]);
};

const mostOf: ReadonlyMap<string, Most> = new Map<string, Most>([
  ['NonZero', (_, sizes) => new Map([[1, product(sizes(0))]])],
  ['Unique', entries],
  ['Compress', entries],
  [
    'NonMaxSuppression',
    (_, sizes, value) => {
      const [batch, classes, boxes] = sizes(1) ?? [];
      if (batch === undefined || classes === undefined || boxes === undefined) return new Map();
      return new Map([[0, batch * classes * Math.min(boxes, value(2) ?? boxes)]]);
    },
  ],
]);

/**
 * The sizes that dimensions can have at most which nodes make of their data, by the names of these dimensions: every element,
 * or as many boxes as are asked for. Nothing is assumed of dimensions for which the model has no such limit.
 */
export function mostSizes({ nodes, tensors, expected }: InferredModel): ReadonlyMap<string, number> {
  const most = new Map(expected);
  for (const node of nodes) {
    const rule = mostOf.get(node.node.op);
    if (rule === undefined) continue;
    const factOf = (input: number) => tensors.get(node.node.inputs[input] ?? '');
    const sizes = (input: number) => numbersOf(mostShape(factOf(input)?.shape, most));
    const value = (input: number) => {
      const first = factOf(input)?.value?.[0];
      return typeof first === 'number' ? first : undefined;
    };
    const made = tensors.get(node.writes[0] ?? '')?.shape;
    for (const [axis, size] of rule(node, sizes, value)) {
      const dim = made?.[axis];
      const atom = dim === undefined ? undefined : soleAtom(dim);
      if (atom?.kind === 'fresh' && size !== undefined && !most.has(atom.key)) most.set(atom.key, size);
    }
  }
  return most;
}

/** The shape with these sizes, where it grows with each of them. */
export function mostShape(shape: Shape, most: ReadonlyMap<string, number>): Shape {
  return shape?.every(growsOnly) ? expectedShape(shape, most) : shape;
}

function growsOnly(dim: Dim): boolean {
  if (typeof dim === 'number' || dim.cause === undefined) return true;
  return dim.terms.every(({ coefficient, atoms }) => coefficient >= 0 && atoms.every(atomGrows));
}

function atomGrows(atom: DimAtom): boolean {
  if (atom.kind === 'floor') return typeof atom.right === 'number' && growsOnly(atom.left);
  return atom.kind !== 'folded' && argumentsOf(atom).every(growsOnly);
}

function numbersOf(shape: Shape): readonly number[] | undefined {
  const numbers = shape?.filter((dim) => typeof dim === 'number');
  return numbers?.length === shape?.length ? numbers : undefined;
}
