/**
 * The extension in a browser, as on vscode.dev: the programs of the desktop, with what Node gives them there. The editor
 * loads a single file, so that this one loads the others.
 */
import * as vscode from 'vscode';
import { HeldFiles } from './files/heldFiles';
import { readEditorFiles } from './files/readEditorFiles';
import { NodeBuffer } from './node/buffer';
import { nodeModules } from './node/modules';
import { NodeProcess } from './node/process';
import { nodeTimers } from './node/timers';
import { createChildProcess, programPath } from './threads/forkedProcess';
import type { Programs } from './threads/messages';
import { type StartWorker, startPageWorker } from './threads/startWorker';

const threadProgram = 'webThread.js';
const serverPrograms = ['server.js', 'languageServer.js', 'worker.js', 'analysisWorker.js', 'layoutWorker.js'];
const mainProgram = 'extension.js';

type ReadFile = (name: string) => Promise<Uint8Array<ArrayBuffer>>;

interface Extension {
  activate(context: vscode.ExtensionContext): unknown;
}

/** @param startWorker starts a thread, where it is not the browser that does */
export async function activate(
  context: vscode.ExtensionContext,
  startWorker: StartWorker = startPageWorker,
): Promise<unknown> {
  const read: ReadFile = async (name) => {
    const uri = vscode.Uri.joinPath(context.extensionUri, 'dist', name);
    return Uint8Array.from(await vscode.workspace.fs.readFile(uri));
  };
  const pieces = await readPieces(read, [mainProgram]);
  let reading: Promise<Programs> | undefined;
  const programs = (): Promise<Programs> => {
    reading ??= readPrograms(read);
    return reading;
  };
  const process = new NodeProcess(programPath(mainProgram), [], () => undefined);
  const requireNode = nodeModules({
    process,
    files: new HeldFiles(),
    programs: new Map(),
    own: {
      vscode,
      child_process: createChildProcess({ programs, startWorker }, readEditorFiles),
      worker_threads: { isMainThread: true },
    },
  });
  const extension = loadPiece(`./${mainProgram}`, pieces, requireNode, process) as Extension;
  return extension.activate(context);
}

async function readPrograms(read: ReadFile): Promise<Programs> {
  const pieces = await readPieces(read, serverPrograms);
  const byPath = new Map([...pieces].map(([name, text]) => [programPath(name.slice('./'.length)), text]));
  return { thread: new TextDecoder().decode(await read(threadProgram)), byPath };
}

/** Programs with their pieces, by the names that these have for each other: each names those that it needs. */
async function readPieces(read: ReadFile, programs: readonly string[]): Promise<Map<string, string>> {
  const pieces = new Map<string, string>();
  const readPiece = async (name: string): Promise<void> => {
    if (pieces.has(name)) return;
    pieces.set(name, '');
    const text = new TextDecoder().decode(await read(name.slice('./'.length)));
    pieces.set(name, text);
    await Promise.all([...text.matchAll(/require\("(\.\/[\w.]+\.js)"\)/g)].map(([, other = '']) => readPiece(other)));
  };
  await Promise.all(programs.map((name) => readPiece(`./${name}`)));
  return pieces;
}

/**
 * Runs a piece as Node does it, with those that it needs: each once, and not before one asks for it. A function is made of
 * its text, as the editor itself does it with the first file of an extension.
 */
function loadPiece(
  first: string,
  pieces: ReadonlyMap<string, string>,
  requireNode: (name: string) => object,
  process: NodeProcess,
): unknown {
  const loaded = new Map<string, { exports: unknown }>();
  const globals = { process, Buffer: NodeBuffer, global: globalThis, ...nodeTimers };
  const load = (name: string): unknown => {
    const text = pieces.get(name);
    if (text === undefined) return requireNode(name);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    loaded.set(name, module);
    const run = new Function('exports', 'require', 'module', ...Object.keys(globals), text);
    run(module.exports, load, module, ...Object.values(globals));
    return module.exports;
  };
  return load(first);
}
