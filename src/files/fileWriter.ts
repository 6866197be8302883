import { closeSync, fdatasync, fsyncSync, openSync, writeSync } from 'node:fs';

const bufferBytes = 1024 * 1024;
/** Linux may look for memory in one piece for a write of 1 MB, which takes it several times as long as the same in parts. */
const largestWriteBytes = 256 * 1024;
/** Files of fewer bytes are with the disk soon enough. */
const worthBytes = 1024 * 1024;
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

  /**
   * @param isScratch for a file of the moment: nobody waits for the disk
   * @throws where the file exists
   */
  constructor(
    private readonly path: string,
    private readonly isScratch = false,
  ) {
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

  /** Hands all that was written to the system, and has the disk begin with it; `finish` waits for the disk. */
  handOver(): void {
    this.#flush();
    if (this.#length >= worthBytes) this.#syncEarly();
  }

  /** Makes sure that the file is on disk as a whole, unless it is of the moment, and closes it. */
  finish(): void {
    if (!this.#isOpen) return;
    this.#flush();
    if (!this.isScratch) fsyncSync(this.descriptor);
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

  /**
   * Has the disk begin with what is written. Whether it arrives only `finish` finds out: Linux tells every descriptor of a
   * write that failed, so that one of its own takes nothing from the writer's. Others may tell one of them alone, and Windows
   * moves no folder with an open file in it.
   */
  #syncEarly(): void {
    if (this.isScratch || process.platform !== 'linux' || syncsUnderWay >= mostAtOnce) return;
    let descriptor: number;
    try {
      descriptor = openSync(this.path, 'r');
    } catch {
      return;
    }
    syncsUnderWay += 1;
    fdatasync(descriptor, () => {
      closeSync(descriptor);
      syncsUnderWay -= 1;
    });
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, Math.min(largestWriteBytes, bytes.length - written));
  }
}
