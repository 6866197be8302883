import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { OnnxGraph, OnnxModel, TensorPayload } from '../../engine/onnx/model';
import type { InferredModel } from '../../engine/shapes/facts/inferred';
import { resolveExternalData } from '../../files/externalData';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/** An input that a model must be given, with every dimension a number. */
export interface InputSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * The inputs of a model whose dimensions are bound.
 * @throws DnnSplitError `bad-usage` that names an open dimension and how to bind it; `unsupported-model` for inputs that are no tensors
 */
export function modelInputs(inferred: InferredModel): InputSpec[] {
  return inferred.inputs.map((name) => {
    const fact = inferred.tensors.get(name);
    if (fact?.kind !== 'tensor' || fact.shape === undefined) {
      const message = say('trace.rankless', { input: name });
      throw new DnnSplitError('unsupported-model', message);
    }
    const shape = fact.shape.map((dim, axis) => {
      if (typeof dim === 'number') return dim;
      const symbol = dim.symbols[0] ?? `${name}.${axis}`;
      const message = say('trace.openDimension', { input: name, dimension: symbol });
      throw new DnnSplitError('bad-usage', message);
    });
    return { name, dtype: fact.dtype, shape };
  });
}

/**
 * Makes sure that the files with a model's weights are there, and long enough.
 * @throws DnnSplitError `external-data`
 */
export function checkWeights(model: OnnxModel, modelPath: string): void {
  const neededBytes = new Map<string, number>();
  for (const { location, offset, length } of externalPayloads(model.graph)) {
    neededBytes.set(location, Math.max(neededBytes.get(location) ?? 0, offset + (length ?? 0)));
  }
  for (const [location, needed] of neededBytes) {
    const { size } = statSync(resolveExternalData(modelPath, location));
    if (size >= needed) continue;
    const message = say('trace.weightsTruncated', {
      model: basename(modelPath),
      location: location.slice(0, 200),
      size,
      needed,
    });
    throw new DnnSplitError('external-data', message, { path: modelPath });
  }
}

function* externalPayloads(graph: OnnxGraph): Generator<Extract<TensorPayload, { kind: 'external' }>> {
  for (const { payload } of graph.initializers.values()) if (payload.kind === 'external') yield payload;
  for (const node of graph.nodes) {
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'graph') yield* externalPayloads(attribute.value);
      if (attribute.kind === 'graphs') for (const body of attribute.value) yield* externalPayloads(body);
    }
  }
}
