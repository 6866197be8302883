import { type Sentence, say } from '../shared/messages/say';
import { mostEditorFileMB } from '../shared/protocol/editorFileLimit';
import { DnnSplitError } from '../shared/work/errors';

type Deed = 'open' | 'read' | 'write';

type Told = (path: string, deed: Deed) => Sentence;

const noPermission: Told = (path, deed) => say(mayNot[deed], { path });
const diskFull: Told = (path) => say('disk.full', { path });

const mayNot = { open: 'disk.mayNotOpen', read: 'disk.mayNotRead', write: 'disk.mayNotWrite' } as const;
const failed = { open: 'disk.notOpened', read: 'disk.notRead', write: 'disk.notWritten' } as const;

const sentences: Readonly<Record<string, Told>> = {
  ENOENT: (path, deed) => say(deed === 'write' ? 'disk.noPlace' : 'disk.missing', { path }),
  EACCES: noPermission,
  EPERM: noPermission,
  EISDIR: (path) => say('disk.folder', { path }),
  ENOTDIR: (path) => say('disk.underFile', { path }),
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EFBIG: (path, deed) =>
    deed === 'write' ? say('disk.tooLarge', { path }) : say('disk.tooLargeHere', { path, size: mostEditorFileMB }),
  EROFS: (path) => say('disk.readOnly', { path }),
  EBUSY: (path) => say('disk.busy', { path }),
  EXDEV: (path) => say('disk.otherDisk', { path }),
  EMFILE: (path) => say('disk.tooManyOpen', { path }),
  ELOOP: (path) => say('disk.linkLoop', { path }),
  ENAMETOOLONG: (path) => say('disk.longName', { path: path.slice(0, 80) }),
};

/** A file system's error as one sentence about the file. */
export function fileError(error: unknown, path: string, deed: Deed): DnnSplitError {
  if (DnnSplitError.is(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const sentence = sentences[code]?.(path, deed) ?? say(failed[deed], { path, code: code || 'unknown error' });
  return new DnnSplitError('file-system', sentence, { path }, error instanceof Error ? error.stack : String(error));
}
