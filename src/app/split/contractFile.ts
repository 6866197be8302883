import { readTextFile } from '../../files/regularFile';
import { type ContractDocument, contractSchema } from '../../shared/documents/contract';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/** The contract at a path. @throws DnnSplitError `file-system` where there is none */
export function contractAt(path: string): ContractDocument {
  try {
    return contractSchema.parse(JSON.parse(readTextFile(path, 'contract')));
  } catch {
    throw new DnnSplitError('file-system', say('split.contract', { path }), { path });
  }
}
