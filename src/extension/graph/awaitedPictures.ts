import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { Releasable } from '../window/disposables';

export interface GraphPicture {
  /** A PNG file. */
  readonly png: Uint8Array;
  /** Its pixels per CSS pixel of the layout. */
  readonly scale: number;
}

interface PictureWaiter {
  readonly resolve: (picture: GraphPicture) => void;
  readonly reject: (error: DnnSplitError) => void;
}

/** Those who wait for a picture that a page makes; one answer is for all of them. */
export class AwaitedPictures implements Releasable {
  readonly #waiters: PictureWaiter[] = [];

  /** @throws DnnSplitError `internal` where the page cannot make it, `canceled` where the page is closed first */
  next(): Promise<GraphPicture> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** @param png a PNG file in Base64 */
  made(png: string, scale: number): void {
    for (const { resolve } of this.#waiters.splice(0)) resolve({ png: Buffer.from(png, 'base64'), scale });
  }

  /** @param reason in the page's words, for the log */
  failed(reason: string): void {
    this.#rejectAll(new DnnSplitError('internal', say('picture.failed', {}), undefined, reason));
  }

  dispose(): void {
    this.#rejectAll(new DnnSplitError('canceled', say('picture.closed', {})));
  }

  #rejectAll(error: DnnSplitError): void {
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }
}
