import type { Dim, DimAtom, DimTerm, Shape } from './dim';

/** Expressions longer than this are folded into one symbol: hostile or very deep models would grow them without end. */
export const maximumKeyLength = 400;
export const maximumTerms = 24;

/** A sum of products as text: `2*batch*seq+floor(seq/2)-1`. */
export function textOfTerms(terms: readonly DimTerm[], textOfAtom: (atom: DimAtom) => string = keyOfAtom): string {
  let text = '';
  for (const term of terms) {
    const factors = term.atoms.map(textOfAtom);
    const magnitude = Math.abs(term.coefficient);
    if (magnitude !== 1 || factors.length === 0) factors.unshift(String(magnitude));
    if (term.coefficient < 0) text += '-';
    else if (text !== '') text += '+';
    text += factors.join('*');
  }
  return text;
}

function keyOfAtom({ key }: DimAtom): string {
  return key;
}

/** A dimension as a person reads it. */
export function dimText(dim: Dim): string {
  return typeof dim === 'number' ? String(dim) : dim.key;
}

/** A shape as a person reads it: `[1, 3, height, width]`, or `unknown`. */
export function shapeText(shape: Shape): string {
  return shape === undefined ? 'unknown' : `[${shape.map(dimText).join(', ')}]`;
}
