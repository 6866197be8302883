import { Refusal } from '../../runtime/refusal';

/** Bounds the memory that all request bodies take together, however many callers send at once. */
export class BodyBudget {
  private heldBytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** Starts to count for one request. `grow` throws Refusal 503 once all of them together are too large. */
  hold(): { readonly grow: (bytes: number) => void; readonly release: () => void } {
    let own = 0;
    return {
      grow: (bytes) => {
        if (this.heldBytes + bytes > this.maxBytes) {
          throw new Refusal(503, 'This tier holds as many request bodies as it has memory for; try again shortly.', 1);
        }
        own += bytes;
        this.heldBytes += bytes;
      },
      release: () => {
        this.heldBytes -= own;
        own = 0;
      },
    };
  }
}
