import { randomUUID } from 'node:crypto';
import type { Sequence } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import { bytesOfAll, type Tensor } from '../../runtime/tensor';
import { mostEnded } from '../inference/sequence';
import type { SessionFigures } from '../service/metrics';
import { Turns } from './turns';

export interface SessionLimits {
  readonly maxSessions: number;
  /** State of all sessions together. */
  readonly maxSessionBytes: number;
  /** Time without a request after which a session ends by itself. */
  readonly sessionIdleMs: number;
}

/** Timers take no more. */
const longestTimerMs = 2 ** 31 - 1;

/** One step of a session while it is worked on. */
export interface SessionStep {
  /** What the step before left; nothing before the first one. */
  readonly state: readonly Tensor[] | undefined;
  /** How the tier above hears of the step, under an id that nobody can guess. */
  readonly above: Sequence;
  /** Ends the session where the step fails from now on: somebody who keeps state may have gone on. */
  cannotRepeat(): void;
}

interface Session {
  readonly idAbove: string;
  state: readonly Tensor[] | undefined;
  bytes: number;
  /** Steps that it has made. */
  steps: number;
  lastMs: number;
  isBusy: boolean;
  /** Once the tier below has given it up while a step was on its way. */
  isGivenUp: boolean;
}

/**
 * The sessions of one tier, in memory. The steps of a session come one after the other. A step that fails leaves the state
 * of before, so that it can be asked for again; where it was the first one, or a tier above no longer has what the tier
 * below would go on from, the session is over, and the next request without `sequence_start` hears so.
 */
export class Sessions {
  /** Longest unused first. */
  private readonly live = new Map<string, Session>();
  private readonly turns = new Turns();
  /** Sessions above that nobody will go on with; the next request tells the tier above. */
  private ended: string[] = [];
  private readonly totals = { bytes: 0, started: 0, expired: 0 };
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tier: string,
    private readonly limits: SessionLimits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get figures(): SessionFigures {
    return { sessions: this.live.size, ...this.totals };
  }

  /**
   * Works on one step when its turn comes.
   * @param work returns the state for the next step beside its own result
   * @throws Refusal 409 for a session that is not here, 503 where too many are, and what the work throws
   */
  async step<Result>(
    sequence: Sequence,
    signal: AbortSignal,
    work: (step: SessionStep) => Promise<{ readonly result: Result; readonly state: readonly Tensor[] }>,
  ): Promise<Result> {
    const key = keyOf(sequence);
    const leave = await this.turns.take(key, signal);
    try {
      this.endOthers(sequence);
      const session = sequence.isStart ? this.start(key) : this.resume(key, sequence);
      return await this.work(key, session, sequence, work);
    } finally {
      leave();
    }
  }

  /** Forgets all sessions. */
  close(): void {
    clearTimeout(this.timer);
    this.live.clear();
    this.totals.bytes = 0;
  }

  private async work<Result>(
    key: string,
    session: Session,
    { isStart, isEnd }: Sequence,
    work: (step: SessionStep) => Promise<{ readonly result: Result; readonly state: readonly Tensor[] }>,
  ): Promise<Result> {
    const ended = this.ended.slice(0, mostEnded);
    const above = { caller: '', id: session.idAbove, isStart, isEnd, step: session.steps, ended };
    let isRepeatable = !isStart;
    session.isBusy = true;
    try {
      const { result, state } = await work({
        state: session.state,
        above,
        cannotRepeat: () => {
          isRepeatable = false;
        },
      });
      this.ended = this.ended.filter((id) => !ended.includes(id));
      if (isEnd) this.drop(key, session);
      else this.keep(key, session, state);
      return result;
    } catch (error) {
      const isLost = Refusal.is(error) && error.status === 409;
      if (!isRepeatable || isLost) this.giveUp(key, session);
      throw error;
    } finally {
      session.isBusy = false;
      if (session.isGivenUp) this.giveUp(key, session);
      this.touch(key, session);
    }
  }

