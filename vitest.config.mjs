import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['test/support/seed.ts', 'test/support/secondTries.ts'],
    include: ['test/unit/**/*.test.ts'],
    // For a test that hangs; a slow machine must not fail one.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Processes, ports and file watchers fail now and then on a busy machine; the run names what passed at the second try only.
    retry: 1,
    pool: 'threads',
    maxWorkers: 2,
  },
});
