import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareSplit } from '../../../src/app/split/deploySplit';
import { contractsOf } from '../../../src/engine/deploy/contracts';
import { deploymentFiles } from '../../../src/engine/deploy/deploymentFiles';
import { planSegments } from '../../../src/engine/extract/planSegments';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import type { SingleCutContract } from '../../../src/shared/documents/contract';
import { dtypeToOnnx } from '../../../src/shared/vocabulary/dtype';
import { type DeploymentTarget, deploymentTargets } from '../../../src/shared/vocabulary/targets';
import { planAt } from '../../relay/splitChain';
import { type OnceSplit, splitOnce } from '../../support/cutOnce';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import { type BuiltModel, buildModel } from '../../support/onnxBuilder';
import { type Field, modelOf } from '../../support/protoBytes';
import { prefixAssignment } from '../extract/chain';

const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-facts-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** The model cut behind the first nodes of its order. */
function cut(spec: BuiltModel, nodes: number, dimensions: Readonly<Record<string, number>> = {}): OnceSplit {
  const path = join(folder, `model${++count}.onnx`);
  writeFileSync(path, buildModel(spec));
  const place = nodes / inferBuilt(spec, dimensions).nodes.length;
  return splitOnce(prepareSplit(planAt(path, [place], { dimensions }), `${path}.splitplan.json`));
}

/** As `cut`, for a place where the planner cuts of no own will: what crosses there has no size. */
function cutAnywhere(spec: BuiltModel, nodes: number): OnceSplit {
  const prepared = cut(spec, 0);
  const { inferred, graph } = prepared.model;
  const segments = planSegments(inferred, graph, prefixAssignment(graph, nodes), 2);
  return { ...prepared, segments, contracts: contractsOf(prepared.plan, inferred, segments) };
}

function generate(target: DeploymentTarget, { plan, contracts }: OnceSplit) {
  return deploymentFiles(target, { plan, contracts, engine: 'relay', relayProgram: '// relay\n', revision: '0' });
}

const sent = ({ contracts }: OnceSplit) => contracts[0]?.sends ?? [];
const answers = (contracts: readonly SingleCutContract[]) => contracts.flatMap((contract) => contract.answers);

describe('what is no tensor stays what it is', () => {
  /** Scores of a classifier, as scikit-learn's converter hands them out. */
  const zipped = (labels: 'classlabels_strings' | 'classlabels_int64s'): BuiltModel => {
    const g = new GraphWriter();
    const scores = g.op('Relu', [g.op('Neg', [g.input('x', 'float32', [4, 2])])]);
    const values = labels === 'classlabels_strings' ? { texts: ['a', 'b'] } : [0, 1];
    const [maps = ''] = g.ops(1, 'ZipMap', [scores], { [labels]: values }, 'ai.onnx.ml');
    return g.model(17, { domains: { 'ai.onnx.ml': 1 }, outputs: [maps] });
  };

  it.each([
    ['classlabels_strings', 'sequence(map(string, float32))'],
    ['classlabels_int64s', 'sequence(map(int64, float32))'],
  ] as const)('maps with %s', (labels, type) => {
    const prepared = cut(zipped(labels), 1);
    expect(answers(prepared.contracts)).toMatchObject([{ type, shape: null, bytes: null }]);
    for (const target of deploymentTargets) expect(() => generate(target, prepared)).toThrow(type);
  });

  it('a sequence that crosses', () => {
    const g = new GraphWriter();
    const parts = g.op('SplitToSequence', [g.input('x', 'float16', [4, 2])], { axis: 0 });
    const joined = g.op('ConcatFromSequence', [parts], { axis: 0 });
    const prepared = cutAnywhere(g.model(17, { outputs: [joined] }), 1);
    expect(sent(prepared)).toMatchObject([{ dtype: 'float16', type: 'sequence(float16)', shape: null }]);
    for (const target of deploymentTargets) expect(() => generate(target, prepared)).toThrow('sequence(float16)');
  });

  it('an optional that crosses, which a relay hands on as the tensor that it holds', () => {
    const g = new GraphWriter();
    const optional = g.op('Optional', [g.op('Relu', [g.input('x', 'float32', [2, 3])])]);
    const held = g.op('OptionalGetElement', [optional]);
    const prepared = cutAnywhere(g.model(17, { outputs: [held] }), 2);
    expect(sent(prepared)).toMatchObject([{ type: 'optional(float32)' }]);
    expect(generate('compose', prepared).files.length).toBeGreaterThan(0);
    for (const target of ['triton', 'kserve'] as const) {
      expect(() => generate(target, prepared)).toThrow(/optional\(float32\)/);
    }
  });

  it.each(['float8e4m3fn', 'float8e5m2'] as const)('elements of %s, which no protocol between tiers has', (dtype) => {
    const g = new GraphWriter();
    const small = g.op('Cast', [g.input('x', 'float32', [2, 3])], { to: dtypeToOnnx(dtype) });
    const back = g.op('Cast', [small], { to: 1 });
    const prepared = cut(g.model(19, { outputs: [back] }), 1);
    expect(sent(prepared)).toMatchObject([{ dtype }]);
    for (const target of deploymentTargets) expect(() => generate(target, prepared)).toThrow(dtype);
  });
});

