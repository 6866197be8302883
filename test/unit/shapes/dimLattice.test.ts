import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dim } from '../../../src/engine/shapes/algebra/dim';
import { addDims, floorDivDims, multiplyDims, subtractDims } from '../../../src/engine/shapes/algebra/dimArithmetic';
import { freshDim, sameDim, symbolDim } from '../../../src/engine/shapes/algebra/dimExpression';
import { broadcastDim, maxDim, minDim } from '../../../src/engine/shapes/algebra/dimLattice';
import { isAtLeast } from '../../../src/engine/shapes/algebra/dimOrder';
import { dimText } from '../../../src/engine/shapes/algebra/dimText';
import { substituteDim } from '../../../src/engine/shapes/algebra/substituteDim';

const s = symbolDim('s');
const t = symbolDim('t');
const batch = symbolDim('batch');

type Values = ReadonlyMap<string, number>;
type Kind = 'min' | 'max' | 'broadcast';

/** A tree of functions that is evaluated on its own, without anything of the algebra. */
type Tree =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: Kind | 'add' | 'half'; readonly trees: readonly Tree[] };

const functions = { min: minDim, max: maxDim, broadcast: broadcastDim } as const;

function dimOf(tree: Tree): Dim {
  if (tree.kind === 'number') return tree.number;
  if (tree.kind === 'symbol') return symbolDim(tree.name);
  const dims = tree.trees.map(dimOf);
  if (tree.kind === 'add') return dims.reduce(addDims, 0);
  if (tree.kind === 'half') return floorDivDims(dims[0] ?? 0, 2);
  return functions[tree.kind](...dims);
}

/** The value of a tree; nothing where sizes that are broadcast contradict each other. */
function evaluate(tree: Tree, values: Values): number | undefined {
  if (tree.kind === 'number') return tree.number;
  if (tree.kind === 'symbol') return values.get(tree.name);
  const inner: number[] = [];
  for (const each of tree.trees) {
    const value = evaluate(each, values);
    if (value === undefined) return undefined;
    inner.push(value);
  }
  if (tree.kind === 'add') return inner.reduce((sum, each) => sum + each, 0);
  if (tree.kind === 'half') return Math.floor((inner[0] ?? 0) / 2);
  if (tree.kind === 'min') return Math.min(...inner);
  if (tree.kind === 'max') return Math.max(...inner);
  const sizes = new Set(inner.filter((each) => each !== 1));
  if (sizes.size > 1) return undefined;
  return [...sizes][0] ?? 1;
}

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.integer({ min: 0, max: 9 }).map((number): Tree => ({ kind: 'number', number })),
  fc.constantFrom('a', 'b', 'c').map((name): Tree => ({ kind: 'symbol', name })),
);

function treesOf(kinds: readonly (Kind | 'add' | 'half')[]): fc.Arbitrary<Tree> {
  return fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc
        .tuple(fc.constantFrom(...kinds), fc.array(tie('tree'), { minLength: 1, maxLength: 3 }))
        .map(([kind, trees]): Tree => ({ kind, trees })),
    ),
  })).tree;
}

// Small numbers, so that sizes that are broadcast agree often enough.
const bindings = fc
  .record({ a: fc.integer({ min: 1, max: 9 }), b: fc.integer({ min: 1, max: 4 }), c: fc.integer({ min: 1, max: 2 }) })
  .map((record): Values => new Map(Object.entries(record)));