  private start(key: string): Session {
    const earlier = this.live.get(key);
    if (earlier !== undefined) this.giveUp(key, earlier);
    const { maxSessions } = this.limits;
    if (this.live.size >= maxSessions) {
      throw new Refusal(
        503,
        `Tier ${this.tier} keeps ${maxSessions} sessions, which is its limit. Try again later.`,
        5,
      );
    }
    const counts = { bytes: 0, steps: 0, lastMs: this.now() };
    const session = { idAbove: randomUUID(), state: undefined, ...counts, isBusy: true, isGivenUp: false };
    this.live.set(key, session);
    this.totals.started += 1;
    return session;
  }

  private resume(key: string, { id, step }: Sequence): Session {
    const session = this.live.get(key);
    if (session === undefined) {
      const minutes = Number((this.limits.sessionIdleMs / 60_000).toPrecision(3));
      throw new Refusal(
        409,
        `Tier ${this.tier} has no session "${id}": it never began, is over, or was unused for ${minutes} min. Begin again with sequence_start.`,
      );
    }
    if (step === undefined || step === session.steps) return session;
    this.giveUp(key, session);
    throw new Refusal(
      409,
      `Session "${id}" has made ${session.steps} steps on tier ${this.tier}, but ${step} below it, so it is over. Begin again with sequence_start.`,
    );
  }

  private keep(key: string, session: Session, state: readonly Tensor[]): void {
    const bytes = bytesOfAll(state);
    const { maxSessionBytes } = this.limits;
    if (this.totals.bytes - session.bytes + bytes > maxSessionBytes) {
      this.giveUp(key, session);
      throw new Refusal(
        503,
        `Tier ${this.tier} would keep more than ${maxSessionBytes / 1e6} MB for its sessions, so this one is over. Begin it again later.`,
        5,
      );
    }
    this.totals.bytes += bytes - session.bytes;
    Object.assign(session, { state, bytes, steps: session.steps + 1 });
  }

  /** What the tier below has given up, it will not ask for again. */
  private endOthers({ caller, ended = [] }: Sequence): void {
    for (const id of ended) {
      const key = keyOf({ caller, id });
      const session = this.live.get(key);
      if (session?.isBusy === true) session.isGivenUp = true;
      else if (session !== undefined) this.giveUp(key, session);
    }
  }

  /** Ends a session that the tier above may still have. */
  private giveUp(key: string, session: Session): void {
    if (!this.drop(key, session)) return;
    this.ended.push(session.idAbove);
    if (this.ended.length > this.limits.maxSessions) this.ended.shift();
  }

  /** @returns false where it was gone already */
  private drop(key: string, session: Session): boolean {
    if (this.live.get(key) !== session) return false;
    this.live.delete(key);
    this.totals.bytes -= session.bytes;
    return true;
  }

  /** Counts its idle time from now on. */
  private touch(key: string, session: Session): void {
    session.lastMs = this.now();
    if (!this.live.delete(key)) return;
    this.live.set(key, session);
    this.watch();
  }

  private watch(): void {
    const { sessionIdleMs } = this.limits;
    const [oldest] = this.live.values();
    if (oldest === undefined || this.timer !== undefined) return;
    const leftMs = oldest.isBusy ? sessionIdleMs : oldest.lastMs + sessionIdleMs - this.now();
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.expire();
        this.watch();
      },
      Math.min(Math.max(leftMs, 1), longestTimerMs),
    ).unref();
  }

  private expire(): void {
    const before = this.now() - this.limits.sessionIdleMs;
    for (const [key, session] of this.live) {
      if (session.isBusy) continue;
      if (session.lastMs > before) return;
      this.giveUp(key, session);
      this.totals.expired += 1;
    }
  }
}

function keyOf({ caller, id }: Pick<Sequence, 'caller' | 'id'>): string {
  return JSON.stringify([caller, id]);
}
