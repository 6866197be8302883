import { expect } from 'vitest';
import type { Dim } from '../../src/engine/shapes/algebra/dim';
import { substituteDim } from '../../src/engine/shapes/algebra/substituteDim';
import type { InferredModel } from '../../src/engine/shapes/facts/inferred';
import { inferBuilt } from './inferBuilt';
import type { BuiltModel } from './onnxBuilder';
import { runTensors } from './runBuilt';

/**
 * Runs the model in ONNX Runtime and holds the elements of its results that inference follows against those of the run:
 * once with symbols bound before inference, once with symbols put into the expressions. Every element of a result in
 * `known` must be followed.
 */
export async function expectValuesAsInRun(
  spec: BuiltModel,
  symbols: Readonly<Record<string, number>>,
  known: readonly string[],
): Promise<void> {
  const run = await runTensors(spec, symbols);
  expect([...run.keys()]).toEqual(expect.arrayContaining([...known]));
  for (const [mode, inferred] of [
    ['bound', inferBuilt(spec, symbols)],
    ['symbolic', inferBuilt(spec)],
  ] as const) {
    for (const [name, tensor] of run) {
      const actual = Array.from(tensor.data as ArrayLike<number | bigint>, Number);
      const elements = followed(inferred, name, symbols)?.map((each, at) => rounded(each, actual[at]));
      if (known.includes(name)) expect(elements, `${name}, ${mode}`).toEqual(actual);
      else if (elements !== undefined)
        expect(
          elements.map((each, at) => each ?? actual[at]),
          name,
        ).toEqual(actual);
    }
  }
}

/** Expressions are exact, a run rounds its reals to float32 in every step; integers are compared as they are. */
function rounded(element: number | undefined, actual: number | undefined): number | undefined {
  if (element === undefined || actual === undefined || Number.isInteger(actual)) return element;
  return Math.abs(element - actual) <= 1e-6 * Math.abs(actual) ? actual : element;
}

/** Elements of a tensor as numbers; `undefined` for those that stay open. */
function followed(
  inferred: InferredModel,
  name: string,
  symbols: Readonly<Record<string, number>>,
): (number | undefined)[] | undefined {
  const bindings = new Map(Object.entries(symbols));
  const settle = (element: Dim | undefined): number | undefined => {
    const settled = element === undefined ? undefined : substituteDim(element, bindings);
    return typeof settled === 'number' ? settled : undefined;
  };
  return inferred.tensors.get(name)?.value?.map(settle);
}
