import { describe, expect, it } from 'vitest';
import { addUp } from '../../../src/engine/shapes/core/count';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt } from '../../support/inferBuilt';
import type { BuiltAttribute, BuiltBody, BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

/** Every expected count is worked out by hand from the definition of the operator; sizes are n = 2, s = 6, t = 3. */
const symbols = { n: 2, s: 6, t: 3 };

const real = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'float32', shape });
const bytes = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'uint8', shape });
const one: BuiltTensor = { dtype: 'float32', shape: [], values: [1] };
const zero: BuiltTensor = { dtype: 'uint8', shape: [], values: [0] };
const kernel = (...sizes: number[]): Record<string, BuiltAttribute> => ({ kernel_shape: { ints: sizes } });

interface Case {
  readonly op: string;
  readonly opset?: number;
  readonly domain?: string;
  readonly tensors: Readonly<Record<string, BuiltTensor>>;
  readonly attributes?: Readonly<Record<string, BuiltAttribute>>;
  /** `undefined` where no shape tells. */
  readonly macs: number | undefined;
}

function built({ op, opset = 18, domain = '', tensors, attributes = {} }: Case): BuiltModel {
  return {
    opset,
    domains: domain === '' ? {} : { [domain]: 1 },
    tensors,
    nodes: [{ op, domain, inputs: Object.keys(tensors), outputs: ['y'], attributes }],
  };
}

function check(cases: Readonly<Record<string, Case>>): void {
  for (const [name, each] of Object.entries(cases)) {
    it(name, () => {
      const bound = inferBuilt(built(each), symbols);
      expect(bound.diagnostics).toEqual([]);
      expect(bound.nodes[0]?.macs).toBe(each.macs);
    });
  }
}

describe('convolutions', () => {
  const image = real('n', 6, 9, 'n');
  check({
    // 9 and 2 elements slide to 9 and 2 positions; each output channel sees all 6 channels.
    'a window over all channels': {
      op: 'Conv',
      tensors: { x: image, w: real(4, 6, 3, 3), b: real(4) },
      attributes: { ...kernel(3, 3), pads: { ints: [1, 1, 1, 1] } },
      macs: 2 * 4 * (9 * 2) * 6 * 9,
    },
    'groups see their share of the channels': {
      op: 'Conv',
      tensors: { x: image, w: real(4, 3, 3, 1) },
      attributes: { ...kernel(3, 1), group: { int: 2 } },
      macs: 2 * 4 * (7 * 2) * 3 * 3,
    },
    'depthwise with two filters each': {
      op: 'Conv',
      tensors: { x: image, w: real(12, 1, 3, 1) },
      attributes: { ...kernel(3, 1), group: { int: 6 }, strides: { ints: [2, 1] }, dilations: { ints: [2, 1] } },
      macs: 2 * 12 * (3 * 2) * 3,
    },
    'three spatial dimensions': {
      op: 'Conv',
      tensors: { x: real('n', 2, 4, 5, 's'), w: real(3, 2, 2, 2, 2) },
      attributes: kernel(2, 2, 2),
      macs: 2 * 3 * (3 * 4 * 5) * 2 * 8,
    },
    // Transposed: each of the 2 * 6 * 18 input elements is spread over a window of each of its outputs.
    'transposed, whatever stride and padding': {
      op: 'ConvTranspose',
      tensors: { x: image, w: real(6, 5, 3, 3) },
      attributes: { ...kernel(3, 3), strides: { ints: [2, 2] }, output_padding: { ints: [1, 1] } },
      macs: 2 * 6 * 18 * 5 * 9,
    },
    'transposed in groups': {
      op: 'ConvTranspose',
      tensors: { x: image, w: real(6, 2, 3, 3) },
      attributes: { ...kernel(3, 3), group: { int: 3 } },
      macs: 2 * 6 * 18 * 2 * 9,
    },
    'transposed depthwise': {
      op: 'ConvTranspose',
      tensors: { x: image, w: real(6, 1, 4, 4) },
      attributes: { ...kernel(4, 4), group: { int: 6 }, strides: { ints: [2, 2] } },
      macs: 2 * 6 * 18 * 16,
    },
    deformable: {
      op: 'DeformConv',
      opset: 19,
      tensors: { x: image, w: real(4, 3, 2, 2), offset: real('n', 8, 8, 1) },
      attributes: { ...kernel(2, 2), group: { int: 2 } },
      macs: 2 * 4 * 8 * 3 * 4,
    },
    'on integers': {
      op: 'ConvInteger',
      tensors: { x: bytes('n', 6, 9, 9), w: bytes(4, 3, 3, 3), xz: zero },
      attributes: { group: { int: 2 } },
      macs: 2 * 4 * 49 * 3 * 9,
    },
    'quantized, the weights at input 3': {
      op: 'QLinearConv',
      tensors: {
        x: bytes('n', 6, 9, 9),
        xs: one,
        xz: zero,
        w: bytes(6, 1, 3, 3),
        ws: one,
        wz: zero,
        ys: one,
        yz: zero,
      },
      attributes: { group: { int: 6 } },
      macs: 2 * 6 * 49 * 9,
    },
  });
});

