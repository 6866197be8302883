import type { ContractDocument, StateTensor } from '../../../shared/documents/contract';
import { cutsOf, stateOf } from '../../../shared/documents/contractParts';

/** State that Triton can keep by itself: its size is the same in every step. */
export interface ImplicitState {
  readonly input: string;
  readonly output: string;
  readonly dtype: string;
  readonly dims: readonly number[];
}

/**
 * The state of a part that Triton keeps for each sequence (implicit state). Caches that grow are not among it: Triton takes
 * every open dimension of a state for 1 in the first request, so that no state can begin empty. The relay keeps those and
 * sends them along, as it does with state that other tiers read too.
 */
export function implicitState(contract: ContractDocument): ImplicitState[] {
  const elsewhere = new Set(
    cutsOf(contract)
      .flatMap(({ sends, answers, receives }) => [...sends, ...answers, ...receives])
      .map(({ name }) => name),
  );
  return stateOf(contract).flatMap((state) => {
    const { input, output, dtype, growsAlong = null } = state;
    const dims = dimsOf(state);
    const isOwn = !elsewhere.has(output) && madeHere(contract, output);
    if (dtype === undefined || dims === undefined || growsAlong !== null || !isOwn) return [];
    return [{ input, output, dtype, dims }];
  });
}

function dimsOf({ shape }: StateTensor): number[] | undefined {
  const dims = shape?.filter((dim) => typeof dim === 'number');
  return dims === undefined || dims.length === 0 || dims.length !== shape?.length ? undefined : dims;
}

function madeHere(contract: ContractDocument, output: string): boolean {
  return contract.formatVersion === 1 && contract.segment?.outputs.some(({ name }) => name === output) === true;
}
