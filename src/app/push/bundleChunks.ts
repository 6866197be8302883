import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openFileSource } from '../../files/fileSource';

/** A file of a bundle, as pieces that are sent one by one; each is known by its SHA-256. */
export interface ChunkedFile {
  /** Relative to the bundle, with `/` between names. */
  readonly path: string;
  /** Absolute. */
  readonly source: string;
  readonly mode: 0o600 | 0o644 | 0o755;
  readonly bytes: number;
  readonly chunks: readonly string[];
}

/** A transfer that was broken off goes on at the last piece of this size. */
export const chunkBytes = 4 * 1024 * 1024;

/** Of another machine or another run. */
const leftOut: ReadonlySet<string> = new Set(['node_modules', '.git']);

/** The files of a tier's bundle, in order. @throws DnnSplitError `file-system` */
export function chunkedFiles(directory: string): ChunkedFile[] {
  return pathsIn(directory, '').map((path) => {
    const source = join(directory, path);
    const { mode } = statSync(source);
    return chunkedFile(path, source, (mode & 0o077) === 0 ? 0o600 : (mode & 0o100) === 0 ? 0o644 : 0o755);
  });
}

/** A single file. @param path it gets there @throws DnnSplitError `file-system` */
export function chunkedFile(path: string, source: string, mode: ChunkedFile['mode']): ChunkedFile {
  return { path, source, mode, bytes: statSync(source).size, chunks: chunksOf(source) };
}

/** Changes with every file of a bundle; a folder's name. */
export function versionOf(files: readonly ChunkedFile[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, chunks } of files) hash.update(JSON.stringify([path, mode, chunks]));
  return hash.digest('hex').slice(0, 16);
}

function pathsIn(directory: string, below: string): string[] {
  const entries = readdirSync(join(directory, below), { withFileTypes: true });
  return entries
    .filter(({ name }) => !leftOut.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) return pathsIn(directory, path);
      return entry.isFile() ? [path] : [];
    });
}

function chunksOf(path: string): string[] {
  const file = openFileSource(path);
  try {
    const chunks: string[] = [];
    for (let at = 0; at < file.size; at += chunkBytes) {
      const bytes = file.read(at, Math.min(chunkBytes, file.size - at));
      chunks.push(createHash('sha256').update(bytes).digest('hex'));
    }
    return chunks;
  } finally {
    file.close();
  }
}
