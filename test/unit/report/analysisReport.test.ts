import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { analysisReport } from '../../../src/engine/report/analysisReport';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt } from '../../support/inferBuilt';

it('lists what the file states of tensors that no node makes, under any name', () => {
  const path = resolve(import.meta.dirname, '../../fixtures/models/s_inception1.onnx');
  const model = readModel(bufferSource(readFileSync(path)));
  const ghost = { name: '__proto__', type: { kind: 'tensor', dtype: 'float16', shape: [1, 'n', undefined] } } as const;
  const valueInfo = new Map([...model.graph.valueInfo, ['__proto__', ghost]]);
  const inferred = inferModel({ ...model, graph: { ...model.graph, valueInfo } }, {});
  const graph = buildSplitGraph(inferred);
  const report = analysisReport({ path, inferred, graph, candidates: findCandidates(graph) }, { tensors: true });
  expect(Object.getOwnPropertyDescriptor(report.tensors, '__proto__')?.value).toEqual(['float16', [1, 'n', '?']]);
  expect(Object.keys(report.tensors ?? {}).length).toBeGreaterThan(19);
});

/** A choice between two layers whose weights lie in the branches: an initializer in one, a Constant node in the other. */
function choosing(): GraphWriter {
  const g = new GraphWriter();
  const x = g.input('x', 'float32', ['n', 4]);
  const wide = new GraphWriter('w');
  const initialized = wide.op('MatMul', [x, wide.weight(4, 3)]);
  const other = new GraphWriter('o');
  const tensor = { dtype: 'float32', shape: [4, 3], values: new Array<number>(12).fill(0) } as const;
  const constant = other.op('Constant', [], { value: { tensor } });
  const multiplied = other.op('MatMul', [x, constant]);
  const flag = g.input('flag', 'bool', [1]);
  const [chosen = ''] = g.ops(1, 'If', [flag], {
    then_branch: wide.body([initialized]),
    else_branch: other.body([multiplied]),
  });
  g.op('MatMul', [chosen, g.weight(3, 2)]);
  return g;
}

function reportOf(g: GraphWriter, bindings: Readonly<Record<string, number>>) {
  const inferred = inferBuilt(g.model(13), bindings);
  const graph = buildSplitGraph(inferred);
  return analysisReport({ path: 'choosing.onnx', inferred, graph, candidates: [] }, { nodes: true });
}

it('counts the weights in bodies, of initializers and Constant nodes alike', () => {
  const report = reportOf(choosing(), { n: 2 });
  expect(report.model).toMatchObject({ weightBytes: 4 * 6, bodyWeightBytes: 2 * 4 * 12, parameters: 6 + 24 });
  expect(report.nodes?.map(({ op, weightBytes }) => [op, weightBytes])).toEqual([
    ['If', 2 * 4 * 12],
    ['MatMul', 4 * 6],
  ]);
  expect(report.model).not.toHaveProperty('uncountedNodes');
});

it('says how many nodes cannot be counted before sizes are bound', () => {
  expect(reportOf(choosing(), {}).model).toMatchObject({
    ...{ macs: null, uncountedNodes: 2 },
    macsUnknown: '2 nodes depend on sizes that are not known, and no other one has MACs.',
  });
  expect(reportOf(choosing(), { n: 2 }).model.macs).toBe(2 * 4 * 3 + 2 * 3 * 2);
});
