import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killWriters } from '../../fuzz/killWriters';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';

/** A handful of moments; `npm run fuzz` takes many. */
describe.skipIf(process.platform === 'win32')('writers that are ended in the middle', () => {
  let bundled: Bundled;
  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
  }, 60_000);
  afterAll(() => bundled.remove());

  it('leave the old or the new, and nothing else after the next run', async () => {
    const { finds, kills } = await killWriters({ cli: bundled.program('cli'), moments: 3, seed: 1 });
    expect(finds).toEqual([]);
    expect(kills).toBeGreaterThan(6);
  });
});
