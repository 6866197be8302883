import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltAttribute, BuiltModel, BuiltTensor } from '../../support/onnxBuilder';
import { runModel } from '../../support/runBuilt';

const real = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'float32', shape });
const numbers = (...values: number[]): BuiltTensor => ({ dtype: 'float32', shape: [values.length], values });
const integers = (...values: number[]): BuiltTensor => ({ dtype: 'int64', shape: [values.length], values });

function resize(
  opset: number,
  tensors: Record<string, BuiltTensor>,
  inputs: readonly string[],
  attributes: Record<string, BuiltAttribute> = {},
): BuiltModel {
  return { opset, tensors, nodes: [{ op: 'Resize', inputs, outputs: ['y'], attributes }] };
}

const symbols = { h: 9, w: 10 };

describe('resampling against ONNX Runtime', () => {
  it('Resize by any scale: float32 products, rounded down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 60 }), async (size, tenths) => {
        const tensors = { x: real(1, 1, size, 7), scales: numbers(1, 1, tenths / 10, 2) };
        if (Math.floor((size * tenths) / 10) < 1) return;
        await expectAsInRun(resize(13, tensors, ['x', '', 'scales']));
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  it('Resize by sizes under each aspect ratio policy (opset 18)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 30 }))),
        fc.constantFrom('stretch', 'not_larger', 'not_smaller'),
        async ([height = 1, width = 1, newHeight = 1, newWidth = 1], policy) => {
          const tensors = { x: real(1, 2, height, width), sizes: integers(newHeight, newWidth) };
          const attributes = { axes: { ints: [2, 3] }, keep_aspect_ratio_policy: { text: policy } };
          await expectAsInRun(resize(18, tensors, ['x', '', '', 'sizes'], attributes));
        },
      ),
      { numRuns: 150, seed: 5 },
    );
  });

  it('Resize of symbolic sizes', async () => {
    const x = real(1, 3, 'h', 'w');
    await expectAsInRun(resize(13, { x, s: numbers(1, 1, 2, 0.5) }, ['x', '', 's']), symbols);
    await expectAsInRun(resize(18, { x, s: numbers(0.5, 3) }, ['x', '', 's'], { axes: { ints: [-1, 2] } }), symbols);
    await expectAsInRun(resize(10, { x, s: numbers(1, 1, 2, 1.5) }, ['x', 's']), symbols);
    const inferred = inferBuilt(resize(13, { x, s: numbers(1, 1, 2, 0.5) }, ['x', '', 's']));
    expect(inferredResult(inferred, 'y').shape).toEqual([1, 3, '2*h', 'floor(w/2)']);
  });

  it('Resize takes its sizes from a symbolic shape', async () => {
    const model: BuiltModel = {
      opset: 13,
      tensors: { x: real(1, 3, 4, 5), like: real(1, 3, 'h', 'w') },
      nodes: [
        { op: 'Shape', inputs: ['like'], outputs: ['sizes'] },
        { op: 'Resize', inputs: ['x', '', '', 'sizes'], outputs: ['y'] },
      ],
    };
    await expectAsInRun(model, symbols);
  });

  it('Resize of a region has the size that the whole would have', async () => {
    const roi = numbers(0, 0, 0.25, 0.5, 1, 1, 0.75, 1);
    const tensors = { x: real(1, 1, 'h', 'w'), roi, s: numbers(1, 1, 2, 3) };
    const mode = { coordinate_transformation_mode: { text: 'tf_crop_and_resize' } };
    await expectAsInRun(resize(13, tensors, ['x', 'roi', 's'], mode), symbols);
  });

  it('Resize by ten times 0.7 is seven, as in single precision, also before a size is bound', async () => {
    const built = resize(13, { x: real(1, 1, 'h', 'w'), s: numbers(1, 1, 0.7, 0.3) }, ['x', '', 's']);
    await expectAsInRun(built, { h: 10, w: 10 });
    expect(inferredResult(inferBuilt(built), 'y').shape).toEqual([1, 1, 'floor(7*h/10)', 'floor(3*w/10)']);
  });

  it('Resize under a policy is open only until its sizes are bound', async () => {
    const sizes: BuiltTensor = { dtype: 'int64', shape: [2], values: [7, 8] };
    const attributes = { axes: { ints: [2, 3] }, keep_aspect_ratio_policy: { text: 'not_larger' } };
    const built = resize(18, { x: real(1, 1, 'h', 'w'), n: sizes }, ['x', '', '', 'n'], attributes);
    expect(inferBuilt(built).openSymbols.map((each) => each.symbol)).toEqual(['h', 'w']);
    const [ran] = [...(await runModel(built, symbols)).values()];
    expect(inferredResult(inferBuilt(built, symbols), 'y')).toEqual(ran);
  });

  it('Upsample, both ways to give the scales', async () => {
    const x = real(1, 1, 'h', 'w');
    const byInput = { op: 'Upsample', inputs: ['x', 's'], outputs: ['y'] };
    await expectAsInRun({ opset: 9, tensors: { x, s: numbers(1, 1, 2, 3) }, nodes: [byInput] }, symbols);
    const attributes = { scales: { floats: [1, 1, 2, 3] } };
    const byAttribute = { op: 'Upsample', inputs: ['x'], outputs: ['y'], attributes };
    await expectAsInRun({ opset: 7, tensors: { x }, nodes: [byAttribute] }, symbols);
  });

  it('GridSample and AffineGrid', async () => {
    const sampled = { op: 'GridSample', inputs: ['x', 'grid'], outputs: ['y'] };
    await expectAsInRun(
      { opset: 16, tensors: { x: real(1, 3, 'h', 'w'), grid: real(1, 'h', 6, 2) }, nodes: [sampled] },
      symbols,
    );
    const grid = { op: 'AffineGrid', inputs: ['theta', 'size'], outputs: ['y'] };
    await expectAsInRun({ opset: 20, tensors: { theta: real(2, 2, 3), size: integers(2, 3, 5, 6) }, nodes: [grid] });
  });

  it('RoiAlign and MaxRoiPool', async () => {
    const regions = { x: real(1, 3, 'h', 'w'), rois: real('n', 4), batch: { dtype: 'int64', shape: ['n'] } as const };
    const align = {
      op: 'RoiAlign',
      inputs: ['x', 'rois', 'batch'],
      outputs: ['y'],
      attributes: { output_height: { int: 5 }, output_width: { int: 6 } },
    };
    await expectAsInRun({ opset: 16, tensors: regions, nodes: [align] }, { ...symbols, n: 4 });
    const pool = {
      op: 'MaxRoiPool',
      inputs: ['x', 'rois'],
      outputs: ['y'],
      attributes: { pooled_shape: { ints: [2, 3] } },
    };
    await expectAsInRun({ opset: 1, tensors: { x: real(1, 3, 8, 9), rois: real('n', 5) }, nodes: [pool] }, { n: 4 });
  });
});
