import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planSegments } from '../../../src/engine/extract/planSegments';
import { moveCutsToCallBorders } from '../../../src/engine/extract/topLevel';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import type { OnnxModel } from '../../../src/engine/onnx/model';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import type { DimensionBindings } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { exportInto } from '../../support/exportInto';
import { type Field, message } from '../../support/protoBytes';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dnnsplit-plan-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const fixture = (name: string): string => resolve(import.meta.dirname, `../../fixtures/models/${name}.onnx`);

const value = (name: string, dims: readonly (number | string)[], type = 1): Field[] => [
  [1, name],
  [
    2,
    [
      [
        1,
        [
          [1, type],
          [2, dims.map((dim): Field => [1, [typeof dim === 'number' ? [1, dim] : [2, dim]]])],
        ],
      ],
    ],
  ],
];
const node = (op: string, inputs: readonly string[], outputs: readonly string[], ...more: Field[]): Field => [
  1,
  [...inputs.map((name): Field => [1, name]), ...outputs.map((name): Field => [2, name]), [4, op], ...more],
];
const modelBytes = (...graph: Field[]): Uint8Array =>
  message(
    [1, 10],
    [2, 'maker'],
    [8, [[2, 18]]],
    [7, [...graph, [2, 'g']]],
    [
      14,
      [
        [1, 'who'],
        [2, 'me'],
      ],
    ],
  );

function analyze(bytes: Uint8Array, bindings: DimensionBindings = {}) {
  const model = readModel(bufferSource(bytes));
  const inferred = inferModel(model, bindings);
  return { model, inferred, graph: buildSplitGraph(inferred) };
}

/** Assigns by op name. */
function plan(
  bytes: Uint8Array,
  tierOf: Readonly<Record<string, number>>,
  tiers: number,
  bindings: DimensionBindings = {},
) {
  const { inferred, graph, model } = analyze(bytes, bindings);
  const assignment = Uint8Array.from(graph.nodes, ({ op }) => tierOf[op] ?? 0);
  return { model, plan: planSegments(inferred, graph, assignment, tiers) };
}

function exported(bytes: Uint8Array, model: OnnxModel, segments: ReturnType<typeof planSegments>): OnnxModel[] {
  const path = join(directory, 'whole.onnx');
  writeFileSync(path, bytes);
  const files = exportInto(path, model, segments, {
    directory,
    fileName: (tier) => `${tier}.onnx`,
  });
  return files.map((file) => readModel(bufferSource(new Uint8Array(readFileSync(file.path)))));
}

const names = (tensors: readonly { readonly name: string }[] | undefined): string[] =>
  tensors?.map(({ name }) => name) ?? [];

