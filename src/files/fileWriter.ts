import { closeSync, fdatasync, fsyncSync, openSync, writeSync } from 'node:fs';

const bufferBytes = 1024 * 1024;
/** Linux may look for memory in one piece for a write of 1 MB, which takes it several times as long as the same in parts. */
const largestWriteBytes = 256 * 1024;
/** Written bytes from which on the disk begins with them while more is written, and at the end of a file. */
const [earlyBytes, worthBytes] = [32 * 1024 * 1024, 1024 * 1024];
/** Of the four threads that Node.js has for files, others need some. */
const mostAtOnce = 2;
let syncsUnderWay = 0;

/** Writes a new file from its beginning to its end, many small pieces at once. */
export class FileWriter {
  readonly descriptor: number;
  readonly #buffer = new Uint8Array(bufferBytes);
  #buffered = 0;
  #length = 0;
  #isOpen = true;
  /** Bytes that nobody has told the disk of yet. */
  #unsynced = 0;

  /** @throws where the file exists */
  constructor(private readonly path: string) {
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
      this.#writeAll(bytes);
    } else {
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
    this.#length += bytes.length;
  }

  /** Hands all that was written to the system, and has the disk begin with it; `finish` waits for the disk. */
  handOver(): void {
    this.#flush();
    if (this.#unsynced >= worthBytes) this.#syncEarly();
  }

  /** Makes sure that the file is on disk as a whole, and closes it. */
  finish(): void {
    if (!this.#isOpen) return;
    this.#flush();
    fsyncSync(this.descriptor);
    this.close();
  }

  close(): void {
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
  }

  #flush(): void {
    this.#writeAll(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.descriptor, bytes, written, Math.min(largestWriteBytes, bytes.length - written));
    }
    this.#unsynced += bytes.length;
    if (this.#unsynced >= earlyBytes) this.#syncEarly();
  }

  /**
   * Has the disk begin with what is written. Whether it arrives only `finish` finds out: Linux tells every descriptor of a
   * write that failed, so that one of its own takes nothing from the writer's. Others may tell one of them alone, and Windows
   * moves no folder with an open file in it.
   */
  #syncEarly(): void {
    if (process.platform !== 'linux' || syncsUnderWay >= mostAtOnce) return;
    let descriptor: number;
    try {
      descriptor = openSync(this.path, 'r');
    } catch {
      return;
    }
    syncsUnderWay += 1;
    this.#unsynced = 0;
    fdatasync(descriptor, () => {
      closeSync(descriptor);
      syncsUnderWay -= 1;
    });
  }
}
