import { countMadeDimensions } from '../../engine/shapes/core/expectedSizes';
import { suggestion } from '../../shared/documents/nearest';
import type { AnalyzedModel } from './analyzeFile';

/** A name that no dimension of a model has, and the end of a sentence that says which ones there are. */
export interface UnknownDimension {
  readonly name: string;
  readonly instead: string;
}

/** Of names that are given numbers, those that mean nothing to a model. */
export function unknownDimensions(model: AnalyzedModel, names: readonly string[]): UnknownDimension[] {
  if (names.length === 0) return [];
  const known = dimensionNames(model);
  return names.filter((name) => !known.has(name)).map((name) => ({ name, instead: suggestion(name, [...known]) }));
}

/** Every name that a number can be given to: dimensions of the file, axes of its inputs, and what only a run decides. */
function dimensionNames({ inferred }: AnalyzedModel): Set<string> {
  const { inputs, outputs, valueInfo } = inferred.model.graph;
  const known = new Set<string>();
  for (const { type } of [...inputs, ...outputs, ...valueInfo.values()]) {
    for (const dim of type?.kind === 'tensor' ? (type.shape ?? []) : []) {
      if (typeof dim !== 'string') continue;
      known.add(dim);
      for (const [symbol] of dim.matchAll(/[A-Za-z_][\w.]*/g)) known.add(symbol);
    }
  }
  for (const { symbol } of countMadeDimensions(inferred.tensors.values(), new Map())) known.add(symbol);
  for (const { name, type } of inputs) {
    for (const [axis, dim] of (type?.kind === 'tensor' ? (type.shape ?? []) : []).entries()) {
      if (typeof dim !== 'number' || dim < 0) known.add(`${name}.${axis}`);
    }
  }
  return known;
}
