import { dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { Dim } from '../algebra/dim';
import type { OpTable, RuleContext } from '../facts/rule';
import { type Count, multiply, perOutput } from './counting';
import { dimOrNone, hasInput, hasRank, shapeOf } from './ruleMakers';
import { addDims, dtypeOf, floorDivDims, multiplyDims, normalizeAxis, replaceAxis, subtractDims } from './shapeMath';

/** The one number in input `index`, possibly symbolic; none where it is omitted or not known. */
function scalarValue(context: RuleContext, index: number): Dim | undefined {
  return context.input(index)?.value?.[0];
}

/** Frequencies of a one-sided transform of real input: floor(n / 2) + 1. */
function oneSided(length: Dim): Dim {
  return addDims(floorDivDims(length, 2), 1);
}

/** The transformed axis: attribute (default 1) in opset 17, input 2 (default -2) from opset 20 on. */
function transformAxis(context: RuleContext): number | undefined {
  if (context.opset < 20) return context.int('axis', 1);
  return hasInput(context, 2) ? context.numbers(2)?.[0] : -2;
}

/** DFT (opset 17 on): [batch, ..., real or complex] gives complex numbers in the last dimension. */
function inferTransform(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const shape = context.shape(0);
  if (!hasRank(context, shape, 2, 'part.input')) return;
  const given = transformAxis(context);
  const half = context.int('onesided', 0) !== 0;
  const isReal = half && context.int('inverse', 0) !== 0;
  if (given === undefined) {
    // Whichever axis it is: without a length, a transform of both sides keeps all sizes.
    const keeps = !half && !hasInput(context, 1);
    const sizes = shape.slice(0, -1).map((size, axis) => (keeps ? size : context.fresh(`d${axis}`)));
    context.output(0, dtype, [...sizes, isReal ? 1 : 2]);
    return;
  }
  const axis = normalizeAxis(given, shape.length);
  const length = hasInput(context, 1) ? (scalarValue(context, 1) ?? context.fresh('length')) : (shape[axis] ?? 0);
  if (isReal) {
    // The inverse of a one-sided spectrum is real, of twice its length.
    const restored = hasInput(context, 1) ? length : multiplyDims(subtractDims(length, 1), 2);
    context.output(0, dtype, [...replaceAxis(shape, axis, restored).slice(0, -1), 1]);
    return;
  }
  context.output(0, dtype, [...replaceAxis(shape, axis, half ? oneSided(length) : length).slice(0, -1), 2]);
}

/** STFT (opset 17): [batch, frames, frequencies, 2]. */
function inferShortTimeTransform(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const signal = context.shape(0);
  if (!hasRank(context, signal, 2, 'part.signal')) return;
  const frame = scalarValue(context, 3) ?? dimOrNone(context.shape(2), 0) ?? context.fresh('frame');
  const step = scalarValue(context, 1);
  const frames =
    step === undefined
      ? context.fresh('frames')
      : addDims(floorDivDims(subtractDims(dimOrNone(signal, 1) ?? 0, frame), step), 1);
  const bins = context.int('onesided', 1) !== 0 ? oneSided(frame) : frame;
  context.output(0, dtype, shapeOf(signal[0], frames, bins, 2));
}

/** MelWeightMatrix (opset 17): [floor(dft length / 2) + 1, mel bins]. */
function inferMelWeights(context: RuleContext): void {
  const bins = scalarValue(context, 0) ?? context.fresh('bins');
  const length = scalarValue(context, 1);
  const spectrum = length === undefined ? context.fresh('frequencies') : oneSided(length);
  context.output(0, dtypeFromOnnx(context.int('output_datatype', 1)), [spectrum, bins]);
}

/** A fast transform: 5 n log2(n) real operations for n complex points (the customary count of FFT benchmarks). */
function fastTransformOps(lengthAxis: (context: Parameters<Count>[0]) => number | undefined): Count {
  return (context) => {
    const length = lengthAxis(context);
    if (length === undefined) return undefined;
    return multiply(2.5 * Math.log2(Math.max(2, length)), context.outputElements(0));
  };
}

/** ai.onnx signal processing; the window functions are with the generators. */
export const signalOps: OpTable = {
  DFT: {
    infer: inferTransform,
    elementwiseOps: fastTransformOps((context) =>
      context.inputShape(0)?.at(context.opset < 20 ? context.int('axis', 1) : -2),
    ),
  },
  STFT: { infer: inferShortTimeTransform, elementwiseOps: fastTransformOps((context) => context.outputShape(0)?.[2]) },
  MelWeightMatrix: { infer: inferMelWeights, elementwiseOps: perOutput(2) },
};
