import type { Shape } from '../algebra/dim';
import type { TensorFact } from '../facts/fact';
import type { InferredModel } from '../facts/inferred';

/** The tensors that have sizes that are no numbers, or no shape at all: most models have few. */
export function openTensors(tensors: InferredModel['tensors']): InferredModel['tensors'] {
  const open = new Map<string, TensorFact>();
  tensors.forEach((fact, name) => {
    if (!isNumeric(fact.shape)) open.set(name, fact);
  });
  return open;
}

/** `every` would call a function for each size of each tensor. */
function isNumeric(shape: Shape): boolean {
  if (shape === undefined) return false;
  for (let axis = 0; axis < shape.length; axis++) if (typeof shape[axis] !== 'number') return false;
  return true;
}

/**
 * The symbols that stand between tensors and their size, with the number of tensors in whose shape each occurs. Tensors
 * that no binding can settle (a dimension that a node makes) do not count. Most first, then by name.
 */
export function countOpenSymbols(facts: Iterable<TensorFact>): InferredModel['openSymbols'] {
  const counts = new Map<string, number>();
  for (const { shape } of facts) {
    const open = shape?.filter((dim) => typeof dim !== 'number') ?? [];
    if (open.length === 0 || open.some((dim) => dim.cause !== undefined)) continue;
    for (const symbol of new Set(open.flatMap((dim) => dim.symbols))) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  }
  return [...counts]
    .map(([symbol, tensors]) => ({ symbol, tensors }))
    .sort((left, right) => right.tensors - left.tensors || (left.symbol < right.symbol ? -1 : 1));
}
