import type { OpTable, RuleContext } from '../facts/rule';
import { none, perInput, unknownCount } from './counting';
import { dimsFromValue, shapeOf } from './ruleMakers';
import { dtypeOf, floorDivDims } from './shapeMath';

/** An encoded image becomes [height, width, channels] of bytes; its size is known only when it is decoded. */
function inferDecode(context: RuleContext): void {
  const channels = context.string('pixel_format', 'RGB') === 'Grayscale' ? 1 : 3;
  context.output(0, 'uint8', [context.fresh('height'), context.fresh('width'), channels]);
}

/** An encoded image is a row of bytes of unknown length. */
function inferEncode(context: RuleContext): void {
  context.output(0, 'uint8', [context.fresh('bytes')]);
}

/**
 * Col2Im (opset 18): columns [N, C x block, L] go back to [N, C, image...]; inputs 1 and 2 are the sizes of the image and
 * of a block.
 */
function inferColumnsToImage(context: RuleContext): void {
  const dtype = dtypeOf(context, 0);
  const image = dimsFromValue(context, 1);
  const block = context.input(2)?.value;
  const [batch, rows] = context.shape(0) ?? [];
  if (image === undefined) {
    const rank = context.shape(1)?.[0];
    const spatial =
      typeof rank === 'number' ? Array.from({ length: rank }, (_, axis) => context.fresh(`d${axis}`)) : undefined;
    context.output(0, dtype, spatial && shapeOf(batch, context.fresh('channels'), ...spatial));
    return;
  }
  let channels = rows;
  for (const size of block ?? [undefined]) {
    channels = channels === undefined || size === undefined ? undefined : floorDivDims(channels, size);
  }
  context.output(0, dtype, shapeOf(batch, channels ?? context.fresh('channels'), ...image));
}

/** ai.onnx image decoding (opset 20) and rearrangement. */
export const imagingOps: OpTable = {
  Col2Im: { infer: inferColumnsToImage, elementwiseOps: perInput(1) },
  ImageDecoder: { infer: inferDecode, macs: none, elementwiseOps: unknownCount },
};

/** Image operators of ONNX Runtime Extensions. */
export const imagingExtensionOps: OpTable = {
  DecodeImage: { infer: inferDecode, macs: none, elementwiseOps: unknownCount },
  EncodeImage: { infer: inferEncode, macs: none, elementwiseOps: unknownCount },
};
