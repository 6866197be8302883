import { Refusal } from '../../runtime/refusal';
import { datatypeOf, type Tensor } from '../../runtime/tensor';
import type { ContractTensor } from '../../shared/documents/contract';
import { type Sentence, say } from '../../shared/messages/say';
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
    throw new Refusal(400, say('input.unknown', { tier, name: unknown, names }));
  }
  return expected.map(({ wanted, tensor }) => {
    if (tensor === undefined) throw new Refusal(400, say('input.missing', { name: wanted.name }));
    const datatype = datatypeOf(wanted.dtype);
    if (datatype === undefined)
      throw new Refusal(400, say('input.uncarried', { name: wanted.name, dtype: wanted.dtype }));
    const misfit = shapeMisfit(wanted, tensor.shape);
    if (misfit !== undefined) throw new Refusal(400, say('input.misfit', { misfit }));
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
    if (tensor === undefined) throw new Refusal(502, say('peer.noTensor', { title, name: wanted.name }));
    const misfit = typeMisfit(wanted, tensor) ?? shapeMisfit(wanted, tensor.shape);
    if (misfit !== undefined) throw new Refusal(502, say('peer.misfit', { title, misfit }));
    return tensor;
  });
}

function typeMisfit({ name, dtype }: ContractTensor, { datatype }: Tensor): Sentence | undefined {
  const wanted = datatypeOf(dtype);
  return wanted === datatype ? undefined : say('misfit.type', { name, datatype, wanted: wanted ?? dtype });
}

function shapeMisfit({ name, shape: expected }: ContractTensor, shape: readonly number[]): Sentence | undefined {
  if (expected === null) return undefined;
  const fits =
    expected.length === shape.length && expected.every((dim, axis) => typeof dim === 'string' || dim === shape[axis]);
  if (fits) return undefined;
  return say('misfit.shape', { name, shape: shape.join(', '), expected: expected.join(', ') });
}
