import type { ContractDocument } from '../../../shared/documents/contract';
import { type PartRunner, unservable } from '../../../shared/documents/unservable';
import { DnnSplitError } from '../../../shared/errors';

/** @throws DnnSplitError `unsupported-model` with the first thing that a relay of the chain cannot serve */
export function requireServable(contracts: readonly ContractDocument[], runner: PartRunner): void {
  for (const contract of contracts) {
    const wrong = unservable(contract, runner);
    if (wrong !== undefined) throw new DnnSplitError('unsupported-model', wrong);
  }
}
