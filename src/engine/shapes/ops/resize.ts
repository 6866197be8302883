import { say } from '../../../shared/messages/say';
import type { Dim } from '../algebra/dim';
import type { TensorValue } from '../facts/fact';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { type Count, multiply, perOutput } from './counting';
import { dimOrNone, dimsFromValue, hasInput, hasRank, shapeOf } from './ruleMakers';
import { dtypeOf, floorOfDim, multiplyDims, normalizeAxis, subtractDims } from './shapeMath';

/**
 * Size after scaling: floor(size * scale). Scales are float32 and ONNX Runtime multiplies in float32, so that 10 * 0.7 is
 * 7 although the nearest float32 to 0.7 is below it.
 */
function scaledSize(size: Dim, scale: number): Dim {
  if (typeof size === 'number') return Math.floor(Math.fround(Math.fround(scale) * size));
  return floorOfDim(multiplyDims(size, scale));
}

/** Upsample: `scales` is an attribute in opset 7, input 1 in opset 9; opset 1 has one attribute for each direction. */
function inferUpsample(context: RuleContext): void {
  const shape = context.shape(0);
  const height = context.float('height_scale');
  const width = context.float('width_scale');
  const pair = height !== undefined && width !== undefined ? [1, 1, height, width] : undefined;
  const scales = hasInput(context, 1) ? context.input(1)?.value : (context.floats('scales') ?? pair);
  context.output(0, dtypeOf(context, 0), scaleAll(context, shape, scales));
}

function scaleAll(
  context: RuleContext,
  shape: readonly Dim[] | undefined,
  scales: TensorValue | undefined,
): readonly Dim[] | undefined {
  if (shape === undefined) return undefined;
  if (scales === undefined) return shape.map((_, axis) => context.fresh(`d${axis}`));
  if (scales.length !== shape.length) {
    context.problem(say('shapes.scales', { given: scales.length, rank: shape.length }));
    return undefined;
  }
  return sizesByScale(context, { shape, axes: [...shape.keys()] }, scales);
}

interface ResizeRequest {
  readonly shape: readonly Dim[];
  /** Axes that `scales`, `sizes` and `roi` speak of, in their order (attribute `axes` from opset 18 on; else all). */
  readonly axes: readonly number[];
}

/** `shape` with the sizes of the requested axes replaced; all of them unknown where there are none. */
function withSizes(context: RuleContext, request: ResizeRequest, sizes: readonly Dim[] | undefined): readonly Dim[] {
  const result = [...request.shape];
  for (const [position, axis] of request.axes.entries()) {
    result[axis] = sizes?.[position] ?? context.fresh(`d${axis}`);
  }
  return result;
}

/**
 * `sizes` under `keep_aspect_ratio_policy` (opset 18): the smallest (not_larger) or largest (not_smaller) of the axes'
 * scales is used for all of them, and the results are rounded half up.
 */
