import { defineConfig } from 'vitest/config';

/**
 * Most files share their thread's modules, which then are read and compiled once for all of them. A file has them to itself
 * where it changes what others see: with `vi.mock`, or where a module that it tests keeps state for as long as it is loaded.
 * What a file changes in `globalThis`, `process` or the clock it puts back itself.
 */
const alone = [
  'test/unit/extension/languageModelTools.test.ts',
  'test/unit/extension/openingProgress.test.ts',
  'test/unit/webview/panels.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: 'test/support/builtPrograms.ts',
    setupFiles: ['test/support/seed.ts', 'test/support/secondTries.ts'],
    // For a test that hangs; a slow machine must not fail one.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Processes, ports and file watchers fail now and then on a busy machine; the run names what passed at the second try only.
    retry: 1,
    pool: 'threads',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'together', isolate: false, include: ['test/unit/**/*.test.ts'], exclude: alone },
      },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
  },
});
