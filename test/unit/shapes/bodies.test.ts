import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { bodyAround, openBody } from '../../../src/app/model/openBody';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { namedBodiesOf } from '../../../src/engine/shapes/core/bodies';
import { inferBody } from '../../../src/engine/shapes/inferBody';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { unwatched } from '../../../src/shared/work/work';
import { inferredResult } from '../../support/inferBuilt';
import { type BuiltModel, type BuiltNode, buildModel } from '../../support/onnxBuilder';
import { runModel } from '../../support/runBuilt';
import { sharedFolder } from '../../support/shared';

const image = { dtype: 'float32', shape: [1, 3, 8, 8] } as const;
const kernel = { dtype: 'float32', shape: [4, 3, 3, 3], values: Array.from({ length: 108 }, () => 0) } as const;

/** What a branch does: nodes that read what is outside of it. */
const branch: readonly BuiltNode[] = [
  { op: 'Conv', inputs: ['x', 'w'], outputs: ['conv'] },
  { op: 'Shape', inputs: ['conv'], outputs: ['size'] },
  { op: 'ConstantOfShape', inputs: ['size'], outputs: ['zeros'] },
  { op: 'Add', inputs: ['conv', 'zeros'], outputs: ['sum'] },
];
const identity: readonly BuiltNode[] = [{ op: 'Identity', inputs: ['x'], outputs: ['same'] }];

function conditional(condition: Partial<BuiltModel['tensors']['c']>): BuiltModel {
  return {
    opset: 17,
    tensors: { x: image, w: kernel, c: { dtype: 'bool', shape: [], ...condition } },
    nodes: [
      {
        op: 'If',
        inputs: ['c'],
        outputs: ['y'],
        attributes: {
          then_branch: { body: { nodes: branch, outputs: ['sum'] } },
          else_branch: { body: { nodes: identity, outputs: ['same'] } },
        },
      },
    ],
  };
}

const open = (spec: BuiltModel, id: string) => inferBody(readModel(bufferSource(buildModel(spec))), {}, id, unwatched);

describe('a body that is opened', () => {
  test.each([
    ['that may run', {}],
    ['that is never taken', { values: [0] }],
  ])('has the types and shapes that its nodes have in a run: a branch %s', async (_, condition) => {
    const body = open(conditional(condition), '0/then_branch');
    const outputs = branch.flatMap((node) => node.outputs);
    const run = await runModel({ opset: 17, tensors: { x: image, w: kernel }, nodes: branch, outputs });
    expect([...run.keys()]).toEqual(outputs);
    for (const [name, expected] of run) expect(body && inferredResult(body, name), name).toEqual(expected);
  });

  test('shows all of its nodes, those that only make constants too, and takes from outside what is data', () => {
    const body = open(conditional({}), '0/then_branch');
    if (body === undefined) throw new Error('There is no body.');
    const { nodes, tensors, inputs, outputs } = buildSplitGraph(body);
    expect(nodes.map(({ op }) => op).sort()).toEqual(['Add', 'ConstantOfShape', 'Conv', 'Shape']);
    expect(inputs.map((at) => tensors[at]?.name)).toEqual(['x']);
    expect(outputs.map((at) => tensors[at]?.name)).toEqual(['sum']);
    const conv = nodes.find(({ op }) => op === 'Conv');
    expect([conv?.macs, conv?.weightBytes]).toEqual([4 * 6 * 6 * 27, 432]);
    expect(open(conditional({}), '0/no_branch')).toBeUndefined();
  });

  test('of a loop takes what a trip hands on', () => {
    const scalar = { dtype: 'int64', shape: [] } as const;
    const body = open(
      {
        opset: 17,
        tensors: { n: { ...scalar, values: [3] }, x: image },
        nodes: [
          {
            op: 'Loop',
            inputs: ['n', '', 'x'],
            outputs: ['y', 'all'],
            attributes: {
              body: {
                body: {
                  inputs: { i: scalar, go: { dtype: 'bool', shape: [] }, state: undefined },
                  nodes: [
                    { op: 'Identity', inputs: ['go'], outputs: ['goes'] },
                    { op: 'Relu', inputs: ['state'], outputs: ['next'] },
                    { op: 'ReduceMean', inputs: ['next'], outputs: ['mean'], attributes: { keepdims: { int: 0 } } },
                  ],
                  outputs: ['goes', 'next', 'mean'],
                },
              },
            },
          },
        ],
      },
      '0/body',
    );
    expect(body?.inputs).toEqual(['i', 'go', 'state']);
    expect(body && inferredResult(body, 'next')).toEqual({ dtype: 'float32', shape: [1, 3, 8, 8] });
    expect(body && inferredResult(body, 'mean')).toEqual({ dtype: 'float32', shape: [] });
  });
});

const note = sharedFolder === undefined ? ' (the larger models are not beside this checkout)' : '';

describe.skipIf(sharedFolder === undefined)(`bodies of a real model${note}`, () => {
  test('open one in another, and a node is found in the innermost', () => {
    const analyzed = analyzeFile(join(sharedFolder ?? '', 'models/graphs/npm_silero_vad_legacy.onnx'), {});
    const [outer] = analyzed.graph.nodes.flatMap(({ bodies }) => bodies ?? []);
    expect(outer).toEqual({ id: '1/else_branch', name: 'else_branch', nodes: 88 });
    const { inferred, graph } = openBody(analyzed, {}, '1/else_branch', unwatched);
    expect(graph.nodes).toHaveLength(88);
    const inner = inferred.nodes.flatMap(({ node }) => namedBodiesOf(node).map(({ id }) => id));
    expect(inner).toHaveLength(8);
    const found = bodyAround(analyzed, {}, '1/else_branch/77/else_branch/3', unwatched);
    expect(found?.graph.nodes.map(({ id }) => id)).toContain('1/else_branch/77/else_branch/3');
    expect(bodyAround(analyzed, {}, '1', unwatched)).toBeUndefined();
    expect(() => openBody(analyzed, {}, '9/body', unwatched)).toThrow(DnnSplitError);
  });
});
