import { pathOfUri, uriOfPath } from '../files/editorPaths';
import type { HeldFiles } from '../files/heldFiles';
import { NodeBuffer } from './buffer';
import { nodeCrypto } from './crypto';
import { NodeEmitter } from './emitter';
import { createNodeFs } from './fs';
import * as path from './path';
import type { NodeProcess } from './process';
import { timerPromises } from './timers';

/** What differs between the extension and the threads that it starts. */
export interface Surroundings {
  readonly process: NodeProcess;
  readonly files: HeldFiles;
  readonly programs: ReadonlyMap<string, string>;
  /** Modules on top of those that are the same everywhere. */
  readonly own: Readonly<Record<string, object>>;
}

/**
 * Node's modules for the product's programs in a browser. What they never use here is an empty module.
 * @returns a module by its name, with `node:` or without
 */
export function nodeModules({ process, files, programs, own }: Surroundings): (name: string) => object {
  const modules: Readonly<Record<string, object>> = {
    fs: createNodeFs(files, programs),
    path: { ...path, posix: path },
    process,
    buffer: { Buffer: NodeBuffer },
    crypto: nodeCrypto,
    events: { EventEmitter: NodeEmitter },
    os: { tmpdir: () => '/tmp', hostname: () => 'browser', EOL: '\n' },
    url: {
      fileURLToPath: (uri: string | URL) => pathOfUri(String(uri)),
      pathToFileURL: (filePath: string) => ({ href: uriOfPath(filePath) ?? `file://${filePath}` }),
    },
    util: { TextDecoder, TextEncoder, inspect: String },
    'timers/promises': timerPromises,
    ...own,
  };
  return (name) => modules[name.replace(/^node:/, '')] ?? {};
}
