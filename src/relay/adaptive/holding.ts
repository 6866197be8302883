import type { ContractDocument } from '../../shared/documents/contract';
import { cutsOf } from '../../shared/documents/contractParts';
import { artifactOf } from '../inference/artifact';

/** What a tier can take part in. */
export interface Holding {
  readonly artifact: string;
  readonly policy?: string | undefined;
  readonly cuts: readonly string[];
}

export function holdingOf(contract: ContractDocument): Holding {
  return {
    artifact: artifactOf(contract),
    ...(contract.formatVersion === 2 && { policy: contract.policy.version }),
    cuts: cutsOf(contract).map(({ id }) => id),
  };
}
