import { readFileSync } from 'node:fs';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import type { DimensionBindings, InferredModel } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';

/** Reads and infers a model file. */
export function inferFile(path: string, bindings: DimensionBindings = {}): InferredModel {
  return inferModel(readModel(bufferSource(readFileSync(path))), bindings);
}
