/** The language server as a client sees it, and what its process takes. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { figure } from './statistics.mjs';
import { ThreadHeaps } from './threadHeaps.mjs';

/** @typedef {{ residentMB: number, heapMB: number, text: string }} Held */

/** The language server, spoken to over its standard streams. */
export class BenchServer {
  /** @param {import('node:child_process').ChildProcess} child @param {import('vscode-jsonrpc').MessageConnection} connection @param {ThreadHeaps | undefined} heaps */
  constructor(child, connection, heaps) {
    this.child = child;
    this.connection = connection;
    this.heaps = heaps;
  }

  /** One whose heaps can be asked for. @param {string} program @param {string} folder for files of the moment */
  static async start(program, folder) {
    const heaps = new ThreadHeaps(folder);
    const child = spawn(process.execPath, [...heaps.nodeArguments, program, '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: heaps.environment,
    });
    return new BenchServer(child, await connected(child), heaps);
  }

  /** One as the extension starts it. @param {string} program @param {readonly string[]} args */
  static async startAlone(program, args) {
    const child = spawn(process.execPath, [program, '--stdio', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    return new BenchServer(child, await connected(child), undefined);
  }

  /** Opens a model as the graph does, and asks what its views ask. @param {string} path @returns {Promise<{ text: string }>} its plan */
  async open(path) {
    const modelUri = pathToFileURL(path).href;
    await this.connection.sendRequest('dnnsplit/open', { modelUri, token: path, picture: { folded: null } });
    await this.connection.sendRequest('dnnsplit/scene', { modelUri, folded: null, token: path });
    await this.connection.sendRequest('dnnsplit/overlay', { modelUri });
    await this.connection.sendRequest('dnnsplit/search', { modelUri, query: 'conv', limit: 20 });
    return await this.connection.sendRequest('dnnsplit/exportPlan', {
      modelUri,
      planUri: `${modelUri}.splitplan.json`,
    });
  }

  /** @param {string} path */
  async close(path) {
    await this.connection.sendRequest('dnnsplit/close', { modelUri: pathToFileURL(path).href });
  }

  /** @returns {Promise<Held>} */
  async held() {
    const threads = (await this.heaps?.afterCollection()) ?? [];
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const residentMB = (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6;
    const heapMB = threads.reduce((sum, { usedMB }) => sum + usedMB, 0);
    const parts = threads.map(({ name, usedMB }) => `${name} ${figure(usedMB)}`).join(', ');
    return { residentMB, heapMB, text: `${figure(residentMB)} MB in memory, heaps ${figure(heapMB)} MB (${parts})` };
  }

  /** Milliseconds of CPU so far, those of every thread. */
  cpuMs() {
    // User and system time stand behind the name, which may hold anything; a tick is 10 ms wherever Linux runs.
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async stop() {
    this.connection.dispose();
    this.child.kill();
  }
}

/** @param {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, import('node:stream').Readable, null>} child */
async function connected(child) {
  const streams = /** @type {const} */ ([new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin)]);
  const connection = createMessageConnection(...streams);
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  await connection.sendNotification('initialized', {});
  return connection;
}
