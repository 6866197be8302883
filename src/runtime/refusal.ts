/** A request that cannot be answered, with the HTTP status and the one sentence that its sender gets. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: 400 | 401 | 404 | 405 | 408 | 413 | 415 | 499 | 500 | 502 | 503 | 504,
    message: string,
    /** For 503: seconds after which another try makes sense. */
    readonly retryAfterS?: number,
  ) {
    super(message);
  }
}
