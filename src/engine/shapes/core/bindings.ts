import type { StatedDim } from '../../onnx/model';
import type { Dim } from '../algebra/dim';
import { symbolDim } from '../algebra/dimExpression';
import type { DimensionBindings } from '../facts/inferred';
import { parseDim } from './parseDim';

/** What exporters write for "not known" where a name belongs; two of them need not be equal. */
const placeholders = new Set(['', '?', '-1', 'None', 'none', 'unk', 'unknown', 'dynamic']);

/**
 * The dimension of a graph input. In this order: the binding `input.axis`; the number in the file; the binding of the
 * dimension's own name; an expression over names (`past + seq`); a symbol. A dimension without a usable name (none at
 * all, negative, or a placeholder such as `?`) is the symbol `input.axis`, so that it can be bound like any other.
 */
export function inputDim(input: string, axis: number, stated: StatedDim, bindings: DimensionBindings): Dim {
  const place = `${input}.${axis}`;
  const known = typeof stated === 'number' && stated >= 0;
  if (known) return stated;
  const byPlace = bindingOf(bindings, place);
  if (byPlace !== undefined) return byPlace;
  if (typeof stated !== 'string') return symbolDim(place);
  return bindingOf(bindings, stated) ?? (placeholders.has(stated) ? symbolDim(place) : namedDim(stated, bindings));
}

/** A dimension that the file names: bound, an expression over bound or open names, or a symbol. */
export function namedDim(name: string, bindings: DimensionBindings): Dim {
  return (
    bindingOf(bindings, name) ??
    parseDim(name, (symbol) => bindingOf(bindings, symbol) ?? symbolDim(symbol)) ??
    symbolDim(name)
  );
}

/** True for text that names a dimension rather than saying that it is not known. */
export function isDimName(text: string): boolean {
  return !placeholders.has(text);
}

function bindingOf(bindings: DimensionBindings, name: string): number | undefined {
  return Object.hasOwn(bindings, name) ? bindings[name] : undefined;
}