describe('functions for which order does not matter', () => {
  test('what is simplified has the value of what was written, for every binding', () => {
    fc.assert(
      fc.property(treesOf(['min', 'max', 'add', 'half', 'broadcast']), bindings, (tree, values) => {
        const expected = evaluate(tree, values);
        fc.pre(expected !== undefined);
        expect(substituteDim(dimOf(tree), values)).toBe(expected);
      }),
      { numRuns: 6000 },
    );
  });

  test('operands in another order, repeated or grouped otherwise are the same dimension', () => {
    const operands = fc.array(treesOf(['min', 'max', 'add']).map(dimOf), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...(['min', 'max', 'broadcast'] as const)), operands, (kind, dims) => {
        const combine = functions[kind];
        const whole = combine(...dims);
        fc.pre(!dimText(whole).includes('expression#'));
        expect(dimText(combine(...dims.toReversed()))).toBe(dimText(whole));
        expect(dimText(combine(...dims, ...dims))).toBe(dimText(whole));
        expect(dimText(combine(whole, whole))).toBe(dimText(whole));
      }),
      { numRuns: 2000 },
    );
  });

  test('symbols and numbers fold to the same dimension one by one, in any grouping', () => {
    const operands = fc.array(leaf.map(dimOf), { minLength: 3, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...(['min', 'max', 'broadcast'] as const)), operands, (kind, dims) => {
        // A size that is broadcast is one number at most, or the model is wrong.
        fc.pre(kind !== 'broadcast' || new Set(dims.filter((dim) => typeof dim === 'number' && dim !== 1)).size <= 1);
        const combine = functions[kind];
        const fromLeft = dims.reduce((left, right) => combine(left, right));
        const fromRight = dims.reduceRight((right, left) => combine(left, right));
        expect(dimText(fromLeft)).toBe(dimText(combine(...dims)));
        expect(dimText(fromRight)).toBe(dimText(combine(...dims)));
      }),
      { numRuns: 2000 },
    );
  });

  test('a certain comparison holds for every binding', () => {
    const trees = treesOf(['min', 'max', 'add', 'half', 'broadcast']);
    fc.assert(
      fc.property(trees, trees, bindings, (left, right, values) => {
        const [larger, smaller] = [evaluate(left, values), evaluate(right, values)];
        fc.pre(larger !== undefined && smaller !== undefined);
        if (isAtLeast(dimOf(left), dimOf(right))) expect(larger).toBeGreaterThanOrEqual(smaller ?? 0);
      }),
      { numRuns: 6000 },
    );
  });

  test.each<[string, Dim, string]>([
    ['the position table that is cut to the length', maxDim(maxDim(minDim(512, s), s), s), 's'],
    ['the same as a broadcast', broadcastDim(broadcastDim(minDim(512, s), s), s), 's'],
    ['a minimum of a maximum', minDim(maxDim(512, s), s), 's'],
    ['a minimum inside a minimum', minDim(minDim(512, s), minDim(s, 100)), 'min(100,s)'],
    ['several operands', maxDim(s, t, 7, maxDim(t, 3)), 'max(7,s,t)'],
    ['a sum', maxDim(addDims(s, 3), s), 's+3'],
    ['a multiple', maxDim(multiplyDims(s, 2), s), '2*s'],
    ['a half', maxDim(floorDivDims(s, 2), s), 's'],
    ['a part of a cut length', maxDim(subtractDims(minDim(s, 512), 1), subtractDims(s, 1)), 's-1'],
    ['a multiple of a cut length', maxDim(multiplyDims(batch, minDim(s, 4)), multiplyDims(batch, s)), 'batch*s'],
    ['nothing that can be told', maxDim(s, t), 'max(s,t)'],
    ['two names that are broadcast', broadcastDim(s, t, s), 'broadcast(s,t)'],
    ['a number that is broadcast', broadcastDim(s, 512), '512'],
    ['an axis of one', broadcastDim(1, s), 's'],
    ['axes of one', broadcastDim(1, 1), '1'],
    ['an empty axis', broadcastDim(1, 0), '0'],
    ['a size that cannot be one', broadcastDim(s, multiplyDims(t, 2)), '2*t'],
  ])('%s is as short as can be', (_, dim, text) => {
    expect(dimText(dim)).toBe(text);
  });

  test('a size that may be zero does not vanish in a broadcast', () => {
    const made = freshDim('7:count', '7');
    expect(dimText(broadcastDim(minDim(made, s), s))).toBe('broadcast(min(7:count,s),s)');
    expect(substituteDim(broadcastDim(made, s), new Map(Object.entries({ '7:count': 0, s: 1 })))).toBe(0);
    expect(dimText(maxDim(minDim(made, s), s))).toBe('s');
  });

  test('a broadcast that is bound is the size that is not one', () => {
    const dim = broadcastDim(s, t);
    expect(substituteDim(dim, new Map([['s', 1]]))).toEqual(t);
    expect(substituteDim(dim, new Map([['s', 5]]))).toBe(5);
    expect(substituteDim(dim, new Map(Object.entries({ s: 1, t: 1 })))).toBe(1);
    expect(substituteDim(dim, new Map(Object.entries({ s: 1, t: 8 })))).toBe(8);
    expect(sameDim(broadcastDim(t, s), dim)).toBe(true);
  });

  test('very many operands stay short', () => {
    const dims = Array.from({ length: 3000 }, (_, index): Dim => symbolDim(`s${index}`));
    for (const combine of [minDim, maxDim, broadcastDim]) {
      expect(dimText(combine(...dims)).length).toBeLessThan(40);
      expect(dimText(dims.reduce((left, right) => combine(left, right))).length).toBeLessThan(420);
    }
  });
});
