import { Refusal } from '../../runtime/refusal';
import { datatypeOf, expectedBytes, type Tensor } from '../../runtime/tensor';
import type { ContractTensor, StartTensor } from '../../shared/documents/contract';

/** Sizes of symbolic dimensions, as the tensors of a request show them. */
export function sizesIn(expected: readonly ContractTensor[], tensors: readonly Tensor[]): ReadonlyMap<string, number> {
  const shapes = new Map(expected.map(({ name, shape }) => [name, shape]));
  const sizes = new Map<string, number>();
  for (const { name, shape } of tensors) {
    for (const [axis, dim] of (shapes.get(name) ?? []).entries()) {
      if (typeof dim === 'string') sizes.set(dim, shape[axis] ?? 1);
    }
  }
  return sizes;
}

/**
 * What a state is before the first step: zeros, and nothing along the axis that grows. A dimension that shows nowhere in the
 * request is 1, as a batch is.
 * @throws Refusal 400 where no such tensor can be made
 */
export function initialState(
  { name, dtype, shape, growsAlong }: StartTensor,
  sizes: ReadonlyMap<string, number>,
): Tensor {
  const datatype = datatypeOf(dtype);
  const dims = shape?.map((dim, axis) =>
    axis === growsAlong ? 0 : typeof dim === 'number' ? dim : (sizes.get(dim) ?? 1),
  );
  const bytes = datatype === undefined || dims === undefined ? undefined : expectedBytes(datatype, dims);
  if (datatype === undefined || dims === undefined || bytes === undefined) {
    throw new Refusal(
      400,
      `State "${name}" has no value to begin with. Send it with the first request of the session.`,
    );
  }
  return { name, datatype, shape: dims, data: new Uint8Array(bytes) };
}
