import { Refusal } from '../../runtime/refusal';
import { datatypeOf, type Tensor } from '../../runtime/tensor';
import type { ContractTensor } from '../../shared/documents/contract';
import { decodeFromWire } from './wireEncoding';

/** Inputs in the contract's order and types. @throws Refusal 400 for a missing, unknown or unfit one */
export function checkInputs(tier: string, receives: readonly ContractTensor[], inputs: readonly Tensor[]): Tensor[] {
  const given = new Map(inputs.map((tensor) => [tensor.name, tensor]));
  const expected = receives.map((wanted) => {
    const tensor = given.get(wanted.name);
    if (tensor === undefined) return { wanted };
    given.delete(wanted.name);
    return { wanted, tensor };
  });
  const [unknown] = given.keys();
  if (unknown !== undefined) {
    const names = receives.map(({ name }) => `"${name}"`).join(', ');
    throw new Refusal(400, `Tier ${tier} takes no input "${unknown}"; it takes ${names}.`);
  }
  return expected.map(({ wanted, tensor }) => {
    if (tensor === undefined) throw new Refusal(400, `Input "${wanted.name}" is missing.`);
    const datatype = datatypeOf(wanted.dtype);
    if (datatype === undefined)
      throw new Refusal(400, `Input "${wanted.name}" is ${wanted.dtype}, which the protocol cannot carry.`);
    const misfit = shapeMisfit(wanted, tensor.shape);
    if (misfit !== undefined) throw new Refusal(400, `Input ${misfit}`);
    return decodeFromWire(tensor, datatype);
  });
}

/**
 * Tensors that another server made, in the contract's order.
 * @param title names that server
 * @throws Refusal 502 for a missing one, or one of another type or shape than the contract's
 */
export function checkReturned(
  title: string,
  expected: readonly ContractTensor[],
  returned: readonly Tensor[],
): Tensor[] {
  const given = new Map(returned.map((tensor) => [tensor.name, tensor]));
  return expected.map((wanted) => {
    const tensor = given.get(wanted.name);
    if (tensor === undefined) throw new Refusal(502, `${title} did not answer tensor "${wanted.name}".`);
    const misfit = typeMisfit(wanted, tensor) ?? shapeMisfit(wanted, tensor.shape);
    if (misfit !== undefined) throw new Refusal(502, `${title} answered something that does not fit: tensor ${misfit}`);
    return tensor;
  });
}

function typeMisfit({ name, dtype }: ContractTensor, { datatype }: Tensor): string | undefined {
  const wanted = datatypeOf(dtype);
  return wanted === datatype ? undefined : `"${name}" is ${datatype}, not ${wanted ?? dtype}.`;
}

function shapeMisfit({ name, shape: expected }: ContractTensor, shape: readonly number[]): string | undefined {
  if (expected === null) return undefined;
  const fits =
    expected.length === shape.length && expected.every((dim, axis) => typeof dim === 'string' || dim === shape[axis]);
  if (fits) return undefined;
  return `"${name}" has shape [${shape.join(', ')}], not [${expected.join(', ')}].`;
}
