import { type DType, dtypeFromOnnx } from '../../../shared/vocabulary/dtype';
import type { OpEntry, OpTable, RuleContext } from '../facts/rule';
import { perInput, perOutput } from './counting';
import { hasInput } from './ruleMakers';
import { dtypeOf } from './shapeMath';

/** Element type that a node states by number in an attribute, none where it is absent or 0. */
function statedType(context: RuleContext, attribute: string): DType | undefined {
  const code = context.int(attribute, 0);
  return code === 0 ? undefined : dtypeFromOnnx(code);
}

/**
 * QuantizeLinear (opset 10 on; `output_dtype` from 21; blocks do not change the shape). The zero point gives the type,
 * then `output_dtype`, else uint8.
 */
function inferQuantize(context: RuleContext): void {
  const byZeroPoint = hasInput(context, 2) ? dtypeOf(context, 2) : undefined;
  context.output(0, byZeroPoint ?? statedType(context, 'output_dtype') ?? 'uint8', context.shape(0));
}

/** DequantizeLinear: float32 before opset 19, then the scale's type unless opset 23's `output_dtype` says otherwise. */
function inferDequantize(context: RuleContext): void {
  const scale = dtypeOf(context, 1);
  context.output(
    0,
    statedType(context, 'output_dtype') ?? (scale === 'undefined' ? 'float32' : scale),
    context.shape(0),
  );
}

/** DynamicQuantizeLinear (opset 11): uint8 elements, a scalar scale and a scalar zero point. */
function inferDynamicQuantize(context: RuleContext): void {
  context.output(0, 'uint8', context.shape(0));
  context.output(1, 'float32', []);
  context.output(2, 'uint8', []);
}

export const quantizeEntry: OpEntry = { infer: inferQuantize, elementwiseOps: perOutput(3) };
export const dequantizeEntry: OpEntry = { infer: inferDequantize, elementwiseOps: perOutput(2) };

/** ai.onnx conversions between real and quantized elements; the quantized products are with their families. */
export const quantizationOps: OpTable = {
  QuantizeLinear: quantizeEntry,
  DequantizeLinear: dequantizeEntry,
  // A pass for the minimum and maximum, then the quantization.
  DynamicQuantizeLinear: { infer: inferDynamicQuantize, elementwiseOps: perInput(5) },
};
