import { DnnSplitError } from '../shared/errors';

type Deed = 'open' | 'read' | 'write';

const sentences: Readonly<Record<string, (path: string, deed: Deed) => string>> = {
  ENOENT: (path) => `${path} does not exist; check its name and folder.`,
  EACCES: (path, deed) => `There is no permission to ${deed} ${path}; change its access rights or choose another file.`,
  EPERM: (path, deed) => `There is no permission to ${deed} ${path}; change its access rights or choose another file.`,
  EISDIR: (path) => `${path} is a folder; choose a file.`,
  ENOTDIR: (path) => `${path} lies under something that is not a folder; check the path.`,
  ENOSPC: (path) => `The disk is full: ${path} cannot be written; free some space and try again.`,
  EROFS: (path) => `${path} lies on a disk that is read-only; choose another folder.`,
  EMFILE: (path, deed) => `Too many files are open to ${deed} ${path}; close some programs and try again.`,
  ELOOP: (path) => `${path} is a loop of symbolic links; choose the file itself.`,
  ENAMETOOLONG: (path) => `The name ${path.slice(0, 80)}... is too long for the file system; choose a shorter one.`,
};

/** A file system's error as one sentence about the file. */
export function fileError(error: unknown, path: string, deed: Deed): DnnSplitError {
  if (DnnSplitError.is(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const sentence = sentences[code]?.(path, deed) ?? `${path} could not be ${past[deed]} (${code || 'unknown error'}).`;
  return new DnnSplitError('file-system', sentence, { path }, error instanceof Error ? error.stack : String(error));
}

const past: Readonly<Record<Deed, string>> = { open: 'opened', read: 'read', write: 'written' };
