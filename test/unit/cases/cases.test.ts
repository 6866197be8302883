import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { soleAtom } from '../../../src/engine/shapes/algebra/dimExpression';
import type { DimensionBindings, InferredModel } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { openFileSource } from '../../../src/files/fileSource';
import { sharedFolder } from '../../support/shared';
import { differences, prefixAssignment, prepare, runChain } from '../extract/chain';

/** What must hold of a small model that was made after a public report. */
interface Expected {
  readonly tensors?: Readonly<Record<string, readonly [string, readonly number[]] | readonly (number | string)[]>>;
  readonly macs?: number;
  readonly weightBytes?: number;
  readonly chain?: string;
  readonly must?: unknown;
}

interface Case {
  readonly name: string;
  readonly path: string;
  readonly expected: Expected;
}

function isRefusal(must: unknown): boolean {
  return typeof must === 'object';
}

const folder = sharedFolder === undefined ? '' : join(sharedFolder, 'models/cases');
const cases = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((file) => file.endsWith('.expected.json'))
  .map((file): Case => {
    const name = basename(file, '.expected.json');
    const expected: Expected = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const path = [join(folder, `${name}.onnx`), join(folder, `${name}_dir/model.onnx`)].find(existsSync);
    return { name, path: path ?? '', expected };
  })
  .filter(({ path }) => path !== '');

function infer(path: string, bindings: DimensionBindings): InferredModel {
  const source = openFileSource(path);
  try {
    return inferModel(readModel(source), bindings);
  } finally {
    source.close();
  }
}

/** Types and shapes of an oracle; some state shapes alone. */
function expectedTensors({ tensors = {} }: Expected) {
  return Object.entries(tensors).map(([name, stated]) => {
    const [first, second] = stated;
    return Array.isArray(second)
      ? { name, dtype: String(first), shape: second }
      : { name, dtype: undefined, shape: stated };
  });
}

/** Sizes of runs that no tensor's symbol tells. */
const sizes: Readonly<Record<string, DimensionBindings>> = {
  mixed_symbol_conflict: { m: 3, n: 3 },
  where_broadcast_dyn: { seq: 4 },
};

/** Numbers for the symbols, as the oracle's run had them. */
function bindingsOf({ name: model, path, expected }: Case): DimensionBindings {
  const bindings: Record<string, number> = { ...sizes[model] };
  const inferred = infer(path, {});
  for (const { name, shape } of expectedTensors(expected)) {
    for (const [axis, dim] of (inferred.tensors.get(name)?.shape ?? []).entries()) {
      const atom = soleAtom(dim);
      const size = shape[axis];
      if (atom?.kind === 'symbol' && typeof size === 'number') bindings[atom.key] = size;
    }
  }
  return bindings;
}

/** What is known of a tensor; a size that only the data decides is as good as the right one. */
function knownOf(inferred: InferredModel, { name, dtype, shape }: ReturnType<typeof expectedTensors>[number]) {
  const fact = inferred.tensors.get(name);
  const found = fact?.shape?.map((dim, axis) =>
    typeof dim !== 'number' && dim.cause !== undefined ? shape[axis] : typeof dim === 'number' ? dim : dim.key,
  );
  return { name, dtype: dtype === undefined ? undefined : fact?.dtype, shape: found };
}

/** Runs that ONNX Runtime's binding for Node does not offer: elements of 8 bits, maps; and texts, which other tests run. */
const notRunHere = new Set(['fp8_cross', 'ml_zipmap', 'strings']);

describe.skipIf(cases.length === 0)('small models after public reports (needs ../shared)', () => {
  const stated = cases.filter(({ expected }) => expected.tensors !== undefined || expected.macs !== undefined);
  it.each(stated)('$name has the types, shapes and counts of a run', (each) => {
    const { path, expected } = each;
    const inferred = infer(path, bindingsOf(each));
    const tensors = expectedTensors(expected);
    expect(tensors.map((tensor) => knownOf(inferred, tensor))).toEqual(tensors);
    const macs = inferred.nodes.reduce((sum, node) => sum + (node.macs ?? Number.NaN), 0);
    if (expected.macs !== undefined) expect(macs).toBe(expected.macs);
    const bytes = [...inferred.weightBytes.values()].reduce((sum, weight) => sum + weight, 0);
    if (expected.weightBytes !== undefined) expect(bytes).toBe(expected.weightBytes);
  });

  const chains = cases.filter(({ name, expected }) => expected.chain !== undefined && !notRunHere.has(name));
  it.each(chains)('$name gives the same bits cut anywhere', async (each) => {
    const subject = await prepare(each.path, bindingsOf(each));
    const passed = new Set(subject.inferred.inputs);
    for (let position = 0; position <= subject.graph.nodes.length; position++) {
      const { outputs } = await runChain(subject, prefixAssignment(subject.graph, position), 2);
      const wrong = differences(subject, outputs).filter((name) => !passed.has(name));
      expect(wrong, `cut after ${position}`).toEqual([]);
    }
  });

  it.each(cases.filter(({ expected }) => isRefusal(expected.must)))('$name is refused in one sentence', ({ path }) => {
    expect(() => infer(path, {})).toThrow(/^[A-Z][^\n]*\.$/);
  });
});
