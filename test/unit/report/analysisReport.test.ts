import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/readModel';
import { analysisReport } from '../../../src/engine/report/analysisReport';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates } from '../../../src/engine/split/findCandidates';

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
