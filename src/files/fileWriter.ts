import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

const bufferBytes = 1024 * 1024;
/** Linux may look for memory in one piece for a write of 1 MB, which takes it several times as long as the same in parts. */
const largestWriteBytes = 256 * 1024;

/** Writes a new file from its beginning to its end, many small pieces at once. */
export class FileWriter {
  readonly descriptor: number;
  readonly #buffer = new Uint8Array(bufferBytes);
  #buffered = 0;
  #length = 0;
  #isOpen = true;

  /** @throws where the file exists */
  constructor(path: string) {
    this.descriptor = openSync(path, 'wx');
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends bytes; they may be reused afterwards. */
  write(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > bufferBytes) this.#flush();
    if (bytes.length >= bufferBytes) {
      writeAll(this.descriptor, bytes);
    } else {
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
    this.#length += bytes.length;
  }

  /** Makes sure that the file is on disk as a whole, and closes it. */
  finish(): void {
    this.#flush();
    fsyncSync(this.descriptor);
    this.close();
  }

  close(): void {
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
  }

  #flush(): void {
    writeAll(this.descriptor, this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, Math.min(largestWriteBytes, bytes.length - written));
  }
}
