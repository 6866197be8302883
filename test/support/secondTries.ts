import { afterEach } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** How often the test was tried before this time; the run names those that needed a second try. */
    triedBefore?: number;
  }
}

afterEach(({ task }) => {
  task.meta.triedBefore = task.result?.retryCount ?? 0;
});
