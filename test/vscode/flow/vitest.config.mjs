import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: import.meta.dirname,
    globalSetup: join(import.meta.dirname, 'stage.ts'),
    include: ['**/*.flow.ts'],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
    fileParallelism: false,
    bail: 0,
    // The workbench drops a click or draws a list anew now and then; the run names what passed at the second try only.
    retry: 1,
    setupFiles: [join(import.meta.dirname, '../../support/secondTries.ts'), join(import.meta.dirname, 'onScreen.ts')],
  },
});
