import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { subModelPath } from '../files/reach';
import type { Executor } from '../runtime/executor';
import { onnxRuntimeExecutor } from '../runtime/onnxRuntime';
import { refuseUncarried } from '../shared/documents/carriedTensors';
import type { ContractBlock, ContractDocument } from '../shared/documents/contract';
import { blocksOf, cutsOf, runTensors, travellingTensors } from '../shared/documents/contractParts';
import { say } from '../shared/messages/say';
import { defaultSessions } from '../shared/sessionLimits';
import { DnnSplitError } from '../shared/work/errors';
import { readContract, readNamedFile } from './contract/contractFile';
import { createService } from './createService';
import type { LinkShape } from './execution/linkShaper';
import { engineTitle, remoteEngineExecutor } from './execution/remoteEngine';
import type { TensorServer } from './execution/tensorServer';
import { warmUp } from './execution/warmUp';
import { JsonWorkerCodec } from './inference/jsonWorker';
import { directCodec, type MessageCodec } from './inference/messageCodec';
import { createClient } from './protocols/createClient';
import { loadGrpc } from './protocols/loadGrpc';
import { accessCheck } from './service/access';
import { Admission } from './service/admission';
import { serverName } from './service/description';
import type { Executors } from './service/hop';
import type { InferenceService } from './service/inferenceService';
import type { Log } from './service/log';
import { MemoryBudget } from './service/memoryBudget';
import { Metrics } from './service/metrics';
import { RelayServer } from './service/relayServer';
import { Tracer } from './tracing/tracer';
import type { TracingSettings } from './tracing/tracingSettings';

/** How a relay is set up; every limit has a default in `defaultRelaySettings`. */
export interface RelaySettings {
  readonly contractPath: string;
  readonly host: string;
  readonly port: number;
  /** Port to serve gRPC on, 0 for a free one; HTTP alone where absent. */
  readonly grpcPort?: number;
  /** Base address of the relay of the tier above. */
  readonly upstream?: string;
  /** Base address of a running v2 engine; ONNX Runtime in this process otherwise. */
  readonly engine?: string;
  /** Name of the sub-model at that engine; of several blocks, each has `-block-` and its id behind it. */
  readonly engineModel?: string;
  readonly tokenFile?: string;
  readonly upstreamTokenFile?: string;
  readonly engineTokenFile?: string;
  /** Certificates that servers above have to be signed by, instead of those that the system trusts. */
  readonly upstreamCaFile?: string;
  readonly engineCaFile?: string;
  readonly tlsCertificateFile?: string;
  readonly tlsKeyFile?: string;
  /** Serve other machines without a token; for networks that keep strangers out themselves. */
  readonly allowAnonymous: boolean;
  readonly maxBodyMB: number;
  readonly maxRunning: number;
  readonly maxWaiting: number;
  /** Requests that are not answered yet, wherever they are. */
  readonly maxOpen: number;
  /** With state: sessions at once, their state together, and how long one may be unused. */
  readonly maxSessions: number;
  readonly maxSessionMB: number;
  readonly sessionIdleS: number;
  readonly timeoutMs: number;
  /** Time until a connection to another server stands. */
  readonly connectTimeoutMs: number;
  /** How long a relay that is told to stop still answers new requests, while it says that it is not ready. */
  readonly drainMs: number;
  readonly graceMs: number;
  readonly retries: number;
  /** Default: as many as the machine has processors for this process. */
  readonly threads?: number;
  /** Folder whose `node_modules` holds ONNX Runtime, where a person named one. */
  readonly runtimeFolder?: string;
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'all';
  /** With several cuts: whether the link may be probed where requests show too little of it. */
  readonly probes?: boolean;
  /** Whether tensors that their link's encoding cannot carry are refused; they travel as they are otherwise. */
  readonly refusesUnencoded?: boolean;
  /** Where spans go; none are made where absent. */
  readonly tracing?: TracingSettings | undefined;
  /** Makes the connection to the tier above as slow as this link. */
  readonly link?: LinkShape;
  readonly version: string;
  readonly log: Log;
}

