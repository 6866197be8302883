import type { DType } from '../../../shared/dtype';
import type { OnnxType, StatedDim } from '../../onnx/model';
import type { Dim, Shape } from '../algebra/dim';
import type { TensorFact } from '../facts/fact';
import { fits } from './tensorValue';

/** Turns one dimension as a file states it into a dimension of the analysis. */
export type DimReader = (stated: StatedDim, axis: number) => Dim;

/** The fact that a stated type amounts to; dimensions go through `readDim`. */
export function factOfType(type: OnnxType | undefined, readDim: DimReader): TensorFact {
  const tensor = innermostTensor(type);
  const kind = kindOfType(type);
  const fact = { kind, dtype: tensor.dtype, shape: tensor.shape?.map(readDim), constant: false };
  return type?.kind === 'optional' ? { ...fact, content: kindOfType(type.element) } : fact;
}

function kindOfType(type: OnnxType | undefined): TensorFact['kind'] {
  if (type === undefined || type.kind === 'sparse-tensor') return 'tensor';
  return type.kind;
}

interface InnermostTensor {
  readonly dtype: DType;
  readonly shape: readonly StatedDim[] | undefined;
}

function innermostTensor(type: OnnxType | undefined): InnermostTensor {
  let inner = type;
  while (inner !== undefined && (inner.kind === 'sequence' || inner.kind === 'optional')) inner = inner.element;
  if (inner?.kind === 'tensor' || inner?.kind === 'sparse-tensor') return inner;
  return { dtype: 'undefined', shape: undefined };
}

/** How a stated type contradicts what was inferred; nothing where they agree or cannot be compared. */
export function disagreement(inferred: TensorFact, stated: TensorFact): string | undefined {
  if (inferred.dtype !== stated.dtype && inferred.dtype !== 'undefined' && stated.dtype !== 'undefined') {
    return `its elements are ${inferred.dtype} but the file says ${stated.dtype}`;
  }
  if (inferred.shape === undefined || stated.shape === undefined) return undefined;
  if (inferred.shape.length !== stated.shape.length) {
    return `its rank is ${inferred.shape.length} but the file says ${stated.shape.length}`;
  }
  for (const [axis, dim] of inferred.shape.entries()) {
    const other = stated.shape[axis];
    if (typeof dim === 'number' && typeof other === 'number' && dim !== other) {
      return `dimension ${axis} is ${dim} but the file says ${other}`;
    }
  }
  return undefined;
}

/**
 * What was inferred, with the gaps filled from what the file states: unknown types, ranks and unsettled dimensions. A
 * number that the file states is more than an expression that was inferred, as it is for `onnx.shape_inference`.
 */
export function fillGaps(inferred: TensorFact, stated: TensorFact): TensorFact {
  const kind = inferred.dtype === 'undefined' && inferred.shape === undefined ? stated.kind : inferred.kind;
  const dtype = inferred.dtype === 'undefined' ? stated.dtype : inferred.dtype;
  const shape = fillShape(inferred.shape, stated.shape);
  if (kind === inferred.kind && dtype === inferred.dtype && shape === inferred.shape) return inferred;
  const { value, ...rest } = inferred;
  const filled = { ...rest, kind, dtype, shape };
  return value !== undefined && fits(value, shape) ? { ...filled, value } : filled;
}

function fillShape(inferred: Shape, stated: Shape): Shape {
  if (inferred === undefined) return stated;
  if (stated === undefined || stated.length !== inferred.length || inferred.every(isNumber)) return inferred;
  return inferred.map((dim, axis) => {
    const other = stated[axis];
    if (typeof dim === 'number' || other === undefined) return dim;
    return typeof other === 'number' || (!isSettled(dim) && isSettled(other)) ? other : dim;
  });
}

function isNumber(dim: Dim): boolean {
  return typeof dim === 'number';
}

/** False for dimensions that no binding can turn into a number. */
function isSettled(dim: Dim): boolean {
  return typeof dim === 'number' || dim.cause === undefined;
}
