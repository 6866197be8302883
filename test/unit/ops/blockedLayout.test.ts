import { expect, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { GraphWriter } from '../../support/graphWriter';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltModel } from '../../support/onnxBuilder';

const domain = 'com.microsoft.nchwc';

/** As ONNX Runtime saves an optimized model: 16 channels fill whole blocks on every CPU. */
function optimized(channels: number | string): BuiltModel {
  const g = new GraphWriter();
  const blocked = (op: string, inputs: string[], attributes: Parameters<GraphWriter['op']>[2] = {}): string =>
    g.ops(1, op, inputs, attributes, domain)[0] ?? '';
  const first = blocked('Conv', [g.input('x', 'float32', ['n', 3, 'h', 'w']), g.weight(16, 3, 3, 3), g.weight(16)], {
    activation: 'Relu',
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  });
  const depthwise = blocked('Conv', [first, g.weight(16, 1, 3, 3)], { group: 16, pads: [1, 1, 1, 1] });
  const last = g.input('y', 'float32', ['n', 'h', 'w', channels]);
  const taken = blocked('ReorderInput', [last], { channels_last: 1 });
  const pooled = blocked('MaxPool', [taken], { kernel_shape: [2, 2], strides: [2, 2] });
  const mean = blocked('AveragePool', [depthwise], { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER' });
  const up = blocked('Upsample', [pooled], { scales: [1, 1, 2, 3] });
  blocked('ReorderOutput', [mean], { channels: 10 });
  blocked('ReorderOutput', [up], { channels: 16, channels_last: 1 });
  blocked('ReorderOutput', [blocked('GlobalAveragePool', [pooled])], { channels: 16 });
  blocked('ReorderOutput', [blocked('GlobalMaxPool', [depthwise])], { channels: 12 });
  return g.model(13, { domains: { [domain]: 1 } });
}

const sizes = { n: 2, h: 9, w: 12 };

it('shapes in blocks of channels are those of a run', () => expectAsInRun(optimized(16), sizes));

it('channels that the CPU fills up stay open, and nothing that comes after a convolution', () => {
  const model = optimized(20);
  const inferred = inferBuilt(model, sizes);
  const shapeOf = (op: string) => {
    const node = model.nodes.find((each) => each.op === op);
    return inferredResult(inferred, node?.outputs[0] ?? '').shape;
  };
  expect(shapeOf('ReorderInput')).toEqual([2, expect.any(String), 9, 12]);
  expect(shapeOf('ReorderOutput')).toEqual([2, 10, 5, 6]);
});

it('work counts the filters that the file has, filled up ones included', () => {
  const inferred = inferBuilt(optimized(16), sizes);
  const macs = inferred.nodes.filter(({ node }) => node.op === 'Conv').map((each) => each.macs);
  expect(macs).toEqual([2 * 16 * 5 * 6 * 3 * 9, 2 * 16 * 5 * 6 * 9]);
});
