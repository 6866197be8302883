import { createAtomicFile } from './atomicFile';
import { openFileSource } from './fileSource';
import type { WriteRule } from './writeTarget';

const chunkBytes = 1024 * 1024;

/** Copies a trace, such that the copy is there completely or not at all. @throws DnnSplitError `file-exists`, `file-system` */
export function copyFile(from: string, to: string, rule: WriteRule): void {
  const source = openFileSource(from, 'trace');
  try {
    const copy = createAtomicFile(to, rule);
    try {
      for (let offset = 0; offset < source.size; offset += chunkBytes) {
        copy.write(source.read(offset, Math.min(chunkBytes, source.size - offset)));
      }
      copy.commit();
    } finally {
      copy.abandon();
    }
  } finally {
    source.close();
  }
}
