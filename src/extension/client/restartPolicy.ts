/** Decides whether a server that ended by itself is started again: at most `limit` times within `windowMs`. */
export class RestartPolicy {
  #endings: number[] = [];

  constructor(
    private readonly limit = 3,
    private readonly windowMs = 180_000,
  ) {}

  /** Notes that the server ended at `nowMs`; true when it may be started again. */
  mayRestart(nowMs: number): boolean {
    this.#endings = [...this.#endings.filter((endedMs) => nowMs - endedMs < this.windowMs), nowMs];
    return this.#endings.length <= this.limit;
  }

  /** Forgets the past, when a person asks for a restart. */
  reset(): void {
    this.#endings = [];
  }
}
