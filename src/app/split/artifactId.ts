import { createHash } from 'node:crypto';
import { externalLocations } from '../../engine/onnx/externalLocations';
import { openExternalData } from '../../files/externalData';
import { type FileSource, openFileSource } from '../../files/fileSource';
import { DnnSplitError } from '../../shared/work/errors';
import type { Work } from '../../shared/work/work';
import type { AnalyzedModel } from '../model/analyzeFile';
import { type HashThread, hashBeside } from './hashInThread';

/**
 * Identifies an export: the model's nodes, every byte of its weights, and what `borders` says of where it is cut. Parts with
 * the same id belong together. Weights whose file is missing count by their name and place alone. With a thread for it,
 * all is read there, so that the parts can be written meanwhile.
 * @returns waits for the id, `sha256:` and 64 hexadecimal digits
 * @throws DnnSplitError `file-system`, `canceled`, as what it returns does
 */
export function artifactId(
  { path, inferred, structureHash }: AnalyzedModel,
  borders: readonly unknown[],
  thread: HashThread | undefined,
  work: Work,
): () => string {
  const locations = [...externalLocations(inferred.model)].sort();
  const open = () => {
    const parts: (string | FileSource)[] = [JSON.stringify([structureHash, borders]), openFileSource(path)];
    for (const location of locations) {
      parts.push(JSON.stringify(location));
      const file = openPresent(path, location);
      if (file !== undefined) parts.push(file);
    }
    return parts;
  };
  const digits = hashBeside(open, thread, work);
  return () => `sha256:${digits()}`;
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
