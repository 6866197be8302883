import { createHash, type Hash } from 'node:crypto';
import { externalLocations } from '../../engine/onnx/externalLocations';
import { openExternalData } from '../../files/externalData';
import { type FileSource, openFileSource } from '../../files/fileSource';
import { DnnSplitError } from '../../shared/work/errors';
import { throwIfCanceled, type Work } from '../../shared/work/work';
import type { AnalyzedModel } from '../model/analyzeFile';

/**
 * Identifies an export: the model's nodes, every byte of its weights, and what `borders` says of where it is cut. Parts with
 * the same id belong together. Weights whose file is missing count by their name and place alone. `sha256:` and 64
 * hexadecimal digits.
 * @throws DnnSplitError `file-system`, `canceled`
 */
export function artifactId(
  { path, inferred, structureHash }: AnalyzedModel,
  borders: readonly unknown[],
  work: Work,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([structureHash, borders]));
  addFile(hash, openFileSource(path), work);
  for (const location of [...externalLocations(inferred.model)].sort()) {
    hash.update(JSON.stringify(location));
    const file = openPresent(path, location);
    if (file !== undefined) addFile(hash, file, work);
  }
  return `sha256:${hash.digest('hex')}`;
}

const pieceBytes = 1024 * 1024;

function addFile(hash: Hash, file: FileSource, work: Work): void {
  try {
    hash.update(`${file.size}:`);
    for (let at = 0; at < file.size; at += pieceBytes) {
      throwIfCanceled(work);
      hash.update(file.read(at, Math.min(pieceBytes, file.size - at)));
    }
  } finally {
    file.close();
  }
}

function openPresent(modelPath: string, location: string): FileSource | undefined {
  try {
    return openExternalData(modelPath, location);
  } catch (thrown) {
    if (DnnSplitError.is(thrown, 'external-data') || DnnSplitError.is(thrown, 'file-system')) return undefined;
    throw thrown;
  }
}

/** A short text that follows from a long one. */
export function shortId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
