import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HeldFiles } from '../../../src/web/files/heldFiles';
import { nodeModules } from '../../../src/web/node/modules';
import { NodeProcess } from '../../../src/web/node/process';
import { createChildProcess } from '../../../src/web/threads/forkedProcess';

const source = resolve(import.meta.dirname, '../../../src');
/** Rooms whose programs run in a browser, but for files of theirs that nothing there leads to. */
const rooms = ['shared', 'engine', 'files', 'app', 'server', 'extension'];
const neverThere =
  /^(app\/((push|measure)\/|profile\/profileModel|tasks\/programTask|deploy\/(bundleSecrets|certificates))|extension\/commands\/installRuntime)/;
/** Only called where something is written, which nothing does there. */
const onlyForWriting = new Set([
  ...['chmodSync', 'chownSync', 'fchmodSync', 'fchownSync', 'fdatasync', 'fsyncSync', 'writeSync'],
]);
/** Given by the thread that runs a program, as are its port and its data. */
const ofThread = new Set(['worker_threads', 'vm', 'module']);

const process = new NodeProcess('/server.js', [], () => undefined);
const unreached = () => {
  throw new Error('nothing is started here');
};
const given = nodeModules({
  process,
  files: new HeldFiles(),
  programs: new Map(),
  own: { child_process: createChildProcess({ programs: unreached, startWorker: unreached }, unreached) },
});

describe('what the programs import from Node', () => {
  it('is there in a browser too', () => {
    const missing = rooms.flatMap((room) =>
      readdirSync(join(source, room), { recursive: true, encoding: 'utf8' })
        .map((file) => join(room, file).replaceAll('\\', '/'))
        .filter((file) => file.endsWith('.ts') && !neverThere.test(file))
        .flatMap((file) => missingIn(file)),
    );
    expect(missing).toEqual([]);
  });
});

function missingIn(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/^import \{([^}]*)\} from 'node:([\w/]+)';/gms)].flatMap(([, names = '', module = '']) => {
    if (ofThread.has(module)) return [];
    return names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type ') && !onlyForWriting.has(name))
      .filter((name) => !(name in given(module)))
      .map((name) => `${file} imports ${name} from ${module}`);
  });
}
