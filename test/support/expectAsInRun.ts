import { expect } from 'vitest';
import { inferBuilt, inferredResult } from './inferBuilt';
import type { BuiltModel } from './onnxBuilder';
import { runModel } from './runBuilt';

/**
 * Runs the model in ONNX Runtime and expects inference to state the same type and shape for every output: once with
 * symbolic dimensions put in before inference, once after it (the expressions themselves).
 */
export async function expectAsInRun(spec: BuiltModel, symbols: Readonly<Record<string, number>> = {}): Promise<void> {
  const run = await runModel(spec, symbols);
  const bound = inferBuilt(spec, symbols);
  const open = inferBuilt(spec);
  for (const [name, expected] of run) {
    expect(inferredResult(bound, name), `${name}, bound`).toEqual(expected);
    expect(inferredResult(open, name, symbols), `${name}, symbolic`).toEqual(expected);
  }
  expect(open.diagnostics.map((each) => each.message)).toEqual([]);
}
