import type { Dim, DimAtom } from './dim';
import { addDims, floorDivDims, floorOfDim, multiplyDims } from './dimArithmetic';
import { expressionOfAtom } from './dimExpression';
import { latticeDim } from './dimLattice';

/** The dimension with symbols, and dimensions that nodes make, replaced by numbers where `bindings` has them. */
export function substituteDim(dim: Dim, bindings: ReadonlyMap<string, number>): Dim {
  if (typeof dim === 'number') return dim;
  let sum: Dim = 0;
  for (const term of dim.terms) {
    let product: Dim = term.coefficient;
    for (const atom of term.atoms) product = multiplyDims(product, substituteAtom(atom, bindings));
    sum = addDims(sum, product);
  }
  return sum;
}

function substituteAtom(atom: DimAtom, bindings: ReadonlyMap<string, number>): Dim {
  switch (atom.kind) {
    case 'symbol':
    case 'fresh':
      return bindings.get(atom.key) ?? expressionOfAtom(atom);
    case 'folded':
      return expressionOfAtom(atom);
    case 'floor': {
      const left = substituteDim(atom.left, bindings);
      const right = substituteDim(atom.right, bindings);
      return right === 1 ? floorOfDim(left) : floorDivDims(left, right);
    }
    default:
      return latticeDim(
        atom.kind,
        atom.operands.map((each) => substituteDim(each, bindings)),
      );
  }
}
