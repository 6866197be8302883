import { say } from '../../shared/messages/say';
import type { WayReport } from '../../shared/reports/way';
import { median } from '../../shared/statistics';
import { DnnSplitError } from '../../shared/work/errors';
import type { TensorServer } from './tensorServer';
import { observationFrom } from './tierAbove';

const pings = 9;
const firstBytes = 64 * 1024;
const mostBytes = 64 * 1024 * 1024;
/** A body that arrives for so long says enough. */
const tellingMs = 400;

/**
 * Measures the way to a relay with the bodies by which relays measure each other: round trips of small ones without the
 * relay's own work, then larger and larger ones, whose arrival it times.
 * @param address for people
 * @throws DnnSplitError `bad-usage` where nothing answers there, or something that does not say how bodies arrive
 */
export async function measureWay(client: Pick<TensorServer, 'probe'>, address: string): Promise<WayReport> {
  const observe = async (bytes: number) => {
    const start = performance.now();
    const received = await client.probe?.(bytes, {}).catch((thrown: unknown) => {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new DnnSplitError('bad-usage', say('measure.noAnswer', { address, reason }));
    });
    const seen = observationFrom(received, performance.now() - start);
    if (seen === undefined) throw new DnnSplitError('bad-usage', say('measure.noRelay', { address }));
    return seen;
  };
  const roundTrips: number[] = [];
  // The first one opens the connection.
  for (let ping = 0; ping <= pings; ping += 1) roundTrips.push((await observe(1)).roundTripMs);
  const roundTripMs = median(roundTrips.slice(1));
  for (let bytes = firstBytes; ; bytes *= 4) {
    const { ms, bytes: timedBytes } = await observe(bytes);
    if (ms < tellingMs && bytes * 4 <= mostBytes) continue;
    return { roundTripMs, bandwidthMbps: (8 * timedBytes) / 1e3 / Math.max(0.01, ms) };
  }
}
