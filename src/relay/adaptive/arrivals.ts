/** How the body of a request arrived. */
export interface Arrival {
  readonly bodyBytes: number;
  readonly bytes: number;
  readonly ms: number;
}

/** Senders that are told apart at once; the oldest ones go first. */
const mostSenders = 1024;

/** Fewer have waited somewhere and come all at once: they say nothing. */
const leastPieces = 3;

/**
 * Times bodies as they arrive. What one sender sends at once shares its link, so each body is timed together with those
 * beside it: their bytes between its first piece and its last count too. The first piece is not counted, because nothing says
 * when it began.
 */
export class Arrivals {
  private readonly bytesOf = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Begins a body. @param sender tells senders apart */
  begin(sender: string): { grow(bytes: number): void; end(): Arrival } {
    let [bodyBytes, startMs, lastMs, startBytes, lastBytes] = [0, 0, 0, 0, 0];
    let pieces = 0;
    return {
      grow: (bytes) => {
        lastBytes = this.count(sender, bytes);
        lastMs = this.now();
        if (bodyBytes === 0) {
          startMs = lastMs;
          startBytes = lastBytes;
        }
        bodyBytes += bytes;
        pieces += 1;
      },
      end: () =>
        pieces < leastPieces
          ? { bodyBytes, bytes: 0, ms: 0 }
          : { bodyBytes, bytes: lastBytes - startBytes, ms: lastMs - startMs },
    };
  }

  private count(sender: string, bytes: number): number {
    const total = (this.bytesOf.get(sender) ?? 0) + bytes;
    this.bytesOf.delete(sender);
    this.bytesOf.set(sender, total);
    if (this.bytesOf.size <= mostSenders) return total;
    const [oldest = ''] = this.bytesOf.keys();
    this.bytesOf.delete(oldest);
    return total;
  }
}
