import { availableParallelism } from 'node:os';
import { subModelPath } from '../../files/reach';
import { Ending } from '../../runtime/ending';
import { type Call, type Executor, type Sequence, unhurriedCall } from '../../runtime/executor';
import { type OnnxRuntimeOptions, onnxRuntimeExecutor } from '../../runtime/onnxRuntime';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import { refuseUncarried } from '../../shared/documents/carriedTensors';
import type { ContractDocument } from '../../shared/documents/contract';
import { blocksOf, runTensors, travellingTensors } from '../../shared/documents/contractParts';
import { say } from '../../shared/messages/say';
import type { RunningDeployment, VerificationReport, VerificationTask } from '../../shared/reports/verification';
import { DnnSplitError } from '../../shared/work/errors';
import type { Route } from '../adaptive/route';
import { announcedBy } from '../execution/tierAbove';
import { artifactOf } from '../inference/artifact';
import { protocolParametersOf } from '../inference/sequence';
import { timingParameter } from '../inference/travelling';
import { createClient } from '../protocols/createClient';
import { type Executors, Hop, timingsOf } from '../service/hop';
import { Metrics } from '../service/metrics';
import { answeringHop } from './rememberingChain';

/** What is compared with the whole model. */
export interface ChainUnderTest {
  /** The ways through the tiers that are to be tried; one that is undefined leaves the choice to the chain. */
  readonly routes: readonly (Route | undefined)[];
  /** @param sequence the session that the request is a step of, where the model remembers */
  answer(inputs: readonly Tensor[], route: Route | undefined, sequence?: Sequence): Promise<readonly Tensor[]>;
  /** What the report says of it, once it has answered. */
  told(): Pick<VerificationReport, 'tiers' | 'optimization' | 'deployment' | 'cuts'>;
  close(): Promise<void>;
}

/** How the whole model runs, and its sub-models unless they run as they are served. */
export function exactly({ runtimeFolder }: Pick<VerificationTask, 'runtimeFolder'>): OnnxRuntimeOptions {
  return { runtimeFolder, threads: 1, graphOptimization: 'disabled' };
}

/** The sub-models in this process, each tier handing on to the one above without a network between them. */
export async function localChain(
  contracts: readonly ContractDocument[],
  task: VerificationTask,
): Promise<ChainUnderTest> {
  for (const contract of contracts)
    refuseUncarried([...travellingTensors(contract), ...runTensors(contract)], 'runtime');
  const served: OnnxRuntimeOptions =
    task.serving === true
      ? { ...exactly(task), threads: availableParallelism(), graphOptimization: 'all' }
      : exactly(task);
  const parts = await Promise.all(contracts.map((contract, index) => partsOf(contract, task, index, served)));
  const first = firstHop(contracts, parts);
  const routes = routesOf(contracts[0]);
  return {
    routes,
    answer: async (inputs, route, sequence) =>
      (await first.answer(inputs, { ...unhurriedCall, sequence }, route)).outputs,
    told: () => ({
      tiers: contracts.map(({ tier }) => tier),
      ...(contracts[0]?.formatVersion === 2 && { cuts: routes.length }),
      optimization: task.serving === true ? 'all' : 'disabled',
    }),
    close: async () => {
      for (const executors of parts) for (const executor of executors.values()) await executor.close();
    },
  };
}

/** Every way through the tiers; the one that there is where they hold but one cut. */
function routesOf(first: ContractDocument | undefined): readonly (Route | undefined)[] {
  if (first?.formatVersion !== 2) return [undefined];
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

function firstHop(contracts: readonly ContractDocument[], parts: readonly Executors[]): Pick<Hop, 'answer'> {
  let above: Pick<Hop, 'answer' | 'obstacle'> | undefined;
  for (const [index, contract] of [...contracts.entries()].reverse()) {
    const next = above;
    const upstream = next && {
      obstacle: () => next.obstacle(),
      infer: (inputs: readonly Tensor[], call: Call, route?: Route) => next.answer(inputs, call, route),
    };
    const hop = new Hop(contract, parts[index] ?? new Map(), upstream, new Metrics(contract.tier));
    const answering = answeringHop(contract, hop);
    above = { obstacle: () => hop.obstacle(), answer: (...asked) => answering.answer(...asked) };
  }
  if (above === undefined) throw new DnnSplitError('bad-usage', say('verify.nothing', {}));
  return above;
}

/** Longer than any relay works on a request. */
const answerTimeoutMs = 120_000;
const limits = { connectTimeoutMs: 10_000, maxBodyBytes: 2e9, retries: 0 };

/**
 * A deployment that runs, asked as any client asks its first tier.
 * @param first contract of that tier as the plan makes it
 * @throws DnnSplitError `bad-usage` for an address that is none, `file-system` where nothing answers there
 */
export async function deployedChain(first: ContractDocument, deployment: RunningDeployment): Promise<ChainUnderTest> {
  const { url, token, certificateAuthority } = deployment;
  refuseUncarried(travellingTensors(first), 'protocol');
  const client = createClient({
    ...{ address: url, modelName: first.model, title: 'The deployment', token, certificateAuthority },
    ...limits,
  });
  const description = await client.describe().catch((thrown: unknown) => Promise.reject(noAnswer(url, thrown)));
  const artifact = announcedBy(description);
  const tiers = new Set<string>();
  return {
    routes: [undefined],
    answer: async (inputs, _, sequence) => {
      const ending = Ending.with(AbortSignal.timeout(answerTimeoutMs));
      const deadlineMs = performance.now() + answerTimeoutMs;
      try {
        const call = { ending, deadlineMs, headers: {}, wantsTiming: true };
        const settings = sequence === undefined ? {} : { parameters: protocolParametersOf(sequence) };
        const { outputs, parameters } = await client.infer(inputs, call, settings);
        for (const { tier } of timingsOf(parameters[timingParameter])) tiers.add(tier);
        return outputs;
      } catch (thrown) {
        throw noAnswer(url, thrown);
      }
    },
    told: () => ({
      tiers: [...tiers],
      deployment: { url, sameExport: typeof artifact === 'string' ? artifact === artifactOf(first) : null },
    }),
    close: async () => client.close(),
  };
}

function noAnswer(url: string, thrown: unknown): DnnSplitError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const text = Refusal.is(thrown) ? reason : `${reason}.`;
  return new DnnSplitError('file-system', say('verify.noAnswer', { url, reason: text }));
}
