import type { Sentence } from '../shared/messages/say';

export type RefusalStatus = 400 | 401 | 404 | 405 | 408 | 409 | 413 | 415 | 429 | 499 | 500 | 502 | 503 | 504;

const refusalName = 'Refusal';

/** A request that cannot be answered, with the HTTP status and the one sentence that its sender gets. */
export class Refusal extends Error {
  override readonly name = refusalName;

  constructor(
    readonly status: RefusalStatus,
    /** A text where another server or program said it. */
    said: Sentence | string,
    /** For 429 and 503: seconds after which another try makes sense. */
    readonly retryAfterS?: number,
    /** Further headers of the answer. */
    readonly headers: Readonly<Record<string, string>> = {},
    /** What other relays read beside the sentence. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(typeof said === 'string' ? said : said.text);
  }

  /** Looks at the name, not the class: programs of one process that were bundled apart have a class each. */
  static is(value: unknown): value is Refusal {
    return value instanceof Error && value.name === refusalName;
  }
}
