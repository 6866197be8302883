import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-many-'));
let bundled: Bundled;

/** A plan by a process of its own: a thread of the tests has a larger stack, and so room for more arguments. */
function plan(model: string): Record<string, unknown> {
  const args = [bundled.program('cli'), 'plan', model, '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  bundled = await bundlePrograms(commandLine);
});
afterAll(async () => {
  await bundled.remove();
  rmSync(folder, { recursive: true });
});

describe('more than a call takes arguments', () => {
  it('of nodes are told of where a plan is reported', async () => {
    const path = join(folder, 'large.onnx');
    const { writeResidualNetwork } = await import(String(join(root, 'build/bench/writeModels.mjs')));
    writeResidualNetwork(path, 150_000);
    expect(plan(path)).toHaveProperty('verdict');
  });
});
