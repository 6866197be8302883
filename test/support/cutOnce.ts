import type { PreparedSplit } from '../../src/app/split/deploySplit';
import type { ContractDocument, SingleCutContract } from '../../src/shared/documents/contract';

/** Contracts that hold one cut each. */
export function cutOnce(contracts: readonly ContractDocument[]): SingleCutContract[] {
  return contracts.map((contract) => {
    if (contract.formatVersion !== 1) throw new Error(`the contract of ${contract.tier} holds several cuts`);
    return contract;
  });
}

/** A split whose contracts hold one cut each. */
export function splitOnce(prepared: PreparedSplit) {
  return { ...prepared, contracts: cutOnce(prepared.contracts) };
}
export type OnceSplit = ReturnType<typeof splitOnce>;
