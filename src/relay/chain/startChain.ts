import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Sentence, say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { EmulatedLink, type EmulatedShape } from '../execution/emulatedLink';

export interface ChainOptions {
  /** Path of the relay's program. */
  readonly program: string;
  /** From the device upwards. */
  readonly contractPaths: readonly string[];
  /** What each link is made to be like; links beyond the list are as fast as the machine is. */
  readonly links: readonly EmulatedShape[];
  /** Links of which receivers see bytes arrive as over a real one, which may change while the chain runs. */
  readonly emulates?: boolean;
  /** Answer bit for bit as the whole model does, instead of as fast as they can. */
  readonly exact?: boolean;
  /** Threads of ONNX Runtime in every relay; as many as the machine has processors where absent. */
  readonly threads?: number;
  /** Port of the first tier, on the loopback address; 0 for a free one. */
  readonly port: number;
  /** Folder in which ONNX Runtime is installed, where a person named one. */
  readonly runtimeFolder?: string;
  /** Stops all of them. */
  readonly signal: AbortSignal;
  /** Hears every line that a relay writes to its log. */
  readonly log: (line: string) => void;
}

export interface RunningChain {
  readonly port: number;
  /** Process ids, from the device upwards. */
  readonly processIds: readonly number[];
  /** The emulated links, from the device upwards. */
  readonly links: readonly EmulatedLink[];
  /** Resolves once all have stopped on demand. @throws DnnSplitError `worker-crashed` where one ends on its own */
  readonly ended: Promise<void>;
}

const startTimeoutMs = 60_000;
const stopGraceMs = 15_000;

/**
 * Starts a relay process per tier, the last one first, since each must know the address of the next.
 * @throws DnnSplitError where one does not start; those that run already are stopped
 */
export async function startChain(options: ChainOptions): Promise<RunningChain> {
  const relays: { readonly child: ChildProcess; readonly port: number }[] = [];
  const links: EmulatedLink[] = [];
  const closeLinks = () => {
    for (const link of links) link.close();
  };
  try {
    for (const [index, contractPath] of [...options.contractPaths.entries()].reverse()) {
      const link = options.links[index];
      const emulated = await emulatedLink(options, link, relays[0]?.port);
      if (emulated !== undefined) links.unshift(emulated.link);
      const above = emulated?.port ?? relays[0]?.port;
      const isShaped = above !== undefined && link !== undefined && emulated === undefined;
      const relay = await startRelay(options, [
        contractPath,
        ...['--port', String(index === 0 ? options.port : 0), '--drain-ms', '0'],
        ...(options.exact === true ? ['--exact'] : []),
        ...(options.threads === undefined ? [] : ['--threads', String(options.threads)]),
        ...(options.runtimeFolder === undefined ? [] : ['--runtime-folder', options.runtimeFolder]),
        ...(above === undefined ? [] : ['--upstream', `http://127.0.0.1:${above}`]),
        ...(isShaped ? ['--link-mbps', String(link.bandwidthMbps), '--link-latency-ms', String(link.latencyMs)] : []),
      ]);
      relays.unshift(relay);
    }
  } catch (thrown) {
    closeLinks();
    await Promise.all(relays.map(({ child }) => stop(child)));
    throw thrown;
  }
  const children = relays.map(({ child }) => child);
  return {
    port: relays[0]?.port ?? 0,
    processIds: children.map(({ pid }) => pid ?? 0),
    links,
    ended: waitForEnd(children, options.signal).finally(closeLinks),
  };
}

/** A link in front of a relay that listens, where links are emulated. */
async function emulatedLink(
  { emulates = false }: ChainOptions,
  shape: ChainOptions['links'][number] | undefined,
  targetPort: number | undefined,
) {
  if (!emulates || shape === undefined || targetPort === undefined) return undefined;
  const link = new EmulatedLink({ ...shape, targetPort });
  return { link, port: await link.listen() };
}

/** A relay that listens. */
function startRelay({ program, signal, log }: ChainOptions, args: readonly string[]) {
  // The pipe that nothing is written to ends with this process, however that ends: no relay is left behind.
  const child = spawn(process.execPath, [program, ...args, '--stop-with-input'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: process.platform !== 'win32',
  });
  return new Promise<{ child: ChildProcess; port: number }>((done, fail) => {
    let last = '';
    const giveUp = (message: Sentence, code: 'canceled' | 'worker-crashed' = 'worker-crashed') => {
      clearTimeout(timer);
      void stop(child);
      fail(new DnnSplitError(code, message));
    };
    const timer = setTimeout(() => giveUp(say('chain.timeout', {})), startTimeoutMs);
    signal.addEventListener('abort', () => giveUp(say('chain.canceled', {}), 'canceled'), { once: true });
    child.once('error', ({ message }) => giveUp(say('chain.notStarted', { reason: message })));
    child.once('exit', () => {
      const line = last.replace(/^dnnsplit-relay: /, '');
      giveUp(line === '' ? say('chain.endedEarly', {}) : say('chain.lastLine', { line }));
    });
    child.stderr.setEncoding('utf8');
    let rest = '';
    child.stderr.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        last = line;
        log(line);
        const port = / listens on \S+:(\d+)$/.exec(line)?.[1];
        if (port === undefined) continue;
        clearTimeout(timer);
        done({ child, port: Number(port) });
      }
    });
  });
}

async function waitForEnd(children: readonly ChildProcess[], signal: AbortSignal): Promise<void> {
  const stopped = new AbortController();
  const died = children.map(async (child) => {
    const [code] = await once(child, 'exit', { signal: stopped.signal });
    return say('chain.ended', { code: code ?? '' });
  });
  const asked = once(signal, 'abort', { signal: stopped.signal }).then(() => undefined);
  const failure = signal.aborted ? undefined : await Promise.race([asked, ...died]);
  stopped.abort();
  await Promise.allSettled([asked, ...died]);
  await Promise.all(children.map(stop));
  if (failure !== undefined) throw new DnnSplitError('worker-crashed', failure);
}

/** Asks a process to stop, and makes it after a while. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const isLate = await Promise.race([ended.then(() => false), delay(stopGraceMs, true, { ref: false })]);
  if (isLate) child.kill('SIGKILL');
}