describe('matrix products', () => {
  check({
    'both sides broadcast': {
      op: 'MatMul',
      tensors: { a: real('n', 1, 4, 5), b: real(3, 5, 7) },
      macs: 2 * 3 * 4 * 7 * 5,
    },
    'the batch of the right side only': {
      op: 'MatMul',
      tensors: { a: real(4, 5), b: real('s', 5, 7) },
      macs: 6 * 4 * 7 * 5,
    },
    'a vector on the left': { op: 'MatMul', tensors: { a: real(5), b: real('n', 5, 7) }, macs: 2 * 7 * 5 },
    'a vector on the right': { op: 'MatMul', tensors: { a: real('n', 4, 5), b: real(5) }, macs: 2 * 4 * 5 },
    'two vectors': { op: 'MatMul', tensors: { a: real('s'), b: real('s') }, macs: 6 },
    'nothing to multiply': { op: 'MatMul', tensors: { a: real(4, 0), b: real(0, 7) }, macs: 0 },
    'on integers': { op: 'MatMulInteger', tensors: { a: bytes('n', 4, 5), b: bytes(5, 7) }, macs: 2 * 4 * 7 * 5 },
    quantized: {
      op: 'QLinearMatMul',
      tensors: { a: bytes('n', 4, 5), as: one, az: zero, b: bytes(5, 7), bs: one, bz: zero, ys: one, yz: zero },
      macs: 2 * 4 * 7 * 5,
    },
    'Gemm, both sides transposed, the addend not counted': {
      op: 'Gemm',
      tensors: { a: real(5, 'n'), b: real(7, 5), c: real(7) },
      attributes: { transA: { int: 1 }, transB: { int: 1 } },
      macs: 2 * 7 * 5,
    },
    'QGemm, the right side at input 3': {
      op: 'QGemm',
      domain: 'com.microsoft',
      tensors: { a: bytes('n', 5), as: one, az: zero, b: bytes(7, 5), bs: one, bz: zero },
      attributes: { transB: { int: 1 } },
      macs: 2 * 7 * 5,
    },
    'an open batch is waited for': {
      op: 'MatMul',
      tensors: { a: real('free', 5), b: real(5, 7) },
      macs: undefined,
    },
  });
});

describe('Einsum', () => {
  const einsum = (equation: string, macs: number, ...operands: BuiltTensor[]): Case => ({
    op: 'Einsum',
    tensors: Object.fromEntries(operands.map((tensor, index) => [`x${index}`, tensor])),
    attributes: { equation: { text: equation } },
    macs,
  });
  check({
    'scores of attention': einsum('bhid,bhjd->bhij', 2 * 4 * 6 * 3 * 8, real('n', 4, 's', 8), real('n', 4, 't', 8)),
    'an ellipsis is a batch': einsum(
      '...ij,...jk->...ik',
      2 * 4 * 6 * 3 * 8,
      real('n', 4, 's', 8),
      real('n', 4, 8, 't'),
    ),
    'an ellipsis broadcasts': einsum('...ij,jk->...ik', 2 * 4 * 6 * 7 * 8, real('n', 4, 's', 8), real(8, 7)),
    'one operand multiplies nothing': einsum('bij->bji', 0, real('n', 's', 8)),
  });
});

