import { type Executor, unhurriedCall } from '../../runtime/executor';
import { datatypeOf, expectedBytes, type Tensor } from '../../runtime/tensor';
import type { ContractBlock, ContractTensor } from '../../shared/documents/contract';

/** ONNX Runtime lays out its memory in the first run and uses the layout from the second on. */
const runs = 2;

/**
 * Lets a sub-model run on zeros, so that the first request does not pay for what happens only once. A sub-model that does
 * not run on zeros, or not on single elements in its open dimensions, is as good without.
 */
export async function warmUp(executor: Executor, block: Pick<ContractBlock, 'inputs'>): Promise<void> {
  const inputs = block.inputs.map(zeros);
  if (!inputs.every((tensor) => tensor !== undefined)) return;
  try {
    for (let run = 0; run < runs; run += 1) await executor.run(inputs, unhurriedCall);
  } catch {
    // The first request will be slower then.
  }
}

function zeros({ name, dtype, shape }: ContractTensor): Tensor | undefined {
  const datatype = datatypeOf(dtype);
  const dims = shape?.map((dim) => (typeof dim === 'string' ? 1 : dim));
  if (datatype === undefined || dims === undefined) return undefined;
  const bytes = expectedBytes(datatype, dims);
  return bytes === undefined ? undefined : { name, datatype, shape: dims, data: new Uint8Array(bytes) };
}
