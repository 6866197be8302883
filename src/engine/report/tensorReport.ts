import type { ReportDim, TensorReport } from '../../shared/reports/tensorReports';
import { byteLength, type DType } from '../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../shapes/algebra/dim';
import { expectedShape } from '../shapes/core/expectedSizes';
import type { InferredModel } from '../shapes/facts/inferred';
import type { DataTensor } from '../split/splitGraph';

/** A dimension as reports have it: a number, or the expression's text. */
function reportDim(dim: Dim): ReportDim {
  return typeof dim === 'number' ? dim : dim.key;
}

/** A shape as reports have it; `null` where not even the rank is known. */
export function reportShape(shape: Shape): readonly ReportDim[] | null {
  return shape === undefined ? null : shape.map(reportDim);
}

/** A tensor of the split graph. */
export function dataTensorReport(tensor: DataTensor): TensorReport {
  return {
    name: tensor.name,
    dtype: tensor.dtype,
    shape: reportShape(tensor.shape),
    bytes: tensor.bytes ?? null,
  };
}

/** A named tensor of a model by what is known of it. */
export function factReport(name: string, { tensors, expected }: InferredModel): TensorReport {
  const fact = tensors.get(name);
  if (fact === undefined) return { name, dtype: 'undefined', shape: null, bytes: null };
  const shape = fact.kind === 'tensor' ? fact.shape : undefined;
  return {
    name,
    dtype: fact.dtype,
    shape: reportShape(shape),
    bytes: shapeBytes(fact.dtype, expectedShape(shape, expected)),
  };
}

/** Bytes of a tensor in its own type; `null` where a dimension or the element size is unknown. */
function shapeBytes(dtype: DType, shape: Shape): number | null {
  if (shape === undefined) return null;
  let elements = 1;
  for (const dim of shape) {
    if (typeof dim !== 'number') return null;
    elements *= dim;
  }
  return byteLength(dtype, elements) ?? null;
}