describe('tiers whose results nobody reads', () => {
  const dead = (): BuiltModel => {
    const g = new GraphWriter();
    const x = g.input('x', 'float32', [1, 4]);
    const result = g.op('Relu', [x]);
    const unread = g.op('Sin', [g.op('Exp', [x])]);
    return g.model(17, { outputs: [result], except: [unread] });
  };

  it.each([1, 2])('get no sub-model and are sent nothing, cut after %i', (nodes) => {
    const { segments, contracts } = cut(dead(), nodes);
    expect(segments.segments.map((segment) => segment?.outputs.length)).toEqual([1, undefined]);
    expect(segments.hops).toEqual([[]]);
    expect(contracts).toMatchObject([{ segment: { outputs: [{}] }, sends: [] }]);
  });
});

describe('sizes of sub-models', () => {
  /** Only the length is written into the upper sub-model, as the shape of a tensor that stays below. */
  const reshaped = (): BuiltModel => {
    const g = new GraphWriter();
    const x = g.input('x', 'float32', ['batch', 'seq', 4]);
    const y = g.input('y', 'float32', ['batch', 'seq', 4]);
    const length = g.op('Shape', [g.op('Relu', [x])], { start: 1, end: 2 });
    const target = g.op('Concat', [g.ints([-1]), length, g.ints([4])], { axis: 0 });
    return { ...g.model(17), outputs: [g.op('Reshape', [g.op('Neg', [y]), target])] };
  };

  it('are open where the sub-model is, and numbers where its constants fit these alone', () => {
    const prepared = cut(reshaped(), 1, { batch: 2, seq: 7 });
    const upper = prepared.contracts.at(-1)?.segment;
    expect(prepared.segments.boundDimensions).toBe(true);
    expect(upper?.inputs).toMatchObject([{ shape: ['batch', 7, 4] }]);
    const config = generate('triton', prepared).files.find(({ path }) => path.endsWith('config.pbtxt'));
    expect(config?.content).toContain('dims: [ -1, 7, 4 ]');
  });

  it('stay open where nothing is written into the sub-model', () => {
    const g = new GraphWriter();
    const half = g.op('Relu', [g.input('x', 'float32', ['batch', 3])]);
    const prepared = cut(g.model(17, { outputs: [g.op('Neg', [half])] }), 1, { batch: 8 });
    expect(sent(prepared)).toMatchObject([{ shape: ['batch', 3], bytes: 96 }]);
    const configs = generate('triton', prepared).files.filter(({ path }) => path.endsWith('config.pbtxt'));
    for (const { content } of configs) expect(content.match(/dims: \[ -1, 3 \]/g)).toHaveLength(2);
  });
});

