interface Sender {
  open: number;
  lastMs: number;
  /** Time that the link had for each of the open messages, all shares of it together. */
  sharedMs: number;
}

/**
 * Times messages of which only the beginning and the end show, not their pieces. Messages of one sender that arrive at once
 * share its link evenly: each is timed by its share of the time that they take together.
 */
export class SharedArrivals {
  private readonly senders = new Map<string, Sender>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Begins a message.
   * @param name tells senders apart
   * @returns what ends it, and gives the milliseconds that it would have taken alone; call it once
   */
  begin(name: string): () => number {
    const sender = this.senders.get(name) ?? { open: 0, lastMs: this.now(), sharedMs: 0 };
    this.senders.set(name, sender);
    this.advance(sender);
    sender.open += 1;
    const beganMs = sender.sharedMs;
    return () => {
      this.advance(sender);
      sender.open -= 1;
      if (sender.open === 0) this.senders.delete(name);
      return sender.sharedMs - beganMs;
    };
  }

  private advance(sender: Sender): void {
    const now = this.now();
    if (sender.open > 0) sender.sharedMs += (now - sender.lastMs) / sender.open;
    sender.lastMs = now;
  }
}
