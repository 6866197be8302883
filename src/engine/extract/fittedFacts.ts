import type { Dim } from '../shapes/algebra/dim';
import { type TensorFact, unknownFact } from '../shapes/facts/fact';
import type { InferredModel } from '../shapes/facts/inferred';
import type { BakedTensor } from './segmentPlan';

/** Symbols of the model that constants in a sub-model fit one number of only; `all` where it cannot be told which. */
export type FixedSymbols = ReadonlySet<string> | 'all';

/** The symbols that the elements of constants depend on, which are written as the bound dimensions make them. */
export function fixedSymbols(baked: Iterable<BakedTensor>, free: InferredModel): FixedSymbols {
  const symbols = new Set<string>();
  for (const { name } of baked) {
    const value = free.tensors.get(name)?.value;
    if (value === undefined) return 'all';
    for (const element of value) {
      if (typeof element === 'number') continue;
      if (element === undefined || element.cause !== undefined) return 'all';
      for (const symbol of element.symbols) symbols.add(symbol);
    }
  }
  return symbols;
}

/** The union of what several sub-models fix. */
export function allFixed(parts: readonly FixedSymbols[]): FixedSymbols {
  const symbols = new Set<string>();
  for (const part of parts) {
    if (part === 'all') return 'all';
    for (const symbol of part) symbols.add(symbol);
  }
  return symbols;
}

/** The type and shape of a tensor without any dimension bound but those that are fixed, which are the numbers of the plan. */
export function fittedFact(name: string, free: InferredModel, bound: InferredModel, fixed: FixedSymbols): TensorFact {
  const open = free.tensors.get(name) ?? unknownFact;
  const settled = bound.tensors.get(name) ?? unknownFact;
  if (fixed === 'all') return { ...open, dtype: settled.dtype, kind: settled.kind, shape: settled.shape };
  if (fixed.size === 0 || open.shape === undefined || open.shape.length !== settled.shape?.length) return open;
  const sizes = settled.shape;
  return { ...open, shape: open.shape.map((dim, axis) => (isFixed(dim, fixed) ? (sizes[axis] ?? dim) : dim)) };
}

function isFixed(dim: Dim, fixed: ReadonlySet<string>): boolean {
  if (typeof dim === 'number' || dim.cause !== undefined) return false;
  return dim.symbols.every((symbol) => fixed.has(symbol));
}
