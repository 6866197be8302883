import type { Held, HeldFiles } from '../files/heldFiles';
import { NodeBuffer } from './buffer';
import { dirname, resolve } from './path';

type Options = { readonly bigint?: boolean; readonly throwIfNoEntry?: boolean };

/** An error as Node's file system throws it. */
function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** Position of a file's or folder's status among the others of its kind, by its path. */
function inodeOf(path: string): number {
  let hash = 0;
  for (let at = 0; at < path.length; at++) hash = (Math.imul(hash, 31) + path.charCodeAt(at)) >>> 0;
  return hash;
}

/** What Node tells of a file or folder; times in milliseconds, and in nanoseconds where whole numbers are asked for. */
function statusOf(path: string, held: Held, { bigint = false }: Options) {
  const number = (value: number) => (bigint ? BigInt(Math.round(value)) : value);
  const isFile = held.kind === 'file';
  const mtimeMs = isFile ? held.mtimeMs : 0;
  const nothing = () => false;
  return {
    ...{ dev: number(1), ino: number(inodeOf(path)), nlink: number(1), mode: number(isFile ? 0o644 : 0o755) },
    ...{ uid: number(0), gid: number(0), size: number(isFile ? held.size : 0) },
    ...{ mtimeMs: number(mtimeMs), ctimeMs: number(held.version) },
    ...(bigint && { mtimeNs: number(mtimeMs * 1e6), ctimeNs: number(held.version) }),
    ...{ isFile: () => isFile, isDirectory: () => !isFile, isSymbolicLink: nothing },
    ...{ isFIFO: nothing, isSocket: nothing, isBlockDevice: nothing, isCharacterDevice: nothing },
  };
}

/**
 * What Node's `fs` is over the files of an editor, as far as the programs use it: they are read, there are no links among
 * them, and nothing is written.
 * @param programs the product's own programs, by path
 */
export function createNodeFs(files: HeldFiles, programs: ReadonlyMap<string, string>) {
  const open = new Map<number, { readonly path: string; readonly bytes: Uint8Array; position: number }>();
  let lastDescriptor = 2;

  const find = (path: string): Held => {
    const found = files.find(resolve(path));
    if (found === undefined) throw failure('ENOENT', path);
    return found;
  };
  const bytesOf = (path: string): Uint8Array => {
    const found = files.find(resolve(path), true);
    if (found === undefined) throw failure('ENOENT', path);
    if (found.kind === 'folder') throw failure('EISDIR', path);
    if (found.bytes === undefined) throw failure('EFBIG', path);
    return found.bytes;
  };
  const opened = (descriptor: number) => {
    const file = open.get(descriptor);
    if (file === undefined) throw failure('EBADF', String(descriptor));
    return file;
  };
  const statSync = (path: string, options: Options = {}) => {
    const program = programs.get(path);
    if (program !== undefined) {
      const held = { path, kind: 'file', size: program.length, mtimeMs: 0, version: 0 } as const;
      return statusOf(path, held, options);
    }
    const found = files.find(resolve(path));
    if (found !== undefined) return statusOf(resolve(path), found, options);
    if (options.throwIfNoEntry === false) return undefined;
    throw failure('ENOENT', path);
  };
  const realpathSync = (path: string): string => {
    find(path);
    return resolve(path);
  };
  const refuse = (path: unknown): never => {
    throw failure('EROFS', String(path));
  };

  return {
    constants: { O_RDONLY: 0, O_NONBLOCK: 0, R_OK: 4, W_OK: 2, X_OK: 1, F_OK: 0 },
    existsSync: (path: string): boolean => files.find(resolve(path)) !== undefined,
    statSync,
    lstatSync: statSync,
    realpathSync,
    accessSync(path: string, mode = 0): void {
      find(path);
      if (mode === 2) refuse(path);
    },
    readlinkSync(path: string): never {
      throw failure('EINVAL', path);
    },
    openSync(path: string): number {
      open.set(++lastDescriptor, { path: resolve(path), bytes: bytesOf(path), position: 0 });
      return lastDescriptor;
    },
    closeSync(descriptor: number): void {
      open.delete(descriptor);
    },
    fstatSync(descriptor: number, options: Options = {}) {
      const { path } = opened(descriptor);
      return statusOf(path, find(path), options);
    },
    readSync(descriptor: number, target: Uint8Array, at: number, length: number, position: number | null): number {
      const file = opened(descriptor);
      const from = position ?? file.position;
      const part = file.bytes.subarray(from, from + length);
      target.set(part, at);
      if (position === null) file.position += part.length;
      return part.length;
    },
    readFileSync(path: string, encoding?: string): NodeBuffer | string {
      const program = programs.get(path);
      if (program !== undefined) return program;
      const bytes = NodeBuffer.from(bytesOf(path));
      return encoding === undefined ? bytes : bytes.toString(encoding);
    },
    readdirSync(path: string, { withFileTypes = false }: { readonly withFileTypes?: boolean } = {}) {
      const folder = files.find(resolve(path), true);
      if (folder === undefined) throw failure('ENOENT', path);
      if (folder.kind === 'file') throw failure('ENOTDIR', dirname(path));
      return (folder.names ?? []).map(([name, kind]) => {
        const entry = { name, isFile: () => kind === 'file', isDirectory: () => kind === 'folder' };
        return withFileTypes ? entry : name;
      });
    },
    mkdirSync: refuse,
    writeFileSync: refuse,
    renameSync: refuse,
    rmdirSync: refuse,
    linkSync: refuse,
    /** There is nothing of the programs' own that could be removed. */
    rmSync: (): void => undefined,
  };
}
