import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Takes every line that is a bandwidth in Mbit/s, 0 included; other lines are nobody's. @returns what ends it */
export function takeTypedBandwidths(input: Readable, take: (mbps: number) => void): () => void {
  const lines = createInterface({ input });
  lines.on('line', (line) => {
    const mbps = Number(line);
    if (line.trim() !== '' && mbps >= 0 && Number.isFinite(mbps)) take(mbps);
  });
  return () => lines.close();
}
