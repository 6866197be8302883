import type { Reach } from '../../files/reach';

/** Whether a person trusts the workspace. All threads look at the same memory, so that a new one knows it at once. */
export class Trust {
  constructor(readonly memory = new SharedArrayBuffer(4)) {}

  /** How far the names in documents may lead now. */
  readonly reach = (): Reach => (Atomics.load(new Int32Array(this.memory), 0) === 1 ? 'anywhere' : 'own-folder');

  grant(): void {
    Atomics.store(new Int32Array(this.memory), 0, 1);
  }
}
