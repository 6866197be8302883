import { DnnSplitError } from '../shared/errors';

type Deed = 'open' | 'read' | 'write';

type Sentence = (path: string, deed: Deed) => string;

const noPermission: Sentence = (path, deed) =>
  `There is no permission to ${deed} ${path}; change its access rights or choose another ${deed === 'write' ? 'place' : 'file'}.`;
const diskFull: Sentence = (path) => `The disk is full: ${path} cannot be written; free some space and try again.`;

const sentences: Readonly<Record<string, Sentence>> = {
  ENOENT: (path, deed) =>
    deed === 'write'
      ? `${path} cannot be made there; choose another folder.`
      : `${path} does not exist; check its name and folder.`,
  EACCES: noPermission,
  EPERM: noPermission,
  EISDIR: (path) => `${path} is a folder; choose a file.`,
  ENOTDIR: (path) => `${path} lies under something that is not a folder; check the path.`,
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EFBIG: (path) => `${path} is larger than its disk allows; choose another folder.`,
  EROFS: (path) => `${path} lies on a disk that is read-only; choose another folder.`,
  EBUSY: (path) => `${path} is in use by another program; close it and try again.`,
  EXDEV: (path) => `${path} leads to another disk; choose another folder.`,
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
