import type { HeldFiles } from '../files/heldFiles';
import { NodeEmitter } from '../node/emitter';

/** A call or an answer of a worker thread, as far as it is looked at here: see `server/workers/rpc`. */
interface Numbered {
  readonly id: number;
  readonly kind?: 'started' | 'ok' | 'err' | 'progress';
}

/** Files that name files that name files: a call that goes on asking after so many rounds is answered as it stands. */
const mostRounds = 40;

/**
 * The port of a worker thread. An answer for which a file was missing that nobody had asked the editor for yet is not sent:
 * the call is made again once the editor has said what is there.
 */
export class RepeatedCalls extends NodeEmitter {
  readonly #calls = new Map<number, { readonly call: Numbered; rounds: number }>();

  constructor(
    private readonly files: HeldFiles,
    /** Asks the editor for what was missing. */
    private readonly readMissing: () => Promise<void>,
    private readonly send: (value: unknown) => void,
  ) {
    super();
  }

  /** A call comes in. */
  receive(call: Numbered): void {
    this.#calls.set(call.id, { call, rounds: 0 });
    this.emit('message', call);
  }

  postMessage(answer: Numbered): void {
    const isLast = answer.kind === 'ok' || answer.kind === 'err';
    const known = this.#calls.get(answer.id);
    if (isLast && known !== undefined && known.rounds < mostRounds && this.files.wantsAny) {
      known.rounds++;
      void this.readMissing().then(() => this.emit('message', known.call));
      return;
    }
    if (isLast) this.#calls.delete(answer.id);
    this.send(answer);
  }
}
