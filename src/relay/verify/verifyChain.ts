import { availableParallelism } from 'node:os';
import { subModelPath } from '../../files/reach';
import { compareTensors, worseOf } from '../../runtime/compareTensors';
import { type Call, type Executor, unhurriedCall } from '../../runtime/executor';
import { loadOnnxRuntime, type OnnxRuntimeOptions, onnxRuntimeExecutor } from '../../runtime/onnxRuntime';
import { randomInput, randomNumbers } from '../../runtime/randomInputs';
import type { Tensor } from '../../runtime/tensor';
import { refuseUncarried } from '../../shared/carriedTensors';
import {
  blocksOf,
  type ContractDocument,
  cutsOf,
  interfaceOf,
  runTensors,
  travellingTensors,
} from '../../shared/documents/contract';
import { DnnSplitError } from '../../shared/errors';
import { say } from '../../shared/messages/say';
import type { VerificationReport, VerificationTask, VerifiedOutput } from '../../shared/verification';
import type { Route } from '../adaptive/route';
import { readContract } from '../contract/contractFile';
import { type Executors, Hop } from '../service/hop';
import { Metrics } from '../service/metrics';

/**
 * Runs the whole model and the chain of its sub-models on the same random inputs, in ONNX Runtime on the CPU without
 * optimization, where both must agree to the bit. The chain runs the relay's own code, its encodings between tiers
 * included; only the network is left out. As it is served, the chain runs optimized, which changes the last digits.
 * @param progress hears of the part that is done, 0..1
 * @throws DnnSplitError `missing-runtime`, `unreadable-model`, `bad-usage`
 */
export async function verifyChain(
  task: VerificationTask,
  progress: (fraction: number) => void = () => undefined,
): Promise<VerificationReport> {
  const contracts = await Promise.all(task.contractPaths.map(readContract));
  const [first] = contracts;
  for (const contract of contracts)
    refuseUncarried([...travellingTensors(contract), ...runTensors(contract)], 'runtime');
  if (first === undefined) throw new DnnSplitError('bad-usage', say('verify.nothing', {}));
  const options: OnnxRuntimeOptions = {
    runtimeFolder: task.runtimeFolder,
    threads: 1,
    graphOptimization: 'disabled',
  };
  const served: OnnxRuntimeOptions =
    task.serving === true ? { ...options, threads: availableParallelism(), graphOptimization: 'all' } : options;
  const whole = await onnxRuntimeExecutor(task.modelPath, options);
  const parts = await Promise.all(contracts.map((contract, index) => partsOf(contract, task, index, served)));
  const chain = chainOf(contracts, parts);
  const routes = routesOf(first);
  const random = randomNumbers(task.seed);
  let outputs = new Map<string, VerifiedOutput>();
  for (let run = 0; run < task.runs; run += 1) {
    const inputs = interfaceOf(first).inputs.map((tensor) => randomInput(tensor, task.dimensions, random, task.ranges));
    const expected = await whole.run(inputs, unhurriedCall);
    for (const route of routes) {
      const { outputs: found } = await chain.answer(inputs, unhurriedCall, route);
      outputs = merged(outputs, compareAll(expected, found, task.tolerance ?? 0));
    }
    progress((run + 1) / task.runs);
  }
  await Promise.all([whole, ...parts.flatMap((executors) => [...executors.values()])].map((one) => one.close()));
  return {
    model: first.model,
    tiers: contracts.map(({ tier }) => tier),
    ...(first.formatVersion === 2 && { cuts: routes.length }),
    wire: contracts.slice(0, -1).map((contract) => cutsOf(contract)[0]?.sendsAs ?? 'original'),
    runs: task.runs,
    seed: task.seed,
    runtime: `onnxruntime-node ${loadOnnxRuntime(task.runtimeFolder).env.versions.common}`,
    optimization: task.serving === true ? 'all' : 'disabled',
    identical: [...outputs.values()].every(({ identical }) => identical),
    ...(task.tolerance !== undefined && {
      tolerance: task.tolerance,
      withinTolerance: [...outputs.values()].every(({ beyondTolerance }) => beyondTolerance === 0),
    }),
    outputs: [...outputs.values()],
  };
}

/** Every way through the tiers; the one that there is where they hold but one cut. */
function routesOf(first: ContractDocument): readonly (Route | undefined)[] {
  if (first.formatVersion === 1) return [undefined];
  const { artifact, policy, cuts } = first;
  return cuts.map(({ id }) => ({ artifact, policy: policy.version, cuts: [id] }));
}

async function partsOf(
  contract: ContractDocument,
  task: VerificationTask,
  index: number,
  options: OnnxRuntimeOptions,
): Promise<Executors> {
  const executors = new Map<string, Executor>();
  for (const { id, file } of blocksOf(contract)) {
    const path = subModelPath(task.contractPaths[index] ?? '', file);
    executors.set(id, await onnxRuntimeExecutor(path, options));
  }
  return executors;
}

/** The first tier, each tier handing on to the one above without a network between them. */
function chainOf(contracts: readonly ContractDocument[], parts: readonly Executors[]): Hop {
  let above: Hop | undefined;
  for (const [index, contract] of [...contracts.entries()].reverse()) {
    const next = above;
    const upstream = next && {
      obstacle: () => next.obstacle(),
      infer: (inputs: readonly Tensor[], call: Call, route?: Route) => next.answer(inputs, call, route),
    };
    above = new Hop(contract, parts[index] ?? new Map(), upstream, new Metrics(contract.tier));
  }
  if (above === undefined) throw new DnnSplitError('bad-usage', say('verify.nothing', {}));
  return above;
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
