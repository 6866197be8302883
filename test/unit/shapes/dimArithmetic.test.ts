import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dim } from '../../../src/engine/shapes/algebra/dim';
import {
  addDims,
  ceilDivDims,
  divideExactly,
  floorDivDims,
  floorOfDim,
  moduloDims,
  multiplyDims,
  subtractDims,
  sumDims,
} from '../../../src/engine/shapes/algebra/dimArithmetic';
import { freshDim, maximumSymbols, sameDim, symbolDim } from '../../../src/engine/shapes/algebra/dimExpression';
import { maxDim, minDim } from '../../../src/engine/shapes/algebra/dimLattice';
import { isAtLeast } from '../../../src/engine/shapes/algebra/dimOrder';
import { dimText } from '../../../src/engine/shapes/algebra/dimText';
import { substituteDim } from '../../../src/engine/shapes/algebra/substituteDim';

const batch = symbolDim('batch');
const seq = symbolDim('seq');

/** An expression twice: as a dimension and as a function of the symbols' values. */
interface Twin {
  readonly dim: Dim;
  readonly evaluate: (values: ReadonlyMap<string, number>) => number;
}

const leaf: fc.Arbitrary<Twin> = fc.oneof(
  fc.integer({ min: -4, max: 12 }).map((number): Twin => ({ dim: number, evaluate: () => number })),
  fc
    .constantFrom('a', 'b', 'c')
    .map((name): Twin => ({ dim: symbolDim(name), evaluate: (values) => values.get(name) ?? Number.NaN })),
);

type Operation = readonly [(left: Dim, right: Dim) => Dim, (left: number, right: number) => number];

const operations: readonly Operation[] = [
  [addDims, (a, b) => a + b],
  [subtractDims, (a, b) => a - b],
  [multiplyDims, (a, b) => a * b],
  [minDim, Math.min],
  [maxDim, Math.max],
];

const divisions: readonly Operation[] = [
  [floorDivDims, (a, b) => Math.floor(a / b)],
  [ceilDivDims, (a, b) => Math.ceil(a / b)],
  [moduloDims, (a, b) => a - b * Math.floor(a / b)],
];

const { tree } = fc.letrec<{ tree: Twin }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(fc.constantFrom(...operations), tie('tree'), tie('tree')).map(combine),
    // Dimensions are divided by strides and block sizes: positive numbers, or symbols.
    fc
      .tuple(
        fc.constantFrom(...divisions),
        tie('tree'),
        leaf.filter(({ dim }) => typeof dim !== 'number' || dim > 0),
      )
      .map(combine),
  ),
}));

function combine([[symbolic, numeric], left, right]: [Operation, Twin, Twin]): Twin {
  return {
    dim: symbolic(left.dim, right.dim),
    evaluate: (values) => numeric(left.evaluate(values), right.evaluate(values)),
  };
}

const bindings = fc
  .record({
    a: fc.integer({ min: 1, max: 40 }),
    b: fc.integer({ min: 1, max: 40 }),
    c: fc.integer({ min: 1, max: 40 }),
  })
  .map((record) => new Map(Object.entries(record)));