describe('what crosses', () => {
  const skip = modelBytes(
    [11, value('x', [1, 8])],
    [12, value('z', [1, 8])],
    node('Relu', ['x'], ['a']),
    node('Neg', ['a'], ['b']),
    node('Abs', ['b'], ['c']),
    node('Add', ['a', 'c'], ['d']),
    node('Mul', ['d', 'x'], ['z']),
  );

  it('lists made and forwarded tensors with type, shape and bytes', () => {
    const { plan: segments } = plan(skip, { Neg: 1, Abs: 1, Add: 2, Mul: 2 }, 3);
    const tensor = { dtype: 'float32', shape: [1, 8], bytes: 32 };
    expect(segments.hops).toEqual([
      [
        { name: 'x', ...tensor, origin: 'forwarded' },
        { name: 'a', ...tensor, origin: 'made' },
      ],
      [
        { name: 'x', ...tensor, origin: 'forwarded' },
        { name: 'a', ...tensor, origin: 'forwarded' },
        { name: 'c', ...tensor, origin: 'made' },
      ],
    ]);
    expect(
      segments.segments.map((segment) => [names(segment?.inputs), names(segment?.outputs), segment?.forwards]),
    ).toEqual([
      [['x'], ['a'], ['x']],
      [['a'], ['c'], ['x', 'a']],
      [['x', 'a', 'c'], ['z'], []],
    ]);
  });

  it('lets an empty tier pass everything on', () => {
    const { plan: segments } = plan(skip, { Neg: 2, Abs: 2, Add: 2, Mul: 2 }, 3);
    expect(segments.segments[1]).toBe(undefined);
    expect(segments.hops.map(names)).toEqual([
      ['x', 'a'],
      ['x', 'a'],
    ]);
  });

  it('refuses an assignment in which data flows down', () => {
    expect(() => plan(skip, { Relu: 1, Neg: 0 }, 2)).toThrow(expect.objectContaining({ code: 'invalid-plan' }));
  });

  it('keeps symbolic dimensions in the parts, and bound ones in the contract', () => {
    const bytes = modelBytes(
      [11, value('x', ['batch', 8])],
      [12, value('y', ['batch', 8])],
      node('Relu', ['x'], ['a']),
      node('Neg', ['a'], ['y']),
    );
    const { plan: segments, model } = plan(bytes, { Neg: 1 }, 2, { batch: 4 });
    expect(segments.hops[0]?.[0]).toMatchObject({ name: 'a', shape: [4, 8], bytes: 128 });
    const [, upper] = exported(bytes, model, segments);
    expect(upper?.graph.inputs[0]?.type).toMatchObject({ dtype: 'float32', shape: ['batch', 8] });
  });
});

