import type { Ending } from '../../runtime/ending';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';

/** How many sub-models run at once and how many requests wait for that; the rest are turned away, so that no queue grows without end. */
export class Admission {
  private running = 0;
  private readonly waiting: { readonly admit: () => void }[] = [];

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  get runningCount(): number {
    return this.running;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  /** @throws Refusal 503 while nobody else may wait */
  refuseWhenFull(): void {
    if (this.running < this.maxRunning || this.waiting.length < this.maxWaiting) return;
    throw new Refusal(503, say('busy.waiting', { running: this.running, waiting: this.waiting.length }), 1);
  }

  /**
   * Waits for a place.
   * @returns a function that gives the place back; call it exactly once
   * @throws Refusal 503 when too many wait already, the ending's reason when it ends the wait
   */
  async enter(ending: Ending): Promise<() => void> {
    if (this.running < this.maxRunning) {
      this.running += 1;
    } else {
      this.refuseWhenFull();
      await this.wait(ending);
    }
    return () => this.leave();
  }

  private wait(ending: Ending): Promise<void> {
    return new Promise((done, fail) => {
      const entry = {
        admit: () => {
          ending.ignore(giveUp);
          done();
        },
      };
      const giveUp = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        fail(whileWaiting(ending.reason));
      };
      this.waiting.push(entry);
      ending.hear(giveUp);
    });
  }

  /** Hands the place to the one that waits longest. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next.admit();
  }
}

function whileWaiting(reason: unknown): Refusal {
  if (Refusal.is(reason) && reason.status !== 504) return reason;
  return new Refusal(504, say('busy.turn', {}));
}
