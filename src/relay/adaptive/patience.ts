/** The link has become too slow for a request's cut, which the tier above would still answer. */
export class SlowLinkError extends Error {}

/** What requests of one cut have shown so far. */
interface Kind {
  /** Times beside the transfer of the newest ones: work above, the way back. */
  readonly otherMs: number[];
  /** Grows where waiting was given up, and shrinks again with each answer. */
  slack: number;
}

const timesAtOnce = 10;
/** Work above wavers: so many times the median of late, and so many milliseconds more, are no fault of the link. */
const otherSlack = 2;
const leastSlackMs = 50;
const mostSlack = 8;
/** Before anything was answered. */
const unknownOtherMs = 200;

/** For how long an answer is worth waiting for. */
export interface Worth {
  /** Bandwidth of the link below which it is not; 0 where it always is. */
  readonly leastMbps: number;
  /** How many times as long as of late the tiers above and their links may take; once where absent. */
  readonly otherFactor?: number | undefined;
}

/** A request whose answer is awaited. */
export interface Waiting {
  /**
   * Milliseconds that it is still worth waiting while the link may be as fast as `leastMbps`, and the tiers above take no more
   * than so many times as long as of late; none are left once it cannot be.
   */
  leftMs(leastMbps: number, otherFactor?: number): number;
  /** Its answer came. @param arrivalMs time that its bytes took to arrive, by the receiver */
  answered(arrivalMs: number): void;
  /** Nobody waits any more, for whatever reason. */
  end(): void;
  /**
   * What the link may be like, in Mbit/s: half of what it is at most, since so much has not arrived yet, and nothing says where
   * below that it lies. The next request on this cut is waited for longer.
   */
  gaveUp(): number;
}

/**
 * Knows how long the answer to a request may take on its cut before the link must have become slower than the cut is good for.
 * Bytes of requests beside it share the link, so that they count too, and what answers took beside the transfer of late is not
 * held against the link. At the border between two cuts the time waited equals what the other cut would have taken from the
 * start, so that nobody waits more than twice as long as with the better one (the ski rental problem).
 */
export class Patience {
  private readonly kinds = new Map<string, Kind>();
  private openBytes = 0;
  private begunBytes = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Begins a request. @param cut tells those apart that need different work above */
  begin(cut: string, bytes: number): Waiting {
    const kind = this.kinds.get(cut) ?? { otherMs: [], slack: 1 };
    this.kinds.set(cut, kind);
    const startMs = this.now();
    const before = this.begunBytes - this.openBytes;
    this.openBytes += bytes;
    this.begunBytes += bytes;
    let isOpen = true;
    const elapsedMs = () => this.now() - startMs;
    const sharedBits = () => 8 * (this.begunBytes - before);
    const end = () => {
      if (isOpen) this.openBytes -= bytes;
      isOpen = false;
    };
    return {
      leftMs: (leastMbps, otherFactor = 1) =>
        kind.slack * (sharedBits() / (leastMbps * 1e3) + slackMs(otherFactor * this.otherMs(kind))) - elapsedMs(),
      answered: (arrivalMs) => {
        kind.otherMs.push(elapsedMs() - arrivalMs);
        if (kind.otherMs.length > timesAtOnce) kind.otherMs.shift();
        kind.slack = Math.max(1, kind.slack / 2);
        end();
      },
      end,
      gaveUp: () => {
        kind.slack = Math.min(mostSlack, kind.slack * 2);
        end();
        return sharedBits() / (2e3 * Math.max(1, elapsedMs() - this.otherMs(kind)));
      },
    };
  }

  /** The median of late; that of the slowest cut where this one has not been taken yet. */
  private otherMs({ otherMs }: Kind): number {
    if (otherMs.length > 0) return upperMedian(otherMs);
    const others = [...this.kinds.values()].filter((kind) => kind.otherMs.length > 0);
    return others.reduce((most, kind) => Math.max(most, upperMedian(kind.otherMs)), 0) || unknownOtherMs;
  }
}

/** Of an even number the upper one of the two in the middle. */
function upperMedian(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function slackMs(otherMs: number): number {
  return Math.max(otherSlack * otherMs, otherMs + leastSlackMs);
}