describe('attention', () => {
  const flat = { q_num_heads: { int: 4 }, kv_num_heads: { int: 2 } };
  check({
    // 4 query heads of 8 by as many keys, whoever shares them, then the weights by values of 5.
    'key heads that are shared': {
      op: 'Attention',
      opset: 23,
      tensors: { q: real('n', 4, 's', 8), k: real('n', 2, 't', 8), v: real('n', 2, 't', 5) },
      macs: 2 * 4 * 6 * 3 * (8 + 5),
    },
    'the same, flat': {
      op: 'Attention',
      opset: 23,
      tensors: { q: real('n', 's', 32), k: real('n', 't', 16), v: real('n', 't', 10) },
      attributes: flat,
      macs: 2 * 4 * 6 * 3 * (8 + 5),
    },
    'keys of earlier steps count': {
      op: 'Attention',
      opset: 23,
      tensors: {
        q: real('n', 1, 32),
        k: real('n', 1, 16),
        v: real('n', 1, 10),
        mask: { dtype: 'bool', shape: [1, 7] },
        pastK: real('n', 2, 's', 8),
        pastV: real('n', 2, 's', 5),
      },
      attributes: flat,
      macs: 2 * 4 * 1 * 7 * (8 + 5),
    },
  });
});

describe('recurrent layers', () => {
  check({
    'every step of the sequence, batch second': {
      op: 'GRU',
      tensors: { x: real('s', 'n', 7), w: real(1, 15, 7), r: real(1, 15, 5) },
      attributes: { hidden_size: { int: 5 } },
      macs: 6 * 2 * 15 * (7 + 5),
    },
    'every step of the sequence, batch first': {
      op: 'LSTM',
      tensors: { x: real('n', 's', 7), w: real(2, 20, 7), r: real(2, 20, 5) },
      attributes: { hidden_size: { int: 5 }, layout: { int: 1 }, direction: { text: 'bidirectional' } },
      macs: 2 * 6 * 2 * 20 * (7 + 5),
    },
  });
});