function sizesByPolicy(context: RuleContext, request: ResizeRequest, sizes: readonly Dim[]): readonly Dim[] {
  const policy = context.string('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return sizes;
  const scales: number[] = [];
  const before: number[] = [];
  for (const [position, axis] of request.axes.entries()) {
    const from = request.shape[axis];
    const to = sizes[position];
    if (typeof from !== 'number' || typeof to !== 'number') {
      const stated = request.axes.map((each) => request.shape[each]);
      return request.axes.map((each) => context.undecided(`d${each}`, [...stated, ...sizes]));
    }
    before.push(from);
    scales.push(to / from);
  }
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return before.map((size) => Math.floor(size * scale + 0.5));
}

/**
 * Sizes from `scales`. With tf_crop_and_resize only a region is scaled, but to the size that the whole would have: neither
 * onnx's inference nor ONNX Runtime shrink the result with the region.
 */
function sizesByScale(context: RuleContext, request: ResizeRequest, scales: TensorValue): readonly Dim[] {
  return request.axes.map((axis, position) => {
    const size = request.shape[axis] ?? 1;
    const scale = scales[position];
    return typeof scale === 'number' ? scaledSize(size, scale) : context.undecided(`d${axis}`, [size, scale]);
  });
}

/** Resize: X and scales in opset 10; X, roi, scales, sizes from opset 11 on. */
function inferResize(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const shape = context.shape(0);
  if (shape === undefined) {
    context.output(0, dtype, undefined);
    return;
  }
  const old = context.opset < 11;
  const scalesAt = old ? 1 : 2;
  const axes = (context.ints('axes') ?? [...shape.keys()]).map((axis) => normalizeAxis(axis, shape.length));
  const request: ResizeRequest = { shape, axes };
  const sizes = !old && hasInput(context, 3) ? dimsFromValue(context, 3) : undefined;
  const scales = context.input(scalesAt)?.value;
  const given = sizes ?? (scales?.length === 0 ? undefined : scales);
  if (given !== undefined && given.length !== axes.length) {
    context.problem(say('shapes.sizesPerAxis', { given: given.length, axes: axes.length }));
    context.output(0, dtype, undefined);
    return;
  }
  const result =
    sizes !== undefined
      ? sizesByPolicy(context, request, sizes)
      : scales !== undefined && scales.length > 0
        ? sizesByScale(context, request, scales)
        : undefined;
  context.output(0, dtype, withSizes(context, request, result));
}

/** GridSample (opset 16 on): X [N, C, ...], grid [N, sizes..., spatial rank] gives [N, C, sizes...]. */
function inferGridSample(context: RuleContext): void {
  const grid = context.shape(1);
  const input = context.shape(0);
  const sizes = hasRank(context, grid, 3, 'part.grid') ? grid.slice(1, -1) : [undefined];
  const batch = dimOrNone(input, 0) ?? dimOrNone(grid, 0);
  context.output(0, dtypeOf(context, 0), shapeOf(batch, dimOrNone(input, 1), ...sizes));
}

/** AffineGrid (opset 20): one coordinate vector for each position of the size [N, C, spatial...] in input 1. */
function inferAffineGrid(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const size = dimsFromValue(context, 1);
  const rank = size?.length ?? dimOrNone(context.shape(1), 0);
  if (rank !== 4 && rank !== 5) {
    if (typeof rank === 'number') context.problem(say('shapes.gridSize', { given: rank }));
    context.output(0, dtype, undefined);
    return;
  }
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => size?.[axis + 2] ?? context.fresh(`d${axis + 1}`));
  context.output(0, dtype, shapeOf(dimOrNone(context.shape(0), 0) ?? size?.[0], ...spatial, rank - 2));
}

/** Crop (experimental, opset 1): `border` [left, top, right, bottom], or the corner and `scale` [height, width]. */
function inferCrop(context: RuleContext): void {
  const [batch, channels, height, width] = context.shape(0) ?? [];
  const [left = 0, top = 0, right = 0, bottom = 0] = context.ints('border') ?? [];
  const [cropHeight, cropWidth] = context.ints('scale') ?? [];
  const shrink = (size: Dim | undefined, by: number): Dim | undefined =>
    size === undefined ? undefined : subtractDims(size, by);
  context.output(
    0,
    dtypeOf(context, 0),
    shapeOf(batch, channels, cropHeight ?? shrink(height, top + bottom), cropWidth ?? shrink(width, left + right)),
  );
}

/** Nearest copies; linear interpolates along each resized axis; cubic takes four neighbors along each. */
const interpolationOps: Count = (context) => {
  const mode = context.string('mode', 'nearest');
  const costs: Readonly<Record<string, number>> = { linear: 7, bilinear: 7, cubic: 32, bicubic: 32 };
  return multiply(costs[mode] ?? 0, context.outputElements(0));
};

const upsample: OpEntry = { infer: inferUpsample, elementwiseOps: interpolationOps };

/** ai.onnx resampling, all versions. */
export const resizeOps: OpTable = {
  Upsample: upsample,
  Resize: { infer: inferResize, elementwiseOps: interpolationOps },
  GridSample: { infer: inferGridSample, elementwiseOps: perOutput(8) },
  AffineGrid: { infer: inferAffineGrid, elementwiseOps: perOutput(6) },
  Crop: { infer: inferCrop, elementwiseOps: () => 0 },
};
