import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { say } from '../../shared/messages/say';
import type { LinkValues, WayValues } from '../../shared/protocol/requests';
import type { WayReport } from '../../shared/reports/way';
import { median } from '../../shared/statistics';
import { DnnSplitError } from '../../shared/work/errors';

/** What a connection is like, seen from here. */
export interface LinkFigures {
  readonly roundTripMs: number;
  /** From here to there. */
  readonly outMbps: number;
  /** From there to here. */
  readonly backMbps: number;
}

const pings = 9;
const firstBytes = 64 * 1024;
const mostBytes = 64 * 1024 * 1024;
/** A transfer that takes so long says enough. */
const tellingMs = 800;

/**
 * Measures a connection to a program that answers as `answerLink` does: the median of several echoes, then transfers of
 * growing size until one takes long enough, without the time of an echo.
 * @throws DnnSplitError `worker-crashed` where the other end goes away
 */
export async function measureLink(child: ChildProcessWithoutNullStreams): Promise<LinkFigures> {
  const arrived = { bytes: 0 };
  let wake: () => void = () => undefined;
  let isOver = false;
  child.stdout.on('data', (piece: Buffer) => {
    arrived.bytes += piece.byteLength;
    wake();
  });
  child.once('close', () => {
    isOver = true;
    wake();
  });
  child.stdin.on('error', () => undefined);
  /** Time until so many bytes have come in answer to what was sent. */
  const ask = async (sent: string, body: Uint8Array | undefined, answerBytes: number) => {
    const start = performance.now();
    arrived.bytes = 0;
    child.stdin.write(sent);
    if (body !== undefined && !child.stdin.write(body))
      await Promise.race([once(child.stdin, 'drain'), once(child, 'close')]).catch(() => undefined);
    while (arrived.bytes < answerBytes) {
      if (isOver) throw new DnnSplitError('worker-crashed', say('measure.linkLost', {}));
      await new Promise<void>((done) => {
        wake = done;
      });
    }
    return performance.now() - start;
  };
  const echoes: number[] = [];
  for (let ping = 0; ping < pings; ping += 1) echoes.push(await ask('ping\n', undefined, 3));
  // The first waits for the program to start.
  const roundTripMs = median(echoes.slice(1));
  const rate = async (send: (bytes: number) => Promise<number>) => {
    for (let bytes = firstBytes; ; bytes *= 4) {
      const elapsedMs = await send(bytes);
      if (elapsedMs < tellingMs && bytes * 4 <= mostBytes) continue;
      return (8 * bytes) / 1e3 / Math.max(0.01, elapsedMs - roundTripMs);
    }
  };
  return {
    roundTripMs,
    outMbps: await rate((bytes) => ask(`up ${bytes}\n`, new Uint8Array(bytes), 3)),
    backMbps: await rate((bytes) => ask(`down ${bytes}\n`, undefined, bytes)),
  };
}

/** What a connection says of a link, seen from the lower of its tiers. */
export function linkFacts({ roundTripMs, outMbps, backMbps }: LinkFigures, isLower: boolean): LinkValues {
  const [up, down] = isLower ? [backMbps, outMbps] : [outMbps, backMbps];
  return { ...wayFacts({ roundTripMs, bandwidthMbps: up }), downBandwidthMbps: figure(down) };
}

/** What the way to a relay says of a link, whose way back it does not measure. */
export function wayFacts({ roundTripMs, bandwidthMbps }: WayReport): WayValues {
  return { bandwidthMbps: figure(bandwidthMbps), latencyMs: figure(roundTripMs / 2) };
}

/** Three digits, which is more than a measurement is good for. */
function figure(value: number): number {
  return Number(value.toPrecision(3));
}
