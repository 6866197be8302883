import { closeSync, fdatasync, fsyncSync, openSync, writeSync } from 'node:fs';

const bufferBytes = 1024 * 1024;
/** The disk begins with so much, while more comes. */
const handedBytes = 32 * bufferBytes;

/** Writes a new file from its beginning to its end, many small pieces at once. */
export class FileWriter {
  readonly descriptor: number;
  readonly #buffer = new Uint8Array(bufferBytes);
  #buffered = 0;
  #length = 0;
  #handed = 0;
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
    if (this.#length - this.#handed >= handedBytes) this.#handOver();
  }

  /** Nothing more comes: the disk begins with the rest of the file, while others are written. */
  end(): void {
    this.#flush();
    if (this.#length > this.#handed) this.#handOver();
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

  /** Asked for and forgotten: `finish` waits, and says what goes wrong. */
  #handOver(): void {
    this.#handed = this.#length;
    fdatasync(this.descriptor, () => undefined);
  }

  #flush(): void {
    writeAll(this.descriptor, this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written);
  }
}
