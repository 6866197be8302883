import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Script } from 'node:vm';
import * as zlib from 'node:zlib';

/** Models differ in the functions that they need: the first runs add theirs, later ones find most of what they need. */
const runsThatAdd = 3;
/** Of one program and use: a person may change between versions of the product or of Node.js. */
const mostFiles = 3;
/** Length of the table, and the check sum of everything before that. */
const footerBytes = 8;

/** False where Node.js cannot sum up a file quickly: its 20.15 is the first that can. */
export const canKeep = 'crc32' in zlib;

/** What the file ends with, behind the code of the pieces. */
interface Table {
  readonly version: string;
  readonly runs: number;
  /** Each piece's file as it was, and the length of its code. */
  readonly pieces: readonly (readonly [piece: string, bytes: number])[];
}

/**
 * The file that holds the compiled form of a program and its pieces: V8 looks at little of it before it runs it, so that
 * version and check sum are looked at here. Nothing that goes wrong with it is worth a word.
 */
export class KeptCode {
  readonly #name: string;
  readonly #file: string;
  readonly #version: string;
  readonly #codes = new Map<string, Buffer>();
  readonly #scripts = new Map<string, Script>();
  #runs = 0;
  #isWhole = true;

  /** @param use names what the program runs for, if it runs for several things */
  constructor(
    program: string,
    private readonly folder: string,
    use?: string,
  ) {
    this.#version = JSON.stringify([stateOf(program), process.execPath, process.version, process.versions.v8]);
    this.#name = [basename(program, '.js'), ...(use === undefined ? [] : [use])].join('.');
    this.#file = join(folder, `${this.#name}-${zlib.crc32(this.#version).toString(16)}.code`);
    this.#read();
  }

  /** The code of a piece, if it was kept and the piece is what it was. */
  codeOf(path: string): Buffer | undefined {
    return this.#codes.get(stateOf(path));
  }

  /** A piece that runs, whether or not from kept code. */
  add(path: string, script: Script): void {
    this.#scripts.set(stateOf(path), script);
    if (script.cachedDataRejected !== false) this.#isWhole = false;
  }

  /** True while what this run compiles is worth keeping. */
  isWanted(): boolean {
    return !this.#isWhole || this.#runs < runsThatAdd;
  }

  /** Keeps what has been compiled by now. */
  write(): void {
    const codes = [...this.#scripts].map(([piece, script]) => [piece, script.createCachedData()] as const);
    const table: Table = {
      version: this.#version,
      runs: Math.min(this.#runs + 1, runsThatAdd),
      pieces: codes.map(([piece, code]) => [piece, code.length]),
    };
    const tableText = Buffer.from(JSON.stringify(table));
    const content = Buffer.concat([...codes.map(([, code]) => code), tableText]);
    const footer = Buffer.alloc(footerBytes);
    footer.writeUInt32LE(tableText.length, 0);
    footer.writeUInt32LE(zlib.crc32(content), 4);
    const unfinished = `${this.#file}.${process.pid}`;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(unfinished, Buffer.concat([content, footer]), { mode: 0o600 });
      renameSync(unfinished, this.#file);
      this.#removeOld();
    } catch {
      rmSync(unfinished, { force: true });
    }
  }

  #read(): void {
    try {
      const bytes = readFileSync(this.#file);
      const content = bytes.subarray(0, -footerBytes);
      // With the right sum it is what `write` has written.
      if (bytes.readUInt32LE(content.length + 4) !== zlib.crc32(content)) return;
      const tableStart = content.length - bytes.readUInt32LE(content.length);
      const { version, runs, pieces }: Table = JSON.parse(content.toString('utf8', tableStart));
      if (version !== this.#version) return;
      let start = 0;
      for (const [piece, length] of pieces) {
        this.#codes.set(piece, content.subarray(start, start + length));
        start += length;
      }
      this.#runs = runs;
    } catch {
      // It is not there, or nothing that can be used.
    }
  }

  #removeOld(): void {
    const files = readdirSync(this.folder).filter((file) => file.startsWith(`${this.#name}-`));
    const paths = files.map((file) => join(this.folder, file));
    const written = new Map(paths.map((path) => [path, statSync(path).mtimeMs]));
    const newest = [...written].sort(([, a], [, b]) => b - a);
    for (const [path] of newest.slice(mostFiles)) rmSync(path, { force: true });
  }
}

/** A file as it is now: another one by its name has another size or time. */
function stateOf(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return JSON.stringify([path, size, mtimeMs]);
}
