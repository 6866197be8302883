import { compareTensors, worseOf } from '../../runtime/compareTensors';
import { loadOnnxRuntime, onnxRuntimeExecutor } from '../../runtime/onnxRuntime';
import { randomNumbers } from '../../runtime/randomInputs';
import type { Tensor } from '../../runtime/tensor';
import { cutsOf } from '../../shared/documents/contractParts';
import { say } from '../../shared/messages/say';
import type { VerificationReport, VerificationTask, VerifiedOutput } from '../../shared/reports/verification';
import { DnnSplitError } from '../../shared/work/errors';
import { readContract } from '../contract/contractFile';
import { deployedChain, exactly, localChain } from './chainUnderTest';
import { randomStream, singleRequest, wholeStateOf } from './randomStream';
import { chainAnswers, wholeAnswers } from './rememberingChain';

/**
 * Runs the whole model and the chain of its sub-models on the same random inputs, in ONNX Runtime on the CPU without
 * optimization, where both must agree to the bit. The chain runs the relay's own code, its encodings between tiers
 * included; only the network is left out. As it is served, the chain runs optimized, which changes the last digits. A
 * deployment that runs is asked instead where the task names one.
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
  const { deployment } = task;
  const chain = deployment === undefined ? await localChain(contracts, task) : await deployedChain(first, deployment);
  const whole = await onnxRuntimeExecutor(task.modelPath, exactly(task));
  const state = wholeStateOf(contracts);
  const values = { dimensions: task.dimensions, ranges: task.ranges, random: randomNumbers(task.seed) };
  let steps = 0;
  let outputs = new Map<string, VerifiedOutput>();
  try {
    for (let run = 0; run < task.runs; run += 1) {
      const stream = state.pairs.length === 0 ? singleRequest(first, values) : randomStream(first, state, values, run);
      const expected = await wholeAnswers(whole, first, state, stream);
      for (const route of chain.routes) {
        let step = 0;
        for await (const found of chainAnswers(chain, stream, route)) {
          outputs = merged(outputs, compareAll(expected[step] ?? [], found, task.tolerance ?? 0));
          step += 1;
        }
      }
      steps += stream.steps.length;
      progress((run + 1) / task.runs);
    }
  } finally {
    await whole.close();
    await chain.close();
  }
  return {
    model: first.model,
    ...chain.told(),
    wire: contracts.slice(0, -1).map((contract) => cutsOf(contract)[0]?.sendsAs ?? 'original'),
    runs: task.runs,
    ...(state.pairs.length > 0 && { steps }),
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

function compareAll(expected: readonly Tensor[], found: readonly Tensor[], tolerance: number): VerifiedOutput[] {
  return expected.map((tensor) => {
    const other = found.find(({ name }) => name === tensor.name);
    if (other !== undefined) return compareTensors(tensor, other, tolerance);
    throw new DnnSplitError('invalid-plan', say('verify.noOutput', { output: tensor.name }));
  });
}

function merged(
  before: ReadonlyMap<string, VerifiedOutput>,
  outputs: readonly VerifiedOutput[],
): Map<string, VerifiedOutput> {
  return new Map(
    outputs.map((output) => {
      const earlier = before.get(output.name);
      return [output.name, earlier === undefined ? output : worseOf(earlier, output)];
    }),
  );
}
