import type { OpTable, RuleContext } from '../rule';
import { none } from './counting';

/** An encoded image becomes [height, width, channels] of bytes; its size is known only when it is decoded. */
function inferDecode(context: RuleContext): void {
  const channels = context.string('pixel_format', 'RGB') === 'Grayscale' ? 1 : 3;
  context.output(0, 'uint8', [context.fresh('height'), context.fresh('width'), channels]);
}

/** An encoded image is a row of bytes of unknown length. */
function inferEncode(context: RuleContext): void {
  context.output(0, 'uint8', [context.fresh('bytes')]);
}

const unknownWork = (): undefined => undefined;

/** ai.onnx image decoding (opset 20). */
export const imagingOps: OpTable = {
  ImageDecoder: { infer: inferDecode, macs: none, elementwiseOps: unknownWork },
};

/** Image operators of ONNX Runtime Extensions. */
export const imagingExtensionOps: OpTable = {
  DecodeImage: { infer: inferDecode, macs: none, elementwiseOps: unknownWork },
  EncodeImage: { infer: inferEncode, macs: none, elementwiseOps: unknownWork },
};