describe('what is copied', () => {
  const weight: Field = [
    5,
    [
      [1, 8],
      [2, 1],
      [8, 'w'],
      [9, new Uint8Array(32)],
    ],
  ];

  it('copies constants and shared weights into every part that needs them, and counts them', () => {
    const bytes = modelBytes(
      weight,
      [11, value('x', [1, 8])],
      [12, value('z', [1, 8])],
      node('Exp', ['w'], ['e']),
      node('Add', ['x', 'e'], ['a']),
      node('Mul', ['a', 'e'], ['z']),
    );
    const { plan: segments, model } = plan(bytes, { Mul: 1 }, 2);
    expect(names(segments.hops[0])).toEqual(['a']);
    expect(segments.duplicatedWeightBytes).toBe(32);
    const parts = exported(bytes, model, segments);
    expect(parts.map(({ graph }) => graph.nodes.map(({ op }) => op))).toEqual([
      ['Exp', 'Add'],
      ['Exp', 'Mul'],
    ]);
  });

  it('writes a known shape of an absent tensor as an initializer', () => {
    const bytes = modelBytes(
      [11, value('x', [2, 4])],
      [11, value('y', [8])],
      [12, value('z', [2, 4])],
      node('Relu', ['x'], ['a']),
      node('Shape', ['a'], ['s']),
      node('Neg', ['y'], ['n']),
      node('Reshape', ['n', 's'], ['z']),
    );
    const { plan: segments, model } = plan(bytes, { Neg: 1, Reshape: 1 }, 2);
    expect(segments.boundDimensions).toBe(false);
    // Nothing of the lower tier is needed then, and a model without outputs runs nowhere.
    expect(segments.segments[0]).toBeUndefined();
    const [upper] = exported(bytes, model, segments);
    expect(upper?.graph.nodes.map(({ op }) => op)).toEqual(['Neg', 'Reshape']);
    expect(upper?.graph.initializers.get('s')).toMatchObject({
      dtype: 'int64',
      shape: [2],
      payload: { bytes: new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]) },
    });
  });

  it('says when a baked shape holds only for the bound dimensions', () => {
    const bytes = modelBytes(
      [11, value('x', ['n', 4])],
      [11, value('y', [8])],
      [12, value('z', ['n', 4])],
      node('Relu', ['x'], ['a']),
      node('Shape', ['a'], ['s']),
      node('Reshape', ['y', 's'], ['z']),
    );
    expect(plan(bytes, { Reshape: 1 }, 2, { n: 2 }).plan.boundDimensions).toBe(true);
  });

  it('keeps header, metadata, unknown fields and newer node fields byte by byte', () => {
    const extra: Field[] = [
      [8, 'variant'],
      [
        9,
        [
          [1, 'namespace'],
          [2, 'a.b'],
        ],
      ],
      [77, 'future'],
    ];
    const bytes = modelBytes(
      [11, value('x', [1, 8])],
      [12, value('y', [1, 8])],
      node('Relu', ['x'], ['a'], ...extra),
      node('Neg', ['a'], ['y'], ...extra),
    );
    const { plan: segments, model } = plan(bytes, { Neg: 1 }, 2);
    exported(bytes, model, segments);
    const whole = Buffer.from(bytes);
    for (const [tier, original] of model.graph.nodes.entries()) {
      const part = readFileSync(join(directory, `${tier}.onnx`));
      const { offset, length } = original.range;
      expect(part.includes(whole.subarray(offset, offset + length))).toBe(true);
      expect(part.includes(Buffer.from(message([2, 'maker'])))).toBe(true);
      expect(
        part.includes(
          Buffer.from(
            message([
              14,
              [
                [1, 'who'],
                [2, 'me'],
              ],
            ]),
          ),
        ),
      ).toBe(true);
    }
  });

  it('sorts the nodes of a part', () => {
    const bytes = modelBytes(
      [11, value('x', [1])],
      [12, value('z', [1])],
      node('Abs', ['b'], ['z']),
      node('Neg', ['a'], ['b']),
      node('Relu', ['x'], ['a']),
    );
    const { plan: segments, model } = plan(bytes, { Abs: 1 }, 2);
    expect(exported(bytes, model, segments).map(({ graph }) => graph.nodes.map(({ op }) => op))).toEqual([
      ['Relu', 'Neg'],
      ['Abs'],
    ]);
  });

  it('refuses to cut inside a function call, and can move the cut to its border', () => {
    const { inferred, graph } = analyze(new Uint8Array(readFileSync(fixture('s_functions'))));
    const inlined = graph.nodes.findIndex(({ id }) => id.includes('/'));
    expect(inlined).toBeGreaterThanOrEqual(0);
    const assignment = Uint8Array.from(graph.nodes, (_, index) => (index > inlined ? 1 : 0));
    expect(() => planSegments(inferred, graph, assignment, 2)).toThrow(/cuts inside the function call/);
    const moved = moveCutsToCallBorders(graph, assignment);
    const segments = planSegments(inferred, graph, moved, 2);
    expect(segments.segments[1]?.functions.length).toBeGreaterThan(0);
  });
});

describe('files', () => {
  it('leaves nothing behind when it is canceled, or when a file is there already', () => {
    const path = fixture('s_inception1');
    const { inferred, graph, model } = analyze(new Uint8Array(readFileSync(path)));
    const segments = planSegments(
      inferred,
      graph,
      Uint8Array.from(graph.nodes, (_, index) => (index > 4 ? 1 : 0)),
      2,
    );
    const options = { directory, fileName: (tier: number) => `${tier}.onnx` };
    let steps = 0;
    const work = { canceled: () => ++steps > 12, report: () => undefined };
    expect(() => exportInto(path, model, segments, options, work)).toThrow(
      expect.objectContaining({ code: 'canceled' }),
    );
    expect(readdirSync(directory)).toEqual([]);
    writeFileSync(join(directory, '1.onnx'), 'mine');
    expect(() => exportInto(path, model, segments, options)).toThrow(expect.objectContaining({ code: 'file-exists' }));
    expect(readdirSync(directory)).toEqual(['1.onnx']);
    exportInto(path, model, segments, { ...options, overwrite: true });
    expect(readdirSync(directory).sort()).toEqual(['0.onnx', '1.onnx']);
    expect(existsSync(join(directory, '1.onnx.data'))).toBe(false);
  });
});
