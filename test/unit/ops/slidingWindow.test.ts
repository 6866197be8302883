import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inferBuilt, inferredResult } from '../../support/inferBuilt';
import type { BuiltAttribute, BuiltModel } from '../../support/onnxBuilder';
import { runModel } from '../../support/runBuilt';

/** Settings of a window over one spatial dimension. */
interface Window {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
  readonly autoPad: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID';
}

/** Windows that fit at least once; ONNX Runtime divides the negative room of others towards zero. */
const windows: fc.Arbitrary<Window> = fc
  .record({
    size: fc.integer({ min: 1, max: 20 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    begin: fc.integer({ min: 0, max: 4 }),
    end: fc.integer({ min: 0, max: 4 }),
    autoPad: fc.constantFrom<Window['autoPad']>('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
  })
  .map((each) => {
    // Padding as wide as the kernel is refused by ONNX Runtime's pooling.
    const begin = Math.min(each.begin, each.kernel - 1);
    const end = Math.min(each.end, each.kernel - 1);
    const span = each.dilation * (each.kernel - 1) + 1;
    const padded = each.autoPad === 'NOTSET' ? begin + end : 0;
    return { ...each, begin, end, size: Math.max(each.size, span - padded) };
  });

function windowAttributes(window: Window): Record<string, BuiltAttribute> {
  return {
    kernel_shape: { ints: [window.kernel] },
    strides: { ints: [window.stride] },
    dilations: { ints: [window.dilation] },
    ...(window.autoPad === 'NOTSET'
      ? { pads: { ints: [window.begin, window.end] } }
      : { auto_pad: { text: window.autoPad } }),
  };
}

/** Compares with a run, once with the number in the model and once with a symbol that is put in afterwards. */
async function expectAsInRun(model: (size: number | string) => BuiltModel, size: number): Promise<boolean> {
  const run = await runModel(model(size)).catch(() => undefined);
  const numeric = inferBuilt(model(size));
  const symbolic = inferBuilt(model('size'));
  if (run === undefined) return false;
  for (const [name, expected] of run) {
    expect(inferredResult(numeric, name)).toEqual(expected);
    expect(inferredResult(symbolic, name, { size })).toEqual(expected);
  }
  return true;
}

/** Runs `check` over many windows and makes sure that the runtime accepted most of them. */
async function forManyWindows(check: (window: Window, extra: number) => Promise<boolean>): Promise<void> {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(windows, fc.integer({ min: 0, max: 3 }), async (window, extra) => {
      if (await check(window, extra)) accepted++;
    }),
    { numRuns: 250, seed: 7 },
  );
  expect(accepted).toBeGreaterThan(100);
}

/**
 * ONNX states ceil(size / stride) for SAME padding; ONNX Runtime's pooling forgets the dilation when it derives the padding
 * and returns less, so that the two are not compared there.
 */
function pooling(op: string, opset: number, given: Window, ceil: number) {
  const window = given.autoPad.startsWith('SAME') ? { ...given, dilation: 1 } : given;
  return (size: number | string): BuiltModel => ({
    opset,
    tensors: { x: { dtype: 'float32', shape: [1, 2, size] } },
    nodes: [
      {
        op,
        inputs: ['x'],
        outputs: op === 'MaxPool' ? ['y', 'indices'] : ['y'],
        attributes: { ...windowAttributes(window), ceil_mode: { int: ceil } },
      },
    ],
  });
}

describe('sliding windows against ONNX Runtime', () => {
  it('MaxPool and its indices, rounded up or down', async () => {
    await forManyWindows((window, extra) => expectAsInRun(pooling('MaxPool', 12, window, extra % 2), window.size));
  });

  it('AveragePool with dilations (opset 19)', async () => {
    await forManyWindows((window, extra) => expectAsInRun(pooling('AveragePool', 19, window, extra % 2), window.size));
  });

  it('LpPool (opset 18)', async () => {
    await forManyWindows((window, extra) => expectAsInRun(pooling('LpPool', 18, window, extra % 2), window.size));
  });

  it('SAME padding takes no notice of dilations where it pools', async () => {
    const attributes = {
      kernel_shape: { ints: [3] },
      dilations: { ints: [2] },
      auto_pad: { text: 'SAME_UPPER' },
    };
    const pool = (op: string, opset: number, size: number | string): BuiltModel => ({
      opset,
      tensors: { x: { dtype: 'float32', shape: [1, 2, size] } },
      nodes: [{ op, inputs: ['x'], outputs: ['y'], attributes }],
    });
    for (const [op, opset] of [
      ['MaxPool', 11],
      ['MaxPool', 22],
      ['LpPool', 18],
      ['AveragePool', 19],
    ] as const) {
      const run = await runModel(pool(op, opset, 8));
      expect(inferredResult(inferBuilt(pool(op, opset, 8)), 'y')).toEqual(run.get('y'));
    }
    expect(inferBuilt(pool('MaxPool', 11, 'size')).openSymbols).toEqual([{ symbol: 'size', tensors: 2 }]);
  });

  it('Conv, grouped, with the kernel from its weights', async () => {
    await forManyWindows((window, extra) => {
      const { kernel_shape: _, ...attributes } = windowAttributes(window);
      const group = extra === 0 ? 2 : 1;
      return expectAsInRun(
        (size) => ({
          opset: 13,
          tensors: {
            x: { dtype: 'float32', shape: [1, 4, size] },
            w: { dtype: 'float32', shape: [6, 4 / group, window.kernel] },
          },
          nodes: [
            { op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { ...attributes, group: { int: group } } },
          ],
        }),
        window.size,
      );
    });
  });

  it('ConvTranspose with output padding and groups', async () => {
    await forManyWindows((window, extra) =>
      expectAsInRun(
        (size) => ({
          opset: 13,
          tensors: {
            x: { dtype: 'float32', shape: [1, 4, size] },
            w: { dtype: 'float32', shape: [4, 3, window.kernel] },
          },
          nodes: [
            {
              op: 'ConvTranspose',
              inputs: ['x', 'w'],
              outputs: ['y'],
              attributes: {
                ...windowAttributes(window),
                group: { int: 2 },
                output_padding: { ints: [Math.min(extra, window.stride - 1)] },
              },
            },
          ],
        }),
        window.size,
      ),
    );
  });

  it('ConvTranspose with a stated output shape', async () => {
    const model = (size: number | string): BuiltModel => ({
      opset: 11,
      tensors: { x: { dtype: 'float32', shape: [1, 1, 3, size] }, w: { dtype: 'float32', shape: [1, 2, 3, 3] } },
      nodes: [
        {
          op: 'ConvTranspose',
          inputs: ['x', 'w'],
          outputs: ['y'],
          attributes: { strides: { ints: [3, 2] }, output_shape: { ints: [10, 8] } },
        },
      ],
    });
    expect(await expectAsInRun(model, 3)).toBe(true);
  });

  it('MaxUnpool without an output shape', async () => {
    const model = (size: number | string): BuiltModel => ({
      opset: 11,
      tensors: { x: { dtype: 'float32', shape: [1, 1, 2, size] }, i: { dtype: 'int64', shape: [1, 1, 2, size] } },
      nodes: [
        {
          op: 'MaxUnpool',
          inputs: ['x', 'i'],
          outputs: ['y'],
          attributes: { kernel_shape: { ints: [2, 3] }, strides: { ints: [2, 2] } },
        },
      ],
    });
    expect(await expectAsInRun(model, 4)).toBe(true);
  });

  it('says so when a window does not fit', () => {
    const inferred = inferBuilt({
      opset: 13,
      tensors: { x: { dtype: 'float32', shape: [1, 1, 2] }, w: { dtype: 'float32', shape: [1, 1, 5] } },
      nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
    });
    expect(inferred.tensors.get('y')?.shape).toBeUndefined();
    expect(inferred.diagnostics.map((each) => each.message).join()).toContain('does not fit');
  });
});