describe('transforms along an axis that only a run knows', () => {
  const transformed = (attributes: Readonly<Record<string, number>>, hasLength: boolean) => {
    const g = new GraphWriter();
    const axis = g.input('axis', 'int64', []);
    const x = g.input('x', 'float32', [2, 6, 5, 2]);
    const result = g.op('DFT', [x, hasLength ? g.ints(8) : '', axis], attributes);
    return inferredResult(inferBuilt({ ...g.model(20), outputs: [result] }), result).shape;
  };

  it('are real where a one-sided spectrum is turned back', () => {
    expect(transformed({ onesided: 1, inverse: 1 }, false)?.at(-1)).toBe(1);
    expect(transformed({ onesided: 1, inverse: 1 }, true)?.at(-1)).toBe(1);
    expect(transformed({ onesided: 1 }, false)?.at(-1)).toBe(2);
    expect(transformed({ inverse: 1 }, true)?.at(-1)).toBe(2);
  });

  it('keep their sizes where no length and no half is asked for', () => {
    expect(transformed({ inverse: 1 }, false)).toEqual([2, 6, 5, 2]);
  });
});

describe('a number that the file states', () => {
  it('replaces an expression that was inferred, but not a number', () => {
    const dim = (size: number | string): Field => [1, typeof size === 'number' ? [[1, size]] : [[2, size]]];
    const info = (name: string, ...sizes: (number | string)[]): Field[] => [
      [1, name],
      [
        2,
        [
          [
            1,
            [
              [1, 1],
              [2, sizes.map(dim)],
            ],
          ],
        ],
      ],
    ];
    const node = (op: string, inputs: readonly string[], output: string): Field => [
      1,
      [
        ...inputs.map((name): Field => [1, name]),
        [2, output],
        [4, op],
        ...(op === 'Concat'
          ? [
              [
                5,
                [
                  [1, 'axis'],
                  [3, 0],
                  [20, 2],
                ],
              ] satisfies Field,
            ]
          : []),
      ],
    ];
    const bytes = modelOf(
      node('Concat', ['x', 'x'], 'y'),
      node('Relu', ['y'], 'z'),
      [11, info('x', 'n', 4)],
      [13, info('y', 8, 5)],
      [12, info('z', 'm', 4)],
    );
    const inferred = inferModel(readModel(bufferSource(bytes)), {});
    expect(inferred.tensors.get('y')?.shape).toEqual([8, 4]);
    expect(inferred.tensors.get('z')?.shape).toEqual([8, 4]);
  });
});

describe('external data', () => {
  const external = (entries: Readonly<Record<string, string>>, dims: readonly number[] = [2, 3], dtype = 1) =>
    modelOf([
      5,
      [
        ...dims.map((dim) => [1, dim] as [number, number]),
        [2, dtype],
        [8, 'w'],
        [14, 1],
        ...Object.entries({ location: 'w.bin', ...entries }).map(
          ([key, value]) =>
            [
              13,
              [
                [1, key],
                [2, value],
              ],
            ] as [number, [number, string][]],
        ),
      ],
    ]);
  const read = (bytes: Uint8Array) => readModel(bufferSource(bytes)).graph.initializers.get('w');

  it('has the length that type and shape need, or says nothing of it', () => {
    expect(read(external({ length: '24' }))?.payload).toMatchObject({ kind: 'external', length: 24 });
    expect(read(external({}))?.payload).toMatchObject({ length: undefined });
    expect(read(external({ length: '0' }))?.payload).toMatchObject({ length: undefined });
    expect(read(external({ length: '0' }, [0, 3]))?.payload).toMatchObject({ length: 0 });
    // Five elements of four bits take three bytes.
    expect(read(external({ length: '3' }, [5], 22))?.payload).toMatchObject({ length: 3 });
  });

  it.each([
    ['too short', external({ length: '20' })],
    ['too long', external({ length: '25' })],
    ['bits as bytes', external({ length: '5' }, [5], 22)],
    ['complex numbers as real ones', external({ length: '24' }, [2, 3], 14)],
  ])('is refused where its length is %s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(/tensor "w" holds \d+ bytes, but its type and shape need \d+\./);
  });

  it('is refused where nothing says how much it is', () => {
    expect(() => read(external({}, [2], 8))).toThrow(/tensor "w" of type string has external data of unknown length\./);
  });
});
