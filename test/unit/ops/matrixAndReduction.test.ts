import { describe, expect, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltAttribute, BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

type Dims = readonly (number | string)[];

const real = (...shape: Dims): BuiltTensor => ({ dtype: 'float32', shape });
const integers = (...values: number[]): BuiltTensor => ({ dtype: 'int64', shape: [values.length], values });

function single(
  op: string,
  opset: number,
  tensors: Record<string, BuiltTensor>,
  attributes: Record<string, BuiltAttribute> = {},
  outputs: readonly string[] = ['y'],
): BuiltModel {
  return { opset, tensors, nodes: [{ op, inputs: Object.keys(tensors), outputs, attributes }] };
}

const sizes = { n: 3, m: 4 };

describe('matrix products against ONNX Runtime', () => {
  const products: [Dims, Dims][] = [
    [[5], [5]],
    [[5], [5, 2]],
    [[2, 5], [5]],
    [
      ['n', 5],
      [5, 'm'],
    ],
    [
      ['n', 1, 2, 5],
      [7, 5, 'm'],
    ],
    [[5], [7, 5, 2]],
    [[7, 2, 5], [5]],
  ];
  for (const [a, b] of products) {
    it(`MatMul [${a}] by [${b}]`, () => expectAsInRun(single('MatMul', 13, { a: real(...a), b: real(...b) }), sizes));
  }

  for (const [transA, transB] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    it(`Gemm transA ${transA} transB ${transB}`, async () => {
      const a = transA === 1 ? real(5, 'n') : real('n', 5);
      const b = transB === 1 ? real('m', 5) : real(5, 'm');
      const model = single('Gemm', 13, { a, b }, { transA: { int: transA }, transB: { int: transB } });
      await expectAsInRun(model, sizes);
      expect(inferBuilt(model, sizes).nodes[0]?.macs).toBe(3 * 5 * 4);
    });
  }

  const equations: [string, Dims[], number][] = [
    [
      'ij,jk->ik',
      [
        ['n', 5],
        [5, 'm'],
      ],
      3 * 5 * 4,
    ],
    [
      'ij,jk',
      [
        ['n', 5],
        [5, 'm'],
      ],
      3 * 5 * 4,
    ],
    [
      '...ij,...jk->...ik',
      [
        ['n', 7, 2, 5],
        ['n', 1, 5, 'm'],
      ],
      3 * 7 * 2 * 5 * 4,
    ],
    [
      'bhid, bhjd -> bhij',
      [
        ['n', 2, 6, 8],
        ['n', 2, 'm', 8],
      ],
      3 * 2 * 6 * 4 * 8,
    ],
    ['i...->...i', [['n', 5, 'm']], 0],
    ['ii->i', [[4, 4]], 0],
    ['ba', [['n', 'm']], 0],
    [
      'ij,jk,kl->il',
      [
        ['n', 5],
        [5, 6],
        [6, 'm'],
      ],
      3 * 5 * 6 + 3 * 6 * 4,
    ],
    [
      '...,...->...',
      [
        ['n', 2],
        ['n', 2],
      ],
      6,
    ],
  ];
  for (const [equation, operands, macs] of equations) {
    it(`Einsum ${equation}`, async () => {
      const tensors = Object.fromEntries(operands.map((dims, index) => [`x${index}`, real(...dims)]));
      const model = single('Einsum', 12, tensors, { equation: { text: equation } });
      await expectAsInRun(model, sizes);
      expect(inferBuilt(model, sizes).nodes[0]?.macs).toBe(macs);
    });
  }

  it('Einsum aligns ellipses of different ranks at the right, as NumPy does (ONNX Runtime refuses them)', () => {
    const model = single(
      'Einsum',
      12,
      { a: real(3, 7, 2, 5), b: real(7, 5, 4) },
      { equation: { text: '...ij,...jk' } },
    );
    expect(inferredResult(inferBuilt(model), 'y').shape).toEqual([3, 7, 2, 4]);
  });

  it('Einsum says when an equation does not fit', () => {
    const model = single('Einsum', 12, { x: real(2, 3, 4) }, { equation: { text: 'ij->ji' } });
    expect(inferBuilt(model).diagnostics[0]?.message).toContain('does not fit');
  });

  it('integer products', async () => {
    const bytes = (...shape: Dims): BuiltTensor => ({ dtype: 'uint8', shape });
    await expectAsInRun(single('MatMulInteger', 10, { a: bytes('n', 5), b: bytes(5, 'm') }), sizes);
    await expectAsInRun(single('ConvInteger', 10, { x: bytes(1, 2, 'n', 5), w: bytes(3, 2, 2, 2) }), sizes);
    const scale = real();
    const zero = bytes();
    const operands = {
      a: bytes('n', 5),
      as: scale,
      az: zero,
      b: bytes(5, 'm'),
      bs: scale,
      bz: zero,
      ys: scale,
      yz: zero,
    };
    await expectAsInRun(single('QLinearMatMul', 10, operands), sizes);
    const images = {
      x: bytes(1, 2, 'n', 5),
      xs: scale,
      xz: zero,
      w: bytes(3, 2, 2, 2),
      ws: scale,
      wz: zero,
      ys: scale,
      yz: zero,
    };
    await expectAsInRun(single('QLinearConv', 10, images), sizes);
  });

  it('Det', () => expectAsInRun(single('Det', 11, { x: real('n', 3, 3) }), sizes));
});

describe('reductions against ONNX Runtime', () => {
  const axesCases: (readonly number[] | undefined)[] = [undefined, [], [0], [-1], [1, -2]];
  for (const axes of axesCases) {
    for (const keepdims of [0, 1]) {
      for (const noop of [0, 1]) {
        it(`ReduceMax opset 18, axes ${axes ?? 'omitted'}, keepdims ${keepdims}, noop ${noop}`, () => {
          const tensors = { x: real('n', 5, 'm'), ...(axes && { axes: integers(...axes) }) };
          const attributes = { keepdims: { int: keepdims }, noop_with_empty_axes: { int: noop } };
          return expectAsInRun(single('ReduceMax', 18, tensors, attributes), sizes);
        });
      }
      it(`ReduceMean opset 13, axes ${axes ?? 'omitted'}, keepdims ${keepdims}`, () => {
        const attributes = { keepdims: { int: keepdims }, ...(axes && axes.length > 0 && { axes: { ints: axes } }) };
        return expectAsInRun(single('ReduceMean', 13, { x: real('n', 5, 'm') }, attributes), sizes);
      });
    }
  }

  it('carries the elements of a shape through a product', () => {
    const inferred = inferBuilt({
      opset: 13,
      tensors: { x: real('n', 5, 'm'), flat: integers(-1) },
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'ReduceProd', inputs: ['shape'], outputs: ['count'], attributes: { keepdims: { int: 1 } } },
        { op: 'Expand', inputs: ['flat', 'count'], outputs: ['y'] },
      ],
    });
    expect(inferred.tensors.get('y')?.shape?.map((dim) => (typeof dim === 'number' ? dim : dim.key))).toEqual([
      '5*m*n',
    ]);
  });

  it('knows the product of no elements', () => {
    const inferred = inferBuilt({
      opset: 13,
      tensors: { x: real() },
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'ReduceProd', inputs: ['shape'], outputs: ['count'] },
      ],
    });
    expect(inferred.tensors.get('count')?.value).toEqual([1]);
  });

  it('ArgMax, TopK, CumSum', async () => {
    await expectAsInRun(single('ArgMax', 13, { x: real('n', 5) }, { axis: { int: -1 }, keepdims: { int: 0 } }), sizes);
    await expectAsInRun(single('ArgMin', 13, { x: real('n', 5) }), sizes);
    await expectAsInRun(single('TopK', 11, { x: real('n', 5), k: integers(2) }, {}, ['v', 'i']), sizes);
    await expectAsInRun(
      single('CumSum', 14, { x: real('n', 5), axis: { dtype: 'int64', shape: [], values: [1] } }),
      sizes,
    );
  });
});