export const defaultRelaySettings = {
  host: '127.0.0.1',
  port: 8000,
  allowAnonymous: false,
  maxBodyMB: 256,
  maxRunning: 4,
  maxWaiting: 64,
  maxOpen: 1024,
  ...defaultSessions,
  timeoutMs: 30_000,
  connectTimeoutMs: 3000,
  drainMs: 5000,
  graceMs: 10_000,
  retries: 3,
  graphOptimization: 'all',
} as const satisfies Partial<RelaySettings>;

export interface RunningRelay {
  readonly port: number;
  /** Port of gRPC, where it is served. */
  readonly grpcPort?: number;
  readonly contract: ContractDocument;
  /** @param drainMs overrides how long new requests are still answered */
  stop(drainMs?: number): Promise<void>;
}

/** Starts the relay of one tier. @throws DnnSplitError for an unreadable contract, unsafe exposure, or a missing engine */
export async function runRelay(settings: RelaySettings): Promise<RunningRelay> {
  const contract = await readContract(settings.contractPath);
  refuseUncarried(travellingTensors(contract), 'protocol');
  if (settings.engine === undefined) refuseUncarried(runTensors(contract), 'runtime');
  refuseUnheld(contract);
  const token = await readSecret(settings.tokenFile);
  refuseUnsafeExposure(settings, token);
  const tls = await readTls(settings);
  const metrics = new Metrics(contract.tier);
  const executors = await createExecutors(contract, settings);
  const upstream = await createUpstream(contract, settings, metrics);
  const admission = new Admission(settings.maxRunning, settings.maxWaiting);
  const tracer = createTracer(contract, settings);
  const parts = { executors, upstream, metrics, admission, tracer };
  const { maxSessionMB, sessionIdleS } = settings;
  const sessions = { maxSessionBytes: maxSessionMB * 1e6, sessionIdleMs: sessionIdleS * 1000 };
  const { service, unwatch } = createService(contract, parts, { ...settings, ...sessions });
  const limits = { maxBodyBytes: settings.maxBodyMB * 1e6 };
  const access = { ...(token !== undefined && { token }), ...(tls !== undefined && { tls }) };
  const server = new RelayServer(service, { ...settings, ...limits, ...access }, createCodec());
  const grpc = createGrpcServer(service, settings, { ...limits, ...access });
  const stop = async (drainMs?: number) => {
    await server.stop(drainMs);
    await grpc?.stop();
    unwatch();
    upstream?.close();
    for (const executor of executors.values()) await executor.close();
    await tracer?.close();
  };
  // Opens connections, so that the first request need not wait for them; the tier above may come later.
  upstream?.describe().catch(() => undefined);
  const port = await server.listen();
  const grpcPort = await grpc?.listen().catch(async (thrown: unknown) => {
    await stop(0);
    throw thrown;
  });
  return { port, ...(grpcPort !== undefined && { grpcPort }), contract, stop };
}

/** @throws DnnSplitError `bad-usage` for blocks that need what this relay does not do */
function refuseUnheld(contract: ContractDocument): void {
  if (contract.formatVersion === 1) return;
  const stateful = contract.blocks.find(({ state = [] }) => state.length > 0);
  if (stateful === undefined) return;
  throw new DnnSplitError('bad-usage', say('relay.state', { tier: contract.tier, block: stateful.id }));
}

async function readSecret(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const token = (await readNamedFile(path, 'token')).trim();
  if (token === '') throw new DnnSplitError('bad-usage', say('relay.noToken', { path }), { path });
  return token;
}

