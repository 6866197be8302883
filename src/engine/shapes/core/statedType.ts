import { type Sentence, say } from '../../../shared/messages/say';
import type { DType } from '../../../shared/vocabulary/dtype';
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
  const content = type?.kind === 'optional' || type?.kind === 'sequence' ? kindOfType(type.element) : undefined;
  const isPlain = content === undefined || (kind === 'sequence' && content === 'tensor');
  return {
    ...fact,
    ...(!isPlain && { content }),
    ...(tensor.key !== undefined && { key: tensor.key }),
  };
}

function kindOfType(type: OnnxType | undefined): TensorFact['kind'] {
  return type?.kind ?? 'tensor';
}

/** The type of the fact as a person reads it: `sequence(map(int64, float32))`; nothing for a plain tensor. */
export function containerText({ kind, dtype, content, key = 'undefined' }: TensorFact): string | undefined {
  const textOf = (held: TensorFact['kind']): string =>
    held === 'map' ? `map(${key}, ${dtype})` : held === 'tensor' ? dtype : `${held}(${dtype})`;
  if (kind === 'tensor') return undefined;
  return kind === 'sequence' || kind === 'optional' ? `${kind}(${textOf(content ?? 'tensor')})` : textOf(kind);
}

interface InnermostTensor {
  readonly dtype: DType;
  readonly shape: readonly StatedDim[] | undefined;
  /** Type of the keys where it is the values of a map. */
  readonly key?: DType;
}

function innermostTensor(type: OnnxType | undefined): InnermostTensor {
  let inner = type;
  while (inner !== undefined && (inner.kind === 'sequence' || inner.kind === 'optional')) inner = inner.element;
  if (inner?.kind === 'tensor' || inner?.kind === 'sparse-tensor') return inner;
  if (inner?.kind === 'map') return { ...innermostTensor(inner.value), shape: undefined, key: inner.key };
  return { dtype: 'undefined', shape: undefined };
}

/** How a stated type contradicts what was inferred; nothing where they agree or cannot be compared. */
export function disagreement(inferred: TensorFact, stated: TensorFact): Sentence | undefined {
  if (inferred.dtype !== stated.dtype && inferred.dtype !== 'undefined' && stated.dtype !== 'undefined') {
    return say('shapes.statedType', { inferred: inferred.dtype, stated: stated.dtype });
  }
  if (inferred.shape === undefined || stated.shape === undefined) return undefined;
  if (inferred.shape.length !== stated.shape.length) {
    return say('shapes.statedRank', { inferred: inferred.shape.length, stated: stated.shape.length });
  }
  for (const [axis, dim] of inferred.shape.entries()) {
    const other = stated.shape[axis];
    if (typeof dim === 'number' && typeof other === 'number' && dim !== other) {
      return say('shapes.statedDim', { axis, inferred: dim, stated: other });
    }
  }
  return undefined;
}

/** Whether the type is that of the fact, number by number: then there is nothing to compare and nothing to fill. */
export function isStatedAs({ dtype, shape }: TensorFact, type: OnnxType): boolean {
  if ((type.kind !== 'tensor' && type.kind !== 'sparse-tensor') || type.dtype !== dtype) return false;
  if (shape === undefined || type.shape?.length !== shape.length) return false;
  for (let axis = 0; axis < shape.length; axis++) {
    if (typeof shape[axis] !== 'number' || shape[axis] !== type.shape[axis]) return false;
  }
  return true;
}

/**
 * What was inferred, with the gaps filled from what the file states: unknown types, ranks and unsettled dimensions. A
 * number that the file states is more than an expression that was inferred, as it is for `onnx.shape_inference`.
 */
export function fillGaps(inferred: TensorFact, stated: TensorFact): TensorFact {
  const kind = inferred.dtype === 'undefined' && inferred.shape === undefined ? stated.kind : inferred.kind;
  const dtype = inferred.dtype === 'undefined' ? stated.dtype : inferred.dtype;
  const shape = fillShape(inferred.shape, stated.shape);
  const isOfKind = kind === stated.kind;
  const content = inferred.content ?? (isOfKind ? stated.content : undefined);
  const key = inferred.key ?? (isOfKind ? stated.key : undefined);
  const isSame = kind === inferred.kind && dtype === inferred.dtype && shape === inferred.shape;
  if (isSame && content === inferred.content && key === inferred.key) return inferred;
  const { value, ...rest } = inferred;
  const filled = {
    ...rest,
    kind,
    dtype,
    shape,
    ...(content !== undefined && { content }),
    ...(key !== undefined && { key }),
  };
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
