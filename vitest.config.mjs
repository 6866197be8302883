import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const folder = join(import.meta.dirname, 'test/unit');
const unitTests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join(folder, file));

/**
 * Most files share their thread's modules, which then are read and compiled once for all of them. A file that replaces
 * modules for itself (`vi.mock`) has its own. What a file changes in `globalThis`, `process` or the clock it puts back itself,
 * and so it does with what a module keeps for as long as it is loaded.
 */
const alone = unitTests.filter((file) => readFileSync(file, 'utf8').includes('vi.mock('));

export default defineConfig({
  test: {
    globalSetup: 'test/support/builtPrograms.ts',
    setupFiles: ['test/support/seed.ts', 'test/support/secondTries.ts', 'test/support/endOfTests.ts'],
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
