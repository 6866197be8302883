import type { ContractBlock, ContractCut, ContractDocument, ContractTensor } from './contract';

/** Id of the one cut, and of the one block, of a contract of version 1. */
const onlyId = 'only';

/** The sub-models of a tier, whichever version its contract has. */
export function blocksOf(contract: ContractDocument): readonly ContractBlock[] {
  if (contract.formatVersion === 2) return contract.blocks;
  return contract.segment === null ? [] : [{ id: onlyId, ...contract.segment }];
}

/** The cuts that a tier takes part in, whichever version its contract has; at least one. */
export function cutsOf(contract: ContractDocument): readonly ContractCut[] {
  if (contract.formatVersion === 2) return contract.cuts;
  const { receives, receivesAs, sends, sendsAs, answers, answersAbove, segment, position, tierCount } = contract;
  const blocks = segment === null ? [] : [onlyId];
  const lastTier = sends.length === 0 ? position : tierCount - 1;
  return [{ id: onlyId, blocks, lastTier, receives, receivesAs, sends, sendsAs, answers, answersAbove }];
}

/** The model's inputs and outputs as the tier's callers see them: those of its first cut, which all others share on the first tier. */
export function interfaceOf(contract: ContractDocument): {
  readonly inputs: readonly ContractTensor[];
  readonly outputs: readonly ContractTensor[];
} {
  const [first] = cutsOf(contract);
  return { inputs: first?.receives ?? [], outputs: [...(first?.answers ?? []), ...(first?.answersAbove ?? [])] };
}

/** Every tensor that a relay of the tier sends or takes, of any cut. */
export function travellingTensors(contract: ContractDocument): readonly ContractTensor[] {
  return cutsOf(contract).flatMap(({ receives, sends, answers, answersAbove }) => [
    ...receives,
    ...sends,
    ...answers,
    ...answersAbove,
  ]);
}

/** Every tensor that a sub-model of the tier reads or makes for others. */
export function runTensors(contract: ContractDocument): readonly ContractTensor[] {
  return blocksOf(contract).flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
}
