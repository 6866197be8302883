import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, win32 } from 'node:path';
import { type Sentence, say } from '../shared/messages/say';
import { DnnSplitError } from '../shared/work/errors';
import { type FileSource, openFileSource } from './fileSource';
import { isBelow } from './reach';

/** Reads of constants from files beside a model; real models have far fewer that are small. */
const mostReadsBeside = 10_000;

/**
 * The file that an external tensor's `location` names. A location comes from the model and may be an attack: it must stay
 * in the model's folder, whether by its text, by a symbolic link or by a hard link (cf. CVE-2024-5187, CVE-2022-25882).
 * One way out is open: the cache of Hugging Face keeps each file as `blobs/<hash>` beside `snapshots/<revision>`, where the
 * model's folder holds links to them. Whoever made the folder made these links too, so that any other target, be it a
 * person's keys, would end up in an exported file; a blob lies in the tree of the model itself and is named by its hash.
 * @throws DnnSplitError `external-data` where it does not stay there, or is missing.
 */
export function resolveExternalData(modelPath: string, location: string): string {
  const refuse = (reason: Sentence): DnnSplitError =>
    new DnnSplitError(
      'external-data',
      say('weights.refused', { model: basename(modelPath), location: location.slice(0, 200), reason }),
      { path: modelPath },
    );
  const parts = location.split(/[/\\]/);
  if (location === '' || location.includes('\0')) throw refuse(say('weights.noName', {}));
  if (isAbsolute(location) || win32.isAbsolute(location) || /^[A-Za-z]:/.test(location)) {
    throw refuse(say('weights.absolute', {}));
  }
  if (parts.includes('..')) throw refuse(say('weights.leadsOut', {}));

  const folder = realpathSync(dirname(modelPath));
  let path: string;
  try {
    path = realpathSync(join(folder, location));
  } catch {
    throw new DnnSplitError(
      'external-data',
      say('weights.missing', { model: basename(modelPath), location: location.slice(0, 200) }),
      { path: modelPath },
    );
  }
  if (!isBelow(path, folder) && !isBlobOf(path, folder)) {
    const target = path.slice(0, 200);
    throw new DnnSplitError(
      'external-data',
      say('weights.link', { model: basename(modelPath), location: location.slice(0, 200), target }),
      { path: modelPath },
    );
  }
  const status = lstatSync(path);
  if (!status.isFile()) throw refuse(say('weights.irregular', {}));
  if (status.nlink > 1) throw refuse(say('weights.hardLink', {}));
  return path;
}

/** Names that the cache of Hugging Face gives to files: SHA-1 of Git, SHA-256 of large ones. */
const blobName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** True for `<root>/blobs/<hash>` where the folder is `<root>/snapshots/<revision>` or below it; both without links. */
function isBlobOf(path: string, folder: string): boolean {
  const blobs = dirname(path);
  if (basename(blobs) !== 'blobs' || !blobName.test(basename(path))) return false;
  const snapshots = join(dirname(blobs), 'snapshots');
  return folder !== snapshots && isBelow(folder, snapshots);
}

/**
 * Opens the file that holds external tensors of a model.
 * @throws DnnSplitError `external-data`, see `resolveExternalData`.
 */
export function openExternalData(modelPath: string, location: string): FileSource {
  return openFileSource(resolveExternalData(modelPath, location), 'weights');
}

/**
 * Opens a model file for reading its structure, small constants that it keeps in files beside it included. Of these files
 * one is open at a time; those that are missing or may not be read are passed over.
 * @throws DnnSplitError `file-system`, see `openFileSource`.
 */
export function openModelSource(modelPath: string): FileSource {
  const model = openFileSource(modelPath);
  let current: { readonly location: string; readonly file: FileSource | undefined } | undefined;
  let reads = 0;
  const fileAt = (location: string): FileSource | undefined => {
    if (current?.location !== location) {
      current?.file?.close();
      current = { location, file: undefined };
      current = { location, file: openExternalData(modelPath, location) };
    }
    return current.file;
  };
  return {
    size: model.size,
    descriptor: model.descriptor,
    identity: model.identity,
    read: (offset, length) => model.read(offset, length),
    readBeside(location, offset, length) {
      if (++reads > mostReadsBeside) return undefined;
      try {
        const file = fileAt(location);
        return file !== undefined && offset + length <= file.size ? file.read(offset, length) : undefined;
      } catch (error) {
        if (DnnSplitError.is(error)) return undefined;
        throw error;
      }
    },
    close() {
      model.close();
      current?.file?.close();
    },
  };
}
