import { bufferSource } from '../../src/engine/onnx/byteSource';
import { readModel } from '../../src/engine/onnx/read/readModel';
import type { Dim } from '../../src/engine/shapes/algebra/dim';
import { substituteDim } from '../../src/engine/shapes/algebra/substituteDim';
import type { DimensionBindings, InferredModel } from '../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../src/engine/shapes/inferModel';
import { type BuiltModel, buildModel } from './onnxBuilder';
import type { RunResult } from './runBuilt';

/** Inference over a built model; nothing is bound, so symbols stay symbols. */
export function inferBuilt(spec: BuiltModel, bindings: DimensionBindings = {}): InferredModel {
  return inferModel(readModel(bufferSource(buildModel(spec))), bindings);
}

/** Shape of a tensor after inference as text or numbers; symbols are put in afterwards, to test the expressions. */
export function inferredResult(
  inferred: InferredModel,
  name: string,
  symbols: Readonly<Record<string, number>> = {},
): RunResult | { readonly dtype: string; readonly shape: readonly (number | string)[] | undefined } {
  const fact = inferred.tensors.get(name);
  const bindings = new Map(Object.entries(symbols));
  const settle = (dim: Dim): number | string => {
    const settled = substituteDim(dim, bindings);
    return typeof settled === 'number' ? settled : settled.key;
  };
  return { dtype: fact?.dtype ?? 'undefined', shape: fact?.shape?.map(settle) };
}
