import type { InferredModel } from '../../src/engine/shapes/facts/inferred';

/** What cannot be true of any tensor or node, whatever the model says; `undefined` where all could be. */
export function impossibleFact({ nodes, tensors }: InferredModel): string | undefined {
  for (const [name, { shape, value }] of tensors) {
    const sizes = (shape ?? []).filter((dim) => typeof dim === 'number');
    if (!sizes.every((size) => Number.isInteger(size) && size >= 0)) return `${name} is [${sizes}]`;
    if (value === undefined || shape === undefined || sizes.length < shape.length) continue;
    const elements = sizes.reduce((product, size) => product * size, 1);
    if (value.length !== elements) return `${name} is [${sizes}] with ${value.length} values`;
  }
  for (const { label, macs = 0, elementwiseOps = 0 } of nodes) {
    if (!(macs >= 0 && elementwiseOps >= 0)) return `${label}: ${macs} MACs, ${elementwiseOps} operations`;
  }
  return undefined;
}
