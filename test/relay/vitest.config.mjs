import { defineConfig } from 'vitest/config';

/** The long load test: `npx vitest run --config test/relay/vitest.config.mjs`, for SOAK_SECONDS (600). */
export default defineConfig({
  test: {
    globalSetup: 'test/support/builtPrograms.ts',
    include: ['test/relay/*.soak.ts'],
    testTimeout: 24 * 3600 * 1000,
    hookTimeout: 120_000,
  },
});
