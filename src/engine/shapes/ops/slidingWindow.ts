import { say } from '../../../shared/messages/say';
import type { Dim } from '../algebra/dim';
import type { RuleContext } from '../facts/rule';
import { addDims, ceilDivDims, floorDivDims, minDim, multiplyDims, subtractDims } from './shapeMath';

/** A window that slides over the spatial dimensions, as Conv and the pooling operators state it. */
export interface SlidingWindow {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
  /** SAME_UPPER and SAME_LOWER derive the padding from the sizes; VALID has none. */
  readonly padding: 'explicit' | 'same' | 'valid';
  readonly roundUp: boolean;
}

/** `values` when it has one number for each of `rank` dimensions, else the default for all of them. */
function perDimension(
  context: RuleContext,
  name: string,
  values: readonly number[] | undefined,
  rank: number,
  fallback: number,
): readonly number[] {
  if (values !== undefined && values.length === rank) return values;
  if (values !== undefined && values.length > 0) {
    context.problem(say('shapes.numbers', { attribute: name, given: values.length, needed: rank }));
  }
  return new Array<number>(rank).fill(fallback);
}

function paddingKind(autoPad: string): SlidingWindow['padding'] {
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') return 'same';
  return autoPad === 'VALID' ? 'valid' : 'explicit';
}

/**
 * The window over `rank` spatial dimensions from the node's attributes; `weightKernel` where `kernel_shape` is absent,
 * `givenPads` where the padding is not an attribute.
 */
export function readWindow(
  context: RuleContext,
  rank: number,
  weightKernel: readonly Dim[] | undefined,
  givenPads = context.ints('pads'),
): SlidingWindow | undefined {
  const kernel = context.ints('kernel_shape') ?? weightKernel;
  if (kernel === undefined || kernel.length !== rank) {
    context.problem(
      kernel === undefined
        ? say('shapes.noKernel', {})
        : say('shapes.kernelRank', { given: kernel.length, needed: rank }),
    );
    return undefined;
  }
  const strides = perDimension(context, 'strides', context.ints('strides'), rank, 1);
  const dilations = perDimension(context, 'dilations', context.ints('dilations'), rank, 1);
  if ([...kernel, ...strides, ...dilations].some((size) => typeof size === 'number' && size < 1)) {
    context.problem(say('shapes.kernelBelowOne', {}));
    return undefined;
  }
  const padding = paddingKind(context.string('auto_pad', 'NOTSET'));
  const pads =
    padding === 'explicit'
      ? perDimension(context, 'pads', givenPads, 2 * rank, 0)
      : new Array<number>(2 * rank).fill(0);
  return {
    kernel,
    strides,
    dilations,
    padsBegin: pads.slice(0, rank),
    padsEnd: pads.slice(rank),
    padding,
    roundUp: context.int('ceil_mode', 0) === 1,
  };
}

/** Elements that a dilated kernel spans: dilation * (kernel - 1) + 1. */
function span(window: SlidingWindow, index: number): Dim {
  const kernel = window.kernel[index] ?? 1;
  return addDims(multiplyDims(subtractDims(kernel, 1), window.dilations[index] ?? 1), 1);
}

/**
 * Positions of the window along spatial dimension `index` of `size` elements: floor((size + pads - span) / stride) + 1
 * (ONNX Conv-1 and MaxPool-1 on). With `ceil_mode` the division rounds up, but a window must start inside the input or
 * its leading padding (onnx pull request 5741, as ONNX Runtime does it).
 */
function windowPositions(window: SlidingWindow, index: number, size: Dim): Dim {
  const stride = window.strides[index] ?? 1;
  if (window.padding === 'same') return ceilDivDims(size, stride);
  const begin = window.padsBegin[index] ?? 0;
  const end = window.padsEnd[index] ?? 0;
  const kernelSpan = span(window, index);
  const room = subtractDims(addDims(size, begin + end), kernelSpan);
  if (!window.roundUp || stride === 1) return addDims(floorDivDims(room, stride), 1);
  const rounded = addDims(ceilDivDims(room, stride), 1);
  // Only a kernel that fits into one stride and the trailing padding can start behind the input.
  if (typeof kernelSpan === 'number' && kernelSpan > end + stride - 1) return rounded;
  return minDim(rounded, ceilDivDims(addDims(size, begin), stride));
}

/**
 * Size after a transposed window: stride * (size - 1) + output padding + span - pads (ONNX ConvTranspose-1 on). SAME
 * padding trims that to stride * size, and never extends it (as ONNX Runtime does it).
 */
export function transposedSize(window: SlidingWindow, index: number, size: Dim, outputPadding: number): Dim {
  const stride = window.strides[index] ?? 1;
  const spread = addDims(multiplyDims(subtractDims(size, 1), stride), addDims(span(window, index), outputPadding));
  if (window.padding === 'same') return minDim(multiplyDims(size, stride), spread);
  return subtractDims(spread, (window.padsBegin[index] ?? 0) + (window.padsEnd[index] ?? 0));
}

/** Spatial sizes after the window; a window that does not fit is reported and leaves the sizes unknown. */
export function slide(
  context: RuleContext,
  window: SlidingWindow,
  spatial: readonly Dim[],
): readonly Dim[] | undefined {
  const sizes = spatial.map((size, index) => windowPositions(window, index, size));
  const misfit = sizes.findIndex((size, index) => size !== spatial[index] && typeof size === 'number' && size <= 0);
  if (misfit < 0) return sizes;
  context.problem(say('shapes.window', { axis: misfit }));
  return undefined;
}
