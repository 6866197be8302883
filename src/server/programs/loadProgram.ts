import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { constants, Script } from 'node:vm';

/** By then a program has run most of what it ever runs, so that its compiled form is worth keeping. */
const settledAfterMs = 8000;
const digestBytes = 32;

const prefix = '(function (exports, require, module, __filename, __dirname) { ';
const suffix = '\n})';

type Require = (name: string) => unknown;
type Wrapper = (exports: unknown, require: Require, module: object, file: string, folder: string) => void;

/**
 * Loads one of the product's programs as `require` does, with the pieces that it shares with others, from the compiled form
 * that an earlier run has kept in `codeFolder`: compiling ELK alone takes longer than laying out most models. Without a
 * folder nothing is kept.
 * @returns what the program exports
 */
export function loadProgram(path: string, codeFolder: string | undefined, keepAfterMs = settledAfterMs): unknown {
  const folder = dirname(path);
  const requireOther = createRequire(path);
  const loaded = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(file, module);
    const program = basename(path, '.js');
    // A program keeps its pieces for itself: each compiles the functions that it runs.
    const name = file === path ? program : `${program}.${basename(file, '.js')}`;
    const script = compile(
      file,
      codeFolder === undefined ? undefined : new KeptCode(file, name, codeFolder),
      keepAfterMs,
    );
    const run = script.runInThisContext() as Wrapper;
    const require: Require = (other) => (other.startsWith('./') ? load(join(folder, other)) : requireOther(other));
    run(module.exports, require, module, file, folder);
    return module.exports;
  };
  return load(path);
}

function compile(path: string, kept: KeptCode | undefined, keepAfterMs: number): Script {
  const cachedData = kept?.read();
  const script = new Script(`${prefix}${readFileSync(path, 'utf8')}${suffix}`, {
    filename: path,
    columnOffset: -prefix.length,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData !== undefined && { cachedData }),
  });
  if (kept !== undefined && (cachedData === undefined || script.cachedDataRejected === true)) {
    setTimeout(() => kept.write(script.createCachedData()), keepAfterMs).unref();
  }
  return script;
}

/** The file that holds the compiled form of a program or of a piece; nothing that goes wrong with it is worth a word. */
class KeptCode {
  readonly #file: string;

  constructor(
    path: string,
    private readonly name: string,
    private readonly folder: string,
  ) {
    const { size, mtimeMs } = statSync(path);
    const versions = JSON.stringify([path, size, mtimeMs, process.versions.v8, process.arch]);
    const version = createHash('sha256').update(versions).digest('hex').slice(0, 16);
    this.#file = join(folder, `${name}-${version}.code`);
  }

  /** What was written, unless it is not whole: V8 does not look itself. */
  read(): Buffer | undefined {
    try {
      const bytes = readFileSync(this.#file);
      const code = bytes.subarray(digestBytes);
      return digestOf(code).equals(bytes.subarray(0, digestBytes)) ? code : undefined;
    } catch {
      return undefined;
    }
  }

  /** Replaces what earlier versions of the program have left, with their pieces: those are kept after it. */
  write(code: Buffer): void {
    const unfinished = `${this.#file}.${process.pid}`;
    try {
      mkdirSync(this.folder, { recursive: true });
      for (const name of readdirSync(this.folder)) {
        if (name.startsWith(`${this.name}-`) || name.startsWith(`${this.name}.`))
          rmSync(join(this.folder, name), { force: true });
      }
      writeFileSync(unfinished, Buffer.concat([digestOf(code), code]));
      renameSync(unfinished, this.#file);
    } catch {
      rmSync(unfinished, { force: true });
    }
  }
}

function digestOf(code: Buffer): Buffer {
  return createHash('sha256').update(code).digest();
}
