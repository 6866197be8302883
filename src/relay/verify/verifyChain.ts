import { compareTensors, worseOf } from '../../runtime/compareTensors';
import { loadOnnxRuntime, onnxRuntimeExecutor } from '../../runtime/onnxRuntime';
import { randomNumbers } from '../../runtime/randomInputs';
import { bytesOfAll, type Tensor } from '../../runtime/tensor';
import type { ContractDocument } from '../../shared/documents/contract';
import { cutsOf } from '../../shared/documents/contractParts';
import { say } from '../../shared/messages/say';
import type { VerificationReport, VerificationTask, VerifiedOutput } from '../../shared/reports/verification';
import { DnnSplitError } from '../../shared/work/errors';
import { readContract } from '../contract/contractFile';
import { type ChainUnderTest, deployedChain, exactly, localChain } from './chainUnderTest';
import {
  type RandomStream,
  type RandomValues,
  randomStream,
  singleRequest,
  type WholeState,
  wholeStateOf,
} from './randomStream';
import { chainAnswers, wholeAnswers } from './rememberingChain';

/**
 * Runs the whole model and the chain of its sub-models on the same random inputs, in ONNX Runtime on the CPU without
 * optimization, where both must agree to the bit. The chain runs the relay's own code, its encodings between tiers
 * included; only the network is left out. As it is served, the chain runs optimized, which changes the last digits. A
 * deployment that runs is asked instead where the task names one. Whole and chain are in memory one after the other.
 * @param progress hears of the part that is done, 0..1
 * @throws DnnSplitError `missing-runtime`, `unreadable-model`, `bad-usage`, `file-system` where a deployment does not answer
 */
export async function verifyChain(
  task: VerificationTask,
  progress: (fraction: number) => void = () => undefined,
): Promise<VerificationReport> {
  const contracts = await Promise.all(task.contractPaths.map(readContract));
  const [first] = contracts;
  if (first === undefined) throw new DnnSplitError('bad-usage', say('verify.nothing', {}));
  const deployed = task.deployment && (await deployedChain(first, task.deployment));
  const values = { dimensions: task.dimensions, ranges: task.ranges, random: randomNumbers(task.seed) };
  const subject = { task, first, state: wholeStateOf(contracts), values };
  let outputs: Outputs = new Map();
  let told: ReturnType<ChainUnderTest['told']> = { tiers: [] };
  let steps = 0;
  try {
    for (let begun = 0; begun < task.runs; progress(begun / task.runs)) {
      const expected = await wholeRuns(subject, begun);
      progress((begun + expected.length / 2) / task.runs);
      const chain = deployed ?? (await localChain(contracts, task));
      try {
        for (const one of expected) outputs = await compareRun(chain, one, outputs, task.tolerance ?? 0);
        told = chain.told();
      } finally {
        if (chain !== deployed) await chain.close();
      }
      steps += expected.reduce((sum, { answers }) => sum + answers.length, 0);
      begun += expected.length;
    }
  } finally {
    await deployed?.close();
  }
  return {
    model: first.model,
    ...told,
    wire: contracts.slice(0, -1).map((contract) => cutsOf(contract)[0]?.sendsAs ?? 'original'),
    runs: task.runs,
    ...(subject.state.pairs.length > 0 && { steps }),
    seed: task.seed,
    runtime: `onnxruntime-node ${loadOnnxRuntime(task.runtimeFolder).env.versions.common}`,
    identical: [...outputs.values()].every(({ identical }) => identical),
    ...(task.tolerance !== undefined && {
      tolerance: task.tolerance,
      withinTolerance: [...outputs.values()].every(({ beyondTolerance }) => beyondTolerance === 0),
    }),
    outputs: [...outputs.values()],
  };
}

type Outputs = ReadonlyMap<string, VerifiedOutput>;

/** What is verified, and on which inputs. */
interface Subject {
  readonly task: VerificationTask;
  /** Contract of the first tier. */
  readonly first: ContractDocument;
  readonly state: WholeState;
  readonly values: RandomValues;
}

/** One run: what goes in, and what the whole model answers to each step. */
interface WholeRun {
  readonly stream: RandomStream;
  readonly answers: readonly (readonly Tensor[])[];
}

/** Inputs and answers of the whole model that are kept at once, until the chain has answered too. */
const mostKeptBytes = 256e6;

/** The next runs of the whole model, which is in memory no longer than for them: as many as may be kept, at least one. */
async function wholeRuns({ task, first, state, values }: Subject, begun: number): Promise<readonly WholeRun[]> {
  const whole = await onnxRuntimeExecutor(task.modelPath, exactly(task));
  const runs: WholeRun[] = [];
  try {
    for (let run = begun, kept = 0; run < task.runs && kept < mostKeptBytes; run += 1) {
      const stream = state.pairs.length === 0 ? singleRequest(first, values) : randomStream(first, state, values, run);
      const answers = await wholeAnswers(whole, first, state, stream);
      runs.push({ stream, answers });
      for (const tensors of [stream.carried, ...stream.steps, ...answers]) kept += bytesOfAll(tensors);
    }
  } finally {
    await whole.close();
  }
  return runs;
}

/** Lets the chain answer a run on each of its ways, and compares. */
async function compareRun(
  chain: ChainUnderTest,
  { stream, answers }: WholeRun,
  before: Outputs,
  tolerance: number,
): Promise<Outputs> {
  let outputs = before;
  for (const route of chain.routes) {
    let step = 0;
    for await (const found of chainAnswers(chain, stream, route)) {
      outputs = merged(outputs, compareAll(answers[step] ?? [], found, tolerance));
      step += 1;
    }
  }
  return outputs;
}

function compareAll(expected: readonly Tensor[], found: readonly Tensor[], tolerance: number): VerifiedOutput[] {
  return expected.map((tensor) => {
    const other = found.find(({ name }) => name === tensor.name);
    if (other !== undefined) return compareTensors(tensor, other, tolerance);
    throw new DnnSplitError('invalid-plan', say('verify.noOutput', { output: tensor.name }));
  });
}

function merged(before: Outputs, outputs: readonly VerifiedOutput[]): Outputs {
  return new Map(
    outputs.map((output) => {
      const earlier = before.get(output.name);
      return [output.name, earlier === undefined ? output : worseOf(earlier, output)];
    }),
  );
}
