import { describe, expect, it, vi } from 'vitest';
import type { Executor } from '../../../src/runtime/executor';
import { inferBinary } from '../../relay/v2Client';
import { contractOf, renaming, serveTier } from './support/serveTier';

const bytes = Buffer.alloc(400_000, 'weights');
const input = { name: 'x', datatype: 'FP32', shape: [bytes.byteLength / 4], bytes };
const largeEnough = { maxBodyBytes: 1e6 };

/** Answers its input as it is, and remembers where its bytes lie. */
function remembering(output: string, rest: Pick<Executor, 'letsInputsGo'> = {}) {
  const seen: Uint8Array[] = [];
  const { run, ...others } = renaming({ x: output, x1: output });
  const executor: Executor = {
    ...others,
    ...rest,
    run: (inputs, call) => {
      seen.push(...inputs.map(({ data }) => data));
      return run(inputs, call);
    },
  };
  return { executor, seen };
}

describe('the memory of a large body', () => {
  it('is free once the answer is out, even where the answer was made of it', async () => {
    const { executor, seen } = remembering('y', { letsInputsGo: true });
    const { address } = await serveTier(contractOf('cloud'), executor, undefined, largeEnough);
    for (let request = 0; request < 3; request += 1) {
      const { outputs } = await inferBinary(address, 'm', [input]);
      expect(Buffer.compare(outputs[0]?.bytes ?? Buffer.of(), bytes)).toBe(0);
    }
    await vi.waitFor(() => expect(seen.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]));
  });

  it('stays where another server may still be sent it', async () => {
    const { executor: engine, seen: byEngine } = remembering('y');
    const { address: above } = await serveTier(contractOf('cloud', { input: 'x1' }), engine, undefined, largeEnough);
    const { executor, seen } = remembering('x1', { letsInputsGo: true });
    const device = contractOf('device', { output: 'x1', isLast: false });
    const { address } = await serveTier(device, executor, above, largeEnough);
    // The second answer begins after all that follows the first.
    for (let request = 0; request < 2; request += 1) await inferBinary(address, 'm', [input]);
    expect([seen[0]?.byteLength, byEngine[0]?.byteLength]).toEqual([bytes.byteLength, bytes.byteLength]);
  });
});
