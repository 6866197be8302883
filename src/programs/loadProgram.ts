import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { constants, Script } from 'node:vm';
import { canKeep, KeptCode } from './keptCode';

/** Where and when the compiled form of a program is kept for the runs after this one. */
export interface Keeping {
  /** Nobody but the person who runs the program may write in it: what it holds is run. */
  readonly folder: string;
  /** What this run is for, as part of a file's name: runs for the same thing run the same functions. */
  readonly use?: string;
  /** Calls `keep` when the program has run most of what it ever runs. */
  readonly whenSettled: (keep: () => void) => void;
}

type Require = (name: string) => unknown;
type Run = (exports: unknown, require: PieceRequire, module: object, file: string, folder: string) => void;
/** `require` within a program; `add` takes a piece that is in the same file as the one that adds it. */
type PieceRequire = Require & { readonly add: (name: string, run: Run) => void };

/** Parts of Node.js that take longest to load; programs name them for what few runs do. */
const costlyParts: ReadonlySet<string> = new Set(['node:crypto', 'node:child_process']);

const prefix = '(function (exports, require, module, __filename, __dirname) { ';
const suffix = '\n})';

/**
 * Loads one of the product's programs as `require` does, with the pieces that it comes in, from the compiled form that an
 * earlier run has kept: compiling ELK alone takes longer than laying out most models. Without `keeping` nothing is kept.
 * @returns what the program exports
 */
export function loadProgram(path: string, keeping?: Keeping): unknown {
  const folder = dirname(path);
  const requireOther = createRequire(path);
  const kept = keeping && canKeep ? new KeptCode(path, keeping.folder, keeping.use) : undefined;
  const loaded = new Map<string, { exports: unknown }>();
  const added = new Map<string, Run>();
  const load = (name: string): unknown => {
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const file = join(folder, name);
    const run = added.get(name) ?? compile(file, kept);
    run(module.exports, require, module, file, folder);
    return module.exports;
  };
  const require: PieceRequire = Object.assign(
    (name: string) => {
      if (name.startsWith('./')) return load(name.slice(2));
      return costlyParts.has(name) ? whenUsed(() => requireOther(name)) : requireOther(name);
    },
    { add: (name: string, run: Run) => void added.set(name, run) },
  );
  const exports = load(basename(path));
  if (kept?.isWanted()) keeping?.whenSettled(() => kept.write());
  return exports;
}

/** What a module exports, loaded when a program first takes something of it by its name. */
function whenUsed(load: () => object): object {
  let exports: object | undefined;
  return new Proxy(
    {},
    {
      get(_, name) {
        exports ??= load();
        return Reflect.get(exports, name);
      },
    },
  );
}

function compile(path: string, kept: KeptCode | undefined): Run {
  const cachedData = kept?.codeOf(path);
  const script = new Script(`${prefix}${readFileSync(path, 'utf8')}${suffix}`, {
    filename: path,
    columnOffset: -prefix.length,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData !== undefined && { cachedData }),
  });
  kept?.add(path, script);
  return script.runInThisContext() as Run;
}
