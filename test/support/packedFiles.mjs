/**
 * Files of `test/fixtures/packed`, which lie in the repository compressed: models with the oracles that came with them, and
 * published schemas. Unpacked ones are kept below `.cache`.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { brotliDecompressSync } from 'node:zlib';

const packed = resolve(import.meta.dirname, '../fixtures/packed');
const unpacked = resolve(import.meta.dirname, '../../.cache/fixtures');

/** Names of the packed files that end in this, without it and sorted. @param {string} ending such as `.onnx` */
export function packedNames(ending) {
  return readdirSync(packed)
    .filter((file) => file.endsWith(`${ending}.br`))
    .map((file) => basename(file, `${ending}.br`))
    .sort();
}

/** Whether the repository has a file. @param {string} file its name, unpacked */
export function isPacked(file) {
  return existsSync(join(packed, `${file}.br`));
}

/** Path of an unpacked copy of a file. @param {string} file its name, unpacked */
export function unpackedPath(file) {
  const [source, target] = [join(packed, `${file}.br`), join(unpacked, file)];
  const { mtime } = statSync(source);
  if (existsSync(target) && statSync(target).mtimeMs === Math.floor(mtime.getTime())) return target;
  mkdirSync(unpacked, { recursive: true });
  // Tests in several threads and processes may want the same file at once.
  const part = `${target}.${process.pid}.${threadId}`;
  writeFileSync(part, brotliDecompressSync(readFileSync(source)));
  utimesSync(part, mtime, Math.floor(mtime.getTime()) / 1000);
  renameSync(part, target);
  return target;
}

/** @param {string} file its name, unpacked */
export function unpackedText(file) {
  return brotliDecompressSync(readFileSync(join(packed, `${file}.br`))).toString('utf8');
}
