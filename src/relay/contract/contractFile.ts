import { type FileKind, readTextFile } from '../../files/regularFile';
import { type ContractDocument, contractSchema } from '../../shared/documents/contract';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/** Reads the contract of a tier. @throws DnnSplitError `file-system`, `invalid-plan` */
export async function readContract(path: string): Promise<ContractDocument> {
  const text = await readNamedFile(path, 'contract');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new DnnSplitError('invalid-plan', say('contract.notJson', { path }), { path });
  }
  const parsed = contractSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DnnSplitError(
    'invalid-plan',
    say('contract.otherVersion', { path, place: issue?.path.join('.') ?? '', problem: issue?.message ?? '' }),
    { path },
  );
}

/** Text of a file. @param kind names it in the error and bounds its size @throws DnnSplitError `file-system` */
export async function readNamedFile(path: string, kind: FileKind): Promise<string> {
  return readTextFile(path, kind);
}
