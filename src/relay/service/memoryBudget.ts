import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';

/** Memory that one request holds: its body, then its answer. */
export interface MemoryHold {
  /** Counts further bytes. @throws Refusal 503 once all requests together hold too many */
  grow(bytes: number): void;
  /** Hears that the other side took or gave something. */
  progress(bytes: number): void;
  /** While the other side is waited for: how to be rid of it when others need the memory. Nothing otherwise. */
  whenStalled(evict: (() => void) | undefined): void;
  release(): void;
}

/** A sender or reader that moved less than this within a second has stalled. */
const stalledAfterMs = 1000;
const progressBytes = 64 * 1024;

/**
 * Bounds the memory that the bodies and answers of all requests take together. Where it runs short, those go first whose
 * other side has stalled longest, so that nobody can hold it by sending or reading nothing.
 */
export class MemoryBudget {
  private heldBytes = 0;
  private readonly holds = new Set<Hold>();

  constructor(
    private readonly maxBytes: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  hold(): MemoryHold {
    const hold = new Hold(this.now, {
      take: (bytes) => this.take(bytes, hold),
      give: (bytes) => {
        this.heldBytes -= bytes;
        this.holds.delete(hold);
      },
    });
    this.holds.add(hold);
    return hold;
  }

  private take(bytes: number, taker: Hold): void {
    while (this.heldBytes + bytes > this.maxBytes) {
      const victim = this.longestStalled(taker);
      if (victim === undefined) throw new Refusal(503, say('busy.memory', {}), 1);
      victim.evict();
    }
    this.heldBytes += bytes;
  }

  private longestStalled(taker: Hold): Hold | undefined {
    let longest: Hold | undefined;
    for (const hold of this.holds) {
      if (hold === taker || hold.stalledMs < stalledAfterMs || hold.bytes === 0) continue;
      if (longest === undefined || hold.stalledMs > longest.stalledMs) longest = hold;
    }
    return longest;
  }
}

class Hold implements MemoryHold {
  bytes = 0;
  private sinceMs: number;
  private recentBytes = 0;
  private drop: (() => void) | undefined;

  constructor(
    private readonly now: () => number,
    private readonly account: { take: (bytes: number) => void; give: (bytes: number) => void },
  ) {
    this.sinceMs = now();
  }

  /** Time without progress; 0 while nobody is waited for. */
  get stalledMs(): number {
    return this.drop === undefined ? 0 : this.now() - this.sinceMs;
  }

  grow(bytes: number): void {
    this.account.take(bytes);
    this.bytes += bytes;
  }

  progress(bytes: number): void {
    this.recentBytes += bytes;
    if (this.recentBytes < progressBytes) return;
    this.recentBytes = 0;
    this.sinceMs = this.now();
  }

  whenStalled(evict: (() => void) | undefined): void {
    this.drop = evict;
    this.recentBytes = 0;
    this.sinceMs = this.now();
  }

  evict(): void {
    const drop = this.drop;
    this.release();
    drop?.();
  }

  release(): void {
    this.account.give(this.bytes);
    this.bytes = 0;
    this.drop = undefined;
  }
}
