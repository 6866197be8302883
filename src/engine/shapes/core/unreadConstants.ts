import type { OnnxGraph, OnnxTensor } from '../../onnx/model';
import { largestExternalConstantBytes } from '../../onnx/read/readTensor';
import { isIntegerType } from './tensorValue';

/** The files beside a model that hold integer constants of its graph small enough to be shapes, and could not be read. */
export function unreadConstantFiles(graph: OnnxGraph): readonly string[] {
  const files = new Set<string>();
  for (const tensor of graph.initializers.values()) addUnread(tensor, files);
  for (const node of graph.nodes) {
    if (node.op !== 'Constant') continue;
    for (const attribute of node.attributes.values())
      if (attribute.kind === 'tensor') addUnread(attribute.value, files);
  }
  return [...files];
}

function addUnread({ payload, dtype, bytes }: OnnxTensor, files: Set<string>): void {
  if (payload.kind !== 'external' || payload.bytes !== undefined || !isIntegerType(dtype)) return;
  if (bytes !== undefined && bytes <= largestExternalConstantBytes) files.add(payload.location);
}
