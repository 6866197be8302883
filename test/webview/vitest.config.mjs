import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: import.meta.dirname,
    // Pictures for people are made on request only: `SCREENSHOTS=1`.
    include: [
      '{webview,page,answer,cutting,report,regionMap,keyboard}.browser.test.ts',
      ...(process.env['SCREENSHOTS'] ? ['screenshots.browser.test.ts'] : []),
    ],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A busy browser drops a frame now and then; the run names what passed at the second try only.
    retry: 1,
    setupFiles: [join(import.meta.dirname, '../support/secondTries.ts')],
    // Pages rest between what is done to them, each in a browser of its file's own.
    maxWorkers: 2,
  },
});
