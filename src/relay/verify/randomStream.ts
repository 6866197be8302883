import { bytesOf } from '../../runtime/elements';
import { randomInput } from '../../runtime/randomInputs';
import { elementCount, type Tensor } from '../../runtime/tensor';
import type { ContractDocument, ContractTensor, StartTensor, StateTensor } from '../../shared/documents/contract';
import { interfaceOf, startsWithOf, stateOf } from '../../shared/documents/contractParts';
import type { InputRanges } from '../../shared/vocabulary/inputRanges';
import { atStep, masksAll, type RoleOf, rolesOf, type StepLengths } from '../inference/stepLengths';

/** State of a whole model, which the tiers of its chain keep in parts. */
export interface WholeState {
  readonly pairs: readonly StateTensor[];
  /** What a session may begin with. */
  readonly startsWith: readonly StartTensor[];
}

/** What the tiers of a chain remember together, each tensor once. */
export function wholeStateOf(contracts: readonly ContractDocument[]): WholeState {
  const pairs = new Map(contracts.flatMap(stateOf).map((pair) => [pair.input, pair]));
  return { pairs: [...pairs.values()], startsWith: contracts[0] === undefined ? [] : startsWithOf(contracts[0]) };
}

/** The requests of one session. */
export interface RandomStream {
  /** State that its first request carries. */
  readonly carried: readonly Tensor[];
  /** Inputs of each step, the first one first. */
  readonly steps: readonly (readonly Tensor[])[];
  /** False for a request that belongs to no session. */
  readonly remembers: boolean;
}

/** What random inputs are drawn from. */
export interface RandomValues {
  readonly dimensions: Readonly<Record<string, number>>;
  readonly ranges: InputRanges | undefined;
  readonly random: () => number;
}

/** One request of a model that remembers nothing. */
export function singleRequest(first: ContractDocument, values: RandomValues): RandomStream {
  return { remembers: false, carried: [], steps: [interfaceOf(first).inputs.map((tensor) => drawn(tensor, values))] };
}

function drawn(tensor: ContractTensor, { dimensions, ranges, random }: RandomValues): Tensor {
  return randomInput(tensor, dimensions, random, ranges);
}

/** After the first step, which may take several tokens at once where caches grow. */
const [generatedSteps, longestPrefill, streamedFrames] = [16, 8, 50] as const;
const countsPlaces = /position/i;

/**
 * A random session as a client would hold it: a prompt of random length and 16 tokens where caches grow, 50 frames
 * elsewhere. Masks hide nothing, positions go on.
 * @param run every other one begins with random state, but for caches that grow
 * @throws DnnSplitError as `randomInput`
 */
export function randomStream(
  first: ContractDocument,
  { startsWith }: WholeState,
  values: RandomValues,
  run: number,
): RandomStream {
  const roleOf = rolesOf(startsWith);
  const { inputs } = interfaceOf(first);
  const growing = new Set(startsWith.flatMap(({ name, growsAlong }) => (typeof growsAlong === 'number' ? [name] : [])));
  const takesSeveral = inputs.some((tensor) => tensor.shape?.some((_, axis) => roleOf(tensor, axis) === 'step'));
  const prefill = takesSeveral ? 1 + Math.floor(values.random() * longestPrefill) : 1;
  const lengths = growing.size === 0 ? ones(streamedFrames) : [prefill, ...ones(generatedSteps)];
  let past = 0;
  const steps = lengths.map((step) => {
    const sizes = { past, step, total: past + step };
    past += step;
    return inputs.map((tensor) => streamInput(tensor, values, roleOf, sizes));
  });
  const carried = startsWith.filter(({ name }) => run % 2 === 1 && !growing.has(name));
  return { remembers: true, carried: carried.map((tensor) => drawn(tensor, values)), steps };
}

function ones(length: number): number[] {
  return new Array<number>(length).fill(1);
}

function streamInput(tensor: ContractTensor, values: RandomValues, roleOf: RoleOf, lengths: StepLengths): Tensor {
  const { name } = tensor;
  const made = drawn(atStep(tensor, roleOf, lengths), values);
  if (masksAll.test(name)) return withValues(made, () => 1);
  return countsPlaces.test(name) ? withValues(made, (index) => lengths.past + (index % lengths.step)) : made;
}

/** The same tensor with other elements, where they are whole numbers. */
function withValues(tensor: Tensor, valueAt: (index: number) => number): Tensor {
  const { datatype, shape } = tensor;
  const length = elementCount(shape);
  const values = Array.from({ length }, (_, index) => valueAt(index));
  if (datatype === 'INT64') return { ...tensor, data: bytesOf(BigInt64Array.from(values, BigInt)) };
  if (datatype === 'INT32') return { ...tensor, data: bytesOf(Int32Array.from(values)) };
  return datatype === 'BOOL' ? { ...tensor, data: Uint8Array.from(values) } : tensor;
}