async function readTls({ tlsCertificateFile, tlsKeyFile }: RelaySettings) {
  if (tlsCertificateFile === undefined && tlsKeyFile === undefined) return undefined;
  if (tlsCertificateFile === undefined || tlsKeyFile === undefined) {
    throw new DnnSplitError('bad-usage', say('relay.tlsPair', {}));
  }
  return {
    certificate: await readNamedFile(tlsCertificateFile, 'certificate'),
    key: await readNamedFile(tlsKeyFile, 'key'),
  };
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

function refuseUnsafeExposure({ host, allowAnonymous }: RelaySettings, token: string | undefined): void {
  if (loopback.has(host) || token !== undefined || allowAnonymous) return;
  throw new DnnSplitError('bad-usage', say('relay.open', { host }));
}

function createGrpcServer(
  service: InferenceService,
  settings: RelaySettings,
  access: { maxBodyBytes: number; token?: string; tls?: { certificate: string; key: string } },
) {
  if (settings.grpcPort === undefined) return undefined;
  const { GrpcServer } = loadGrpc();
  const { host, version, graceMs, grpcPort: port } = settings;
  const budget = new MemoryBudget(2 * access.maxBodyBytes);
  return new GrpcServer(service, {
    ...access,
    host,
    port,
    version,
    graceMs,
    budget,
    checkAccess: accessCheck(access.token),
  });
}

function createTracer({ model, tier }: ContractDocument, { tracing, version, log }: RelaySettings): Tracer | undefined {
  const resource = { 'service.name': serverName, 'service.version': version };
  const lost = (reason: string, spans: number) => log(`spans are lost: ${reason}`, { level: 'warning', spans });
  return tracing && new Tracer(tracing, { ...resource, 'dnnsplit.model': model, 'dnnsplit.tier': tier }, lost);
}

/** The relay's own program lies beside every program that serves. */
function createCodec(): MessageCodec {
  const program = join(__dirname, 'relay.js');
  return existsSync(program) ? new JsonWorkerCodec(program) : directCodec;
}

async function createExecutors(contract: ContractDocument, settings: RelaySettings): Promise<Executors> {
  const executors = new Map<string, Executor>();
  for (const block of blocksOf(contract)) executors.set(block.id, await createExecutor(contract, block, settings));
  return executors;
}

async function createExecutor(
  { model, formatVersion }: ContractDocument,
  block: ContractBlock,
  settings: RelaySettings,
): Promise<Executor> {
  if (settings.engine !== undefined) {
    const { engineModel = model } = settings;
    const client = createClient({
      address: settings.engine,
      modelName: formatVersion === 2 ? `${engineModel}-block-${block.id}` : engineModel,
      title: engineTitle,
      token: await readSecret(settings.engineTokenFile),
      certificateAuthority: await readAuthority(settings.engineCaFile),
      ...clientLimits(settings),
    });
    return remoteEngineExecutor(client, block);
  }
  const executor = await onnxRuntimeExecutor(subModelPath(settings.contractPath, block.file), {
    runtimeFolder: settings.runtimeFolder,
    threads: settings.threads ?? availableParallelism(),
    graphOptimization: settings.graphOptimization,
  });
  await warmUp(executor, block);
  return executor;
}

async function createUpstream(
  contract: ContractDocument,
  settings: RelaySettings,
  metrics: Metrics,
): Promise<TensorServer | undefined> {
  if (settings.upstream === undefined || cutsOf(contract).every(({ sends }) => sends.length === 0)) return undefined;
  return createClient({
    address: settings.upstream,
    modelName: contract.model,
    title: `The tier above ${contract.tier}`,
    token: await readSecret(settings.upstreamTokenFile),
    certificateAuthority: await readAuthority(settings.upstreamCaFile),
    link: settings.link,
    observe: (outcome) => metrics.answeredAbove(outcome),
    ...clientLimits(settings),
  });
}

function clientLimits({ connectTimeoutMs, maxBodyMB, retries }: RelaySettings) {
  return { connectTimeoutMs, maxBodyBytes: maxBodyMB * 1e6, retries };
}

async function readAuthority(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : await readNamedFile(path, 'certificate');
}
