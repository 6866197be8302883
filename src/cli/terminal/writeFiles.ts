import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../files/atomicFile';
import { DnnSplitError } from '../../shared/errors';
import type { GeneratedFile } from '../../shared/requests';

/**
 * Writes files below a folder, each one whole or not at all; none when one of them exists and may not be overwritten.
 * @throws DnnSplitError `file-exists`, `file-system`
 */
export function writeFiles(
  folder: string,
  files: readonly GeneratedFile[],
  options: { readonly overwrite: boolean },
): void {
  const present = files.map(({ path }) => join(folder, path)).filter((path) => existsSync(path));
  if (present.length > 0 && !options.overwrite) {
    const others = present.length === 1 ? '' : ` (and ${present.length - 1} more)`;
    throw new DnnSplitError('file-exists', `${present[0]}${others} exists; add --force to overwrite it.`);
  }
  for (const { path, content } of files) {
    writeFileAtomically(join(folder, path), new TextEncoder().encode(content), { overwrite: true });
  }
}