describe('arithmetic on dimensions', () => {
  test('binding the symbols of an expression gives what arithmetic on numbers gives', () => {
    fc.assert(
      fc.property(tree, bindings, ({ dim, evaluate }, values) => {
        // An expression that grew too large keeps its symbols but not its value.
        fc.pre(typeof dim === 'number' || !dim.key.includes('expression#'));
        expect(Number(substituteDim(dim, values)) + 0).toBe(evaluate(values) + 0);
      }),
      { numRuns: 1200 },
    );
  });

  test('binding one symbol after the other gives the same as binding all at once', () => {
    fc.assert(
      fc.property(tree, bindings, ({ dim }, values) => {
        const [first, ...others] = values;
        const partly = substituteDim(dim, new Map([first ?? ['a', 1]]));
        expect(sameDim(substituteDim(partly, new Map(others)), substituteDim(dim, values))).toBe(true);
      }),
    );
  });

  test('a certain comparison holds for all values of the symbols', () => {
    fc.assert(
      fc.property(tree, tree, bindings, (left, right, values) => {
        if (isAtLeast(left.dim, right.dim))
          expect(left.evaluate(values)).toBeGreaterThanOrEqual(right.evaluate(values));
      }),
      { numRuns: 600 },
    );
  });

  test('equal expressions have equal keys, however they came about', () => {
    fc.assert(
      fc.property(tree, tree, tree, ({ dim: x }, { dim: y }, { dim: z }) => {
        const left = multiplyDims(addDims(x, y), z);
        const right = addDims(multiplyDims(y, z), multiplyDims(z, x));
        fc.pre(!dimText(left).includes('expression#') && !dimText(right).includes('expression#'));
        expect(dimText(left)).toBe(dimText(right));
      }),
    );
  });

  test('a sum of many is the sum one by one', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 5 }), (twins) => {
        const dims = twins.map(({ dim }) => dim);
        const oneByOne = dims.reduce(addDims, 0);
        fc.pre(!dimText(oneByOne).includes('expression#'));
        expect(dimText(sumDims(dims))).toBe(dimText(oneByOne));
      }),
    );
  });

  test('a sum of thousands of symbols stays small and open', () => {
    const sum = sumDims(Array.from({ length: 3000 }, (_, index) => symbolDim(`s${index}`)));
    expect(dimText(sum).length).toBeLessThan(40);
    expect(sum).toMatchObject({ symbols: expect.arrayContaining(['s0', 's1', 's10']) });
    expect(typeof sum === 'number' ? [] : sum.symbols).toHaveLength(maximumSymbols);
    expect(isAtLeast(sum, 3000)).toBe(true);
  });

  test('division undoes multiplication', () => {
    const heads = multiplyDims(multiplyDims(batch, seq), 768);
    expect(divideExactly(heads, multiplyDims(batch, 12))).toEqual(multiplyDims(seq, 64));
    expect(divideExactly(multiplyDims(addDims(seq, 1), addDims(batch, 2)), addDims(seq, 1))).toEqual(addDims(batch, 2));
    expect(divideExactly(seq, 2)).toBeUndefined();
    expect(divideExactly(seq, 0)).toBeUndefined();
  });

  test('texts are canonical and readable', () => {
    expect(dimText(multiplyDims(2, seq))).toBe('2*seq');
    expect(dimText(addDims(floorDivDims(seq, 2), 1))).toBe('floor(seq/2)+1');
    expect(dimText(subtractDims(multiplyDims(seq, batch), 3))).toBe('batch*seq-3');
    expect(dimText(floorDivDims(addDims(multiplyDims(seq, 4), 6), 4))).toBe('seq+1');
    expect(dimText(floorDivDims(floorDivDims(seq, 2), 2))).toBe('floor(seq/4)');
    expect(dimText(floorDivDims(multiplyDims(seq, 6), 4))).toBe('floor(3*seq/2)');
    expect(dimText(minDim(seq, 2 ** 63))).toBe('seq');
    expect(dimText(maxDim(0, subtractDims(seq, 1)))).toBe('seq-1');
    expect(dimText(floorOfDim(multiplyDims(seq, 0.5)))).toBe('floor(seq/2)');
  });

  test('what a node makes keeps its cause and no binding settles it', () => {
    const made = addDims(freshDim('7:count', '7'), seq);
    expect(made).toMatchObject({ cause: '7', symbols: ['seq'] });
    expect(dimText(substituteDim(made, new Map([['seq', 5]])))).toBe('7:count+5');
  });

  test('an expression that grows without end is folded but keeps its symbols', () => {
    let grown: Dim = seq;
    for (let round = 0; round < 60; round++) grown = addDims(multiplyDims(grown, grown), floorDivDims(grown, 3));
    expect(dimText(grown).length).toBeLessThan(1000);
    expect(grown).toMatchObject({ symbols: ['seq'] });
  });

  test('division by zero says so', () => {
    expect(() => floorDivDims(seq, 0)).toThrow(/zero/);
    expect(() => ceilDivDims(4, 0)).toThrow(/zero/);
  });
});
