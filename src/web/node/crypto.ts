import { NodeBuffer } from './buffer';
import { Sha256 } from './sha256';

/** What Node's `crypto` is, as far as the programs use it. */
export const nodeCrypto = {
  createHash(name: string) {
    if (name !== 'sha256') throw new Error(`${name} is not there in a browser`);
    const hash = new Sha256();
    const chained = {
      update(part: string | Uint8Array) {
        hash.update(typeof part === 'string' ? new TextEncoder().encode(part) : part);
        return chained;
      },
      digest(encoding?: string): NodeBuffer | string {
        const bytes = NodeBuffer.from(hash.digest());
        return encoding === undefined ? bytes : bytes.toString(encoding);
      },
    };
    return chained;
  },
  randomBytes: (length: number): NodeBuffer => crypto.getRandomValues(NodeBuffer.alloc(length)),
  randomUUID: (): string => crypto.randomUUID(),
};
