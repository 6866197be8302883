import { NodeEmitter } from './emitter';

/** What Node's `process` is, as far as the programs use it. */
export class NodeProcess extends NodeEmitter {
  readonly pid = 1;
  readonly platform = 'browser';
  readonly arch = 'browser';
  readonly versions = { node: '22.12.0', v8: '' };
  readonly execArgv: readonly string[] = [];
  /** The programs ask it which files they can read. */
  readonly env = { DNNSPLIT_FILES: 'editor' };
  readonly argv: readonly string[];
  /** Only where someone listens, as with Node. */
  readonly send?: (value: unknown, handle?: unknown, options?: unknown, callback?: (error: null) => void) => boolean;

  constructor(
    program: string,
    args: readonly string[],
    private readonly end: (code: number) => void,
    send?: (value: unknown) => void,
  ) {
    super();
    this.argv = ['node', program, ...args];
    if (send === undefined) return;
    this.send = (value, _handle, _options, callback) => {
      send(value);
      callback?.(null);
      return true;
    };
  }

  cwd(): string {
    return '/';
  }

  /** The only process that a program asks after is the one that has started it, which is there. */
  kill(): boolean {
    return true;
  }

  nextTick(callback: (...values: readonly never[]) => void, ...values: readonly never[]): void {
    queueMicrotask(() => callback(...values));
  }

  exit(code = 0): void {
    this.emit('exit', code);
    this.end(code);
  }
}
