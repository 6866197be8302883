import type { Executor } from '../../../../src/runtime/executor';
import type { Tensor } from '../../../../src/runtime/tensor';
import type { SingleCutContract } from '../../../../src/shared/documents/contract';
import { contractTensor } from './serveTier';

const [x, a, y] = [contractTensor('x'), contractTensor('a'), contractTensor('y', 'float32', ['m'])];
const [sum, list] = [contractTensor('sum'), contractTensor('list', 'float32', ['past'])];

const head = { format: 'dnnsplit.contract', formatVersion: 1, model: 'm', tierCount: 2 } as const;
const original = { receivesAs: 'original', sendsAs: 'original' } as const;

/** Adds x to a sum that it keeps, and sends the sum on. */
export const deviceContract: SingleCutContract = {
  ...head,
  ...original,
  tier: 'device',
  position: 0,
  segment: {
    file: 'model.onnx',
    inputs: [x, sum],
    outputs: [a, contractTensor('newSum')],
    state: [{ input: 'sum', output: 'newSum', dtype: 'float32', shape: ['n'], growsAlong: null }],
  },
  receives: [x],
  sends: [a],
  answers: [],
  answersAbove: [y],
  startsWith: [
    { ...sum, growsAlong: null },
    { ...list, growsAlong: 0 },
  ],
  startsAbove: [{ ...list, growsAlong: 0 }],
};

/** Keeps a list of all sums and answers the whole of it. */
export const cloudContract: SingleCutContract = {
  ...head,
  ...original,
  tier: 'cloud',
  position: 1,
  segment: {
    file: 'model.onnx',
    inputs: [a, list],
    outputs: [y, contractTensor('newList', 'float32', ['m'])],
    state: [{ input: 'list', output: 'newList', dtype: 'float32', shape: ['past'], growsAlong: 0 }],
  },
  receives: [a],
  sends: [],
  answers: [y],
  answersAbove: [],
  startsWith: [{ ...list, growsAlong: 0 }],
};

const valuesOf = (inputs: readonly Tensor[], name: string): number[] => [
  ...new Float32Array((inputs.find((tensor) => tensor.name === name)?.data ?? new Uint8Array()).slice().buffer),
];
const tensorOf = (name: string, values: readonly number[]): Tensor => ({
  name,
  datatype: 'FP32',
  shape: [values.length],
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** Runs a function in place of a sub-model. */
function running(run: (inputs: readonly Tensor[]) => Tensor[] | Promise<Tensor[]>): Executor {
  return { isReady: async () => true, run: async (inputs) => await run(inputs), close: async () => undefined };
}

export const deviceRuns = running((inputs) => {
  const [given, before] = [valuesOf(inputs, 'x'), valuesOf(inputs, 'sum')];
  const after = given.map((value, index) => value + (before[index] ?? Number.NaN));
  return [tensorOf('a', after), tensorOf('newSum', after)];
});

/**
 * @param before hears of every run and may let it wait or fail
 * @param changed what becomes of the answer
 */
export function cloudRuns(
  before: (sums: readonly number[]) => void | Promise<void> = () => undefined,
  changed: (y: Tensor) => Tensor = (y) => y,
): Executor {
  return running(async (inputs) => {
    const sums = valuesOf(inputs, 'a');
    await before(sums);
    const all = [...valuesOf(inputs, 'list'), ...sums];
    return [changed(tensorOf('y', all)), tensorOf('newList', all)];
  });
}
