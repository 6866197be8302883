import { createService } from '../../../../src/relay/createService';
import { InferenceClient } from '../../../../src/relay/execution/inferenceClient';
import type { InferenceClientOptions } from '../../../../src/relay/execution/tensorServer';
import { Admission } from '../../../../src/relay/service/admission';
import type { Executors } from '../../../../src/relay/service/hop';
import type { LogFields } from '../../../../src/relay/service/log';
import { Metrics } from '../../../../src/relay/service/metrics';
import { RelayServer, type RelayServerOptions } from '../../../../src/relay/service/relayServer';
import type { SessionLimits } from '../../../../src/relay/sessions/sessions';
import type { Tracer } from '../../../../src/relay/tracing/tracer';
import type { Executor } from '../../../../src/runtime/executor';
import type { ContractDocument, ContractTensor, SingleCutContract } from '../../../../src/shared/documents/contract';
import { blocksOf } from '../../../../src/shared/documents/contractParts';
import { endWithTest } from '../../../support/startedByTest';

export function contractTensor(
  name: string,
  dtype = 'float32',
  shape: ContractTensor['shape'] = ['n'],
): ContractTensor {
  return { name, dtype, shape, bytes: null };
}

/** A tier that makes `output` of `input`; one that is not the last sends `output` on and gets `y` back. */
export function contractOf(
  tier: string,
  { input = 'x', output = 'y', isLast = true, artifact }: ContractOptions = {},
): SingleCutContract {
  const made = contractTensor(output);
  return {
    format: 'dnnsplit.contract',
    formatVersion: 1,
    ...(artifact !== undefined && { artifact }),
    model: 'm',
    tier,
    position: isLast ? 1 : 0,
    tierCount: 2,
    segment: { file: 'model.onnx', inputs: [contractTensor(input)], outputs: [made] },
    receives: [contractTensor(input)],
    receivesAs: 'original',
    sends: isLast ? [] : [made],
    sendsAs: 'original',
    answers: isLast ? [made] : [],
    answersAbove: isLast ? [] : [contractTensor('y')],
  };
}

interface ContractOptions {
  readonly input?: string;
  readonly output?: string;
  readonly isLast?: boolean;
  readonly artifact?: string;
}

/** Adds one to every element of float32, after `waitMs`. */
export function addOne(output: string, waitMs = 0): Executor {
  return {
    isReady: async () => true,
    run: async ([input]) => {
      if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs));
      const values = new Float32Array((input?.data ?? new Uint8Array()).slice().buffer).map((value) => value + 1);
      return [{ name: output, datatype: 'FP32', shape: input?.shape ?? [], data: new Uint8Array(values.buffer) }];
    },
    close: async () => undefined,
  };
}

/** Answers its inputs under other names. */
export function renaming(names: Readonly<Record<string, string>>): Executor {
  return {
    isReady: async () => true,
    run: async (inputs) => inputs.map((tensor) => ({ ...tensor, name: names[tensor.name] ?? tensor.name })),
    close: async () => undefined,
  };
}

export interface TierSettings extends Partial<RelayServerOptions> {
  readonly maxRunning?: number;
  readonly maxWaiting?: number;
  readonly maxOpen?: number;
  readonly sessions?: Partial<SessionLimits>;
  readonly client?: Partial<InferenceClientOptions>;
  readonly tracer?: Tracer;
  readonly refusesUnencoded?: boolean;
}

export interface ServedTier {
  readonly address: string;
  readonly port: number;
  readonly server: RelayServer;
  readonly metrics: Metrics;
  readonly logged: { readonly message: string; readonly fields: LogFields | undefined }[];
}

/** Serves a tier in this process until the test ends. @param upstream address of the tier above */
export async function serveTier(
  contract: ContractDocument,
  executor: Executor | Executors,
  upstream?: string,
  settings: TierSettings = {},
): Promise<ServedTier> {
  const metrics = new Metrics(contract.tier);
  const logged: ServedTier['logged'] = [];
  const client =
    upstream === undefined
      ? undefined
      : new InferenceClient({
          address: upstream,
          modelName: contract.model,
          connectTimeoutMs: 1000,
          maxBodyBytes: 100_000_000,
          retries: 0,
          title: `The tier above ${contract.tier}`,
          observe: (outcome) => metrics.answeredAbove(outcome),
          ...settings.client,
        });
  const admission = new Admission(settings.maxRunning ?? 2, settings.maxWaiting ?? 1);
  const options: RelayServerOptions = {
    host: '127.0.0.1',
    port: 0,
    version: '0',
    maxBodyBytes: 10_000,
    timeoutMs: 2000,
    drainMs: 0,
    graceMs: 500,
    log: (message, fields) => void logged.push({ message, fields }),
    ...settings,
  };
  const sessions = { maxSessions: 100, maxSessionBytes: 1e6, sessionIdleMs: 60_000, ...settings.sessions };
  const limits = { timeoutMs: options.timeoutMs, maxOpen: settings.maxOpen ?? 1000, ...sessions };
  const executors = executor instanceof Map ? executor : new Map(blocksOf(contract).map(({ id }) => [id, executor]));
  const parts = { executors, upstream: client, metrics, admission, tracer: settings.tracer };
  const { refusesUnencoded = false } = settings;
  const { service, unwatch } = createService(contract, parts, { ...limits, refusesUnencoded, log: options.log });
  const server = new RelayServer(service, options);
  const port = await server.listen();
  endWithTest(async () => {
    unwatch();
    client?.close();
    await server.stop();
  });
  return { address: `http://127.0.0.1:${port}`, port, server, metrics, logged };
}

/** Asks with JSON. */
export function ask(address: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${address}/v2/models/m/infer`, { method: 'POST', body: JSON.stringify(body), headers });
}

/** A request of one float32 tensor in JSON. */
export function floatsInput(name: string, data: readonly number[]) {
  return { inputs: [{ name, datatype: 'FP32', shape: [data.length], data }] };
}
