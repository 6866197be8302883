import type { Releasable } from '../window/disposables';

/** How long the workbench may take before it asks for rows that it was told of, in milliseconds. */
const patienceMs = 4000;

/** The same for all rows, at first: somebody waits for them with nothing to see. Every time after that it may take twice as long. */
const firstPatienceMs = 500;

/** How often it is told again in a row before it is left alone. */
const mostReminders = 6;

/** What a refresh is waiting for: all roots, or single rows by their ids. */
export type Awaited = 'roots' | readonly string[];

/**
 * Sees to it that the workbench asks for what it was told has changed. It drops a refresh that meets the first opening of
 * its view, and the tree would show yesterday's rows for good; it is told again until it asks.
 */
export class RefreshWatch implements Releasable {
  #roots = false;
  readonly #rows = new Set<string>();
  /** Rows that the workbench has, and so must ask for when they change. */
  readonly #given = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reminders = 0;

  constructor(
    /** The view is on the screen: only then it asks for anything. */
    private readonly isVisible: () => boolean,
    /** Tells the workbench that everything has changed. */
    private readonly remind: () => void,
  ) {}

  /** The workbench was told that these rows have changed. */
  told(awaited: Awaited): void {
    this.#reminders = 0;
    if (awaited === 'roots') this.#awaitRoots();
    else for (const id of awaited) if (this.#given.has(id)) this.#rows.add(id);
    this.#schedule();
  }

  /** The workbench asked for the roots. */
  askedForRoots(): void {
    this.#roots = false;
    this.#settle();
  }

  /** The workbench asked for a row. */
  askedForRow(id: string): void {
    this.#given.add(id);
    this.#rows.delete(id);
    this.#settle();
  }

  /** The view came onto the screen. */
  shown(): void {
    this.#schedule();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  get #isWaiting(): boolean {
    return this.#roots || this.#rows.size > 0;
  }

  get #patienceMs(): number {
    return this.#roots ? Math.min(patienceMs, firstPatienceMs * 2 ** this.#reminders) : patienceMs;
  }

  #awaitRoots(): void {
    this.#roots = true;
    // With the roots everything below them is asked for anew.
    this.#rows.clear();
    this.#given.clear();
  }

  #settle(): void {
    if (!this.#isWaiting) this.dispose();
  }

  #schedule(): void {
    this.dispose();
    if (!this.#isWaiting || !this.isVisible()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#isWaiting || !this.isVisible() || this.#reminders >= mostReminders) return;
      this.#reminders++;
      this.#awaitRoots();
      this.remind();
      this.#schedule();
    }, this.#patienceMs);
  }
}
