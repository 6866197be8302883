import type {
  ContractBlock,
  ContractCut,
  ContractDocument,
  ContractTensor,
  StartTensor,
  StateTensor,
} from './contract';

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
  const { returns, startsWith, startsAbove } = contract;
  const blocks = segment === null ? [] : [onlyId];
  const lastTier = sends.length === 0 ? position : tierCount - 1;
  const traffic = { receives, receivesAs, sends, sendsAs, answers, answersAbove };
  const state = {
    ...(returns !== undefined && { returns }),
    ...(startsWith !== undefined && { startsWith }),
    ...(startsAbove !== undefined && { startsAbove }),
  };
  return [{ id: onlyId, blocks, lastTier, ...traffic, ...state }];
}

/** The state that a tier keeps for each session. */
export function stateOf(contract: ContractDocument): readonly StateTensor[] {
  return blocksOf(contract).flatMap(({ state = [] }) => state);
}

/** The state of a tier and of those above it; a tier without any keeps nothing between requests, nor do those above. */
export function startsWithOf(contract: ContractDocument): readonly StartTensor[] {
  return cutsOf(contract)[0]?.startsWith ?? [];
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
  return cutsOf(contract).flatMap(({ receives, sends, answers, answersAbove, returns = [], startsWith = [] }) => [
    ...receives,
    ...sends,
    ...answers,
    ...answersAbove,
    ...returns,
    ...startsWith,
  ]);
}

/** Every tensor that a sub-model of the tier reads or makes for others. */
export function runTensors(contract: ContractDocument): readonly ContractTensor[] {
  return blocksOf(contract).flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
}
