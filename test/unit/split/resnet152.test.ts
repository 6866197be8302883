import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildInModelOrder, buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import { findCandidates, runningMinima } from '../../../src/engine/split/findCandidates';
import { liveBytes } from '../../../src/engine/split/liveBytes';
import { inferFile } from './loadGraph';

const inferred = inferFile(join(import.meta.dirname, '../../workspace/resnet152.onnx'));

test('Keras ResNet152 has the five candidates of the paper, with the fewest MACs before them, and the end', () => {
  const graph = buildSplitGraph(inferred);
  const candidates = findCandidates(graph);
  const places = candidates.map((one) => graph.nodes[one.position - 1]?.label ?? null);
  expect(graph.nodes).toHaveLength(518);
  expect(candidates.map((one) => one.bytes)).toEqual([602112, 501760, 401408, 8192, 4000, 0]);
  expect(places).toEqual([
    null,
    'conv5_block1_0_conv',
    'conv5_block1_add',
    'avg_pool',
    'predictions',
    'predictions/Softmax',
  ]);
  // Below the second one only the two convolutions of the block that make its tensors: 115,605,504 MACs fewer than in
  // the file's order, which runs a 3x3 convolution first.
  expect(candidates[1]?.macsBefore).toBe(10_792_255_488 - 7 * 7 * 512 * 512 * 9);
  expect(candidates.every((one) => one.downset === undefined)).toBe(true);
});

test('the file order of ResNet152 reaches the same bytes later', () => {
  const graph = buildInModelOrder(inferred);
  expect(runningMinima(liveBytes(graph).bytes)).toEqual([0, 489, 493, 515, 517, 518]);
});
