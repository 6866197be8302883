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
  #early: EarlySync | undefined;

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
      writeAll(this.descriptor, bytes);
    } else {
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
    this.#length += bytes.length;
    if (this.#length - this.#handed >= handedBytes) this.#handOver();
  }

  /** Nothing more comes: the disk begins with what is left of a large file, while others are written. */
  end(): void {
    this.#flush();
    // Little is not worth a descriptor, of which many files would take many.
    if (this.#length - this.#handed >= bufferBytes) this.#handOver();
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
    this.#early?.end();
  }

  #handOver(): void {
    this.#handed = this.#length;
    // Windows does not rename folders with open files in them.
    if (process.platform === 'win32') return;
    this.#early ??= new EarlySync(this.path);
    this.#early.begin();
  }

  #flush(): void {
    writeAll(this.descriptor, this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }
}

/**
 * Has the disk begin with a file, and waits for nothing. Under a descriptor of its own: a system tells each of them once what
 * went wrong, and it is the other one that waits for the whole file and has to hear of it.
 */
class EarlySync {
  readonly #descriptor: number;
  #running = 0;
  #isEnded = false;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r+');
  }

  begin(): void {
    this.#running += 1;
    fdatasync(this.#descriptor, () => {
      this.#running -= 1;
      if (this.#isEnded) this.#closeWhenDone();
    });
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#running === 0) closeSync(this.#descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written);
  }
}