describe('work inside of a node', () => {
  /** Multiplies its input [n, 8] by a square weight: n * 8 * 8. */
  function body(inputs: BuiltBody['inputs'], read: string, more: readonly string[] = []): BuiltAttribute {
    const b = new GraphWriter('b');
    const product = b.op('MatMul', [read, b.weight(8, 8)]);
    return b.body([...more, product], inputs);
  }
  const total = (g: GraphWriter, more: Partial<BuiltModel> = {}): number | undefined => {
    const inferred = inferBuilt(g.model(18, more), symbols);
    expect(inferred.diagnostics).toEqual([]);
    return inferred.nodes.reduce<number | undefined>((sum, { macs }) => addUp(sum, macs), 0);
  };
  const trip = { i: { dtype: 'int64', shape: [] }, c: { dtype: 'bool', shape: [] } } as const;
  const loop = (g: GraphWriter, x: string, trips: string): string =>
    g.op('Loop', [trips, '', x], { body: body({ ...trip, s: real('n', 8) }, 's', ['c']) });

  it('of a Loop counts once per trip', () => {
    const g = new GraphWriter();
    loop(g, g.input('x', 'float32', ['n', 8]), g.ints(5));
    expect(total(g)).toBe(5 * 2 * 8 * 8);
  });

  it('of a Loop counts once per trip where a size is the number of trips', () => {
    const g = new GraphWriter();
    const x = g.input('x', 'float32', ['n', 8]);
    loop(g, x, g.size(g.input('steps', 'float32', ['s', 1]), 0));
    expect(total(g)).toBe(6 * 2 * 8 * 8);
  });

  it('of a Loop is not known where a run decides on its end', () => {
    const g = new GraphWriter();
    loop(g, g.input('x', 'float32', ['n', 8]), g.input('trips', 'int64', []));
    expect(total(g)).toBeUndefined();
  });

  it('of a Scan counts once per step', () => {
    const g = new GraphWriter();
    g.op('Scan', [g.input('x', 'float32', ['s', 'n', 8])], {
      num_scan_inputs: 1,
      body: body({ e: real('n', 8) }, 'e'),
    });
    expect(total(g)).toBe(6 * 2 * 8 * 8);
  });

  it('of a SequenceMap counts once per member', () => {
    const g = new GraphWriter();
    const parts = g.op('SplitToSequence', [g.input('x', 'float32', ['s', 8]), g.ints(2)], { axis: 0 });
    const mapped = g.op('SequenceMap', [parts], { body: body({ e: real(2, 8) }, 'e') });
    expect(total(g, { outputs: [mapped] })).toBe(3 * 2 * 8 * 8);
  });

  it('of an If is that of the larger branch, or of the one that is taken', () => {
    const work = (choice: (g: GraphWriter) => string): number | undefined => {
      const g = new GraphWriter();
      const x = g.input('x', 'float32', ['n', 8]);
      const idle = new GraphWriter('e');
      g.op('If', [choice(g)], { then_branch: body({}, x), else_branch: idle.body([idle.op('Relu', [x])]) });
      return total(g);
    };
    expect(work((g) => g.input('flag', 'bool', []))).toBe(2 * 8 * 8);
    expect(work((g) => g.constant('bool', [], [1]))).toBe(2 * 8 * 8);
    expect(work((g) => g.constant('bool', [], [0]))).toBe(0);
  });

  it('of a Loop in a Loop counts for the trips of both', () => {
    const g = new GraphWriter();
    const x = g.input('x', 'float32', ['n', 8]);
    const outer = new GraphWriter('o');
    const inner = loop(outer, 's', outer.ints(3));
    g.op('Loop', [g.ints(4), '', x], { body: outer.body(['c', inner], { ...trip, s: real('n', 8) }) });
    expect(total(g)).toBe(4 * 3 * 2 * 8 * 8);
  });

  it('of a function counts at each call', () => {
    const f = new GraphWriter('f');
    const layer = f.function('Layer', ['e'], [f.op('MatMul', ['e', f.weight(8, 8)])]);
    const g = new GraphWriter();
    const [once = ''] = g.ops(1, 'Layer', [g.input('x', 'float32', ['n', 8])], {}, 'local');
    g.ops(1, 'Layer', [once], {}, 'local');
    expect(total(g, { functions: [layer] })).toBe(2 * 2 * 8 * 8);
  });
});

it('a count waits for the symbols that it needs, and for no others', () => {
  const model = built({
    op: 'Conv',
    tensors: { x: real('n', 3, 's', 8), w: real(4, 3, 3, 3) },
    attributes: kernel(3, 3),
    macs: undefined,
  });
  expect(inferBuilt(model, { n: 2 }).nodes[0]?.macs).toBeUndefined();
  expect(inferBuilt(model, { n: 2, s: 6 }).nodes[0]?.macs).toBe(2 * 4 * (4 * 6) * 3 * 9);
  expect(inferBuilt(model, { n: 5, s: 6 }).nodes[0]?.macs).toBe(5 * 4 * (4 * 6) * 3 * 9);
});

describe('operations per element of region pooling', () => {
  // Six regions of five channels, pooled to 2 by 3: 180 elements. A sample is a sum of four weighted neighbors.
  const regions = { x: real('n', 5, 8, 9), rois: real('s', 4), batch: { dtype: 'int64', shape: ['s'] } } as const;
  const operations = (ratio: number | undefined) => {
    const size = { output_height: { int: 2 }, output_width: { int: 3 } };
    const attributes = ratio === undefined ? size : { ...size, sampling_ratio: { int: ratio } };
    const bound = inferBuilt(built({ op: 'RoiAlign', tensors: regions, attributes, macs: 0 }), symbols);
    return bound.nodes[0]?.elementwiseOps;
  };

  it('follow the samples of every bin, in both directions', () => {
    expect([1, 2, 3].map(operations)).toEqual([180 * 8, 180 * 8 * 4, 180 * 8 * 9]);
  });

  it('are not known where the regions decide the samples', () => {
    expect([undefined, 0].map(operations)).toEqual([undefined, undefined]);
  });
});
