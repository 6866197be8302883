import { dirname, resolve } from 'node:path';
import type { Executor } from '../runtime/executor';
import { onnxRuntimeExecutor } from '../runtime/onnxRuntime';
import { refuseUncarried } from '../shared/carriedTensors';
import type { ContractDocument } from '../shared/documents/contract';
import { DnnSplitError } from '../shared/errors';
import { readContract, readNamedFile } from './contract/contractFile';
import { InferenceClient } from './execution/inferenceClient';
import type { LinkShape } from './execution/linkShaper';
import { remoteEngineExecutor } from './execution/remoteEngine';
import { Hop } from './service/hop';
import { Metrics } from './service/metrics';
import { RelayServer } from './service/relayServer';

/** How a relay is set up; every limit has a default in `defaultRelaySettings`. */
export interface RelaySettings {
  readonly contractPath: string;
  readonly host: string;
  readonly port: number;
  /** Base address of the relay of the tier above. */
  readonly upstream?: string;
  /** Base address of a running v2 engine; ONNX Runtime in this process otherwise. */
  readonly engine?: string;
  /** Name of the sub-model at that engine. */
  readonly engineModel?: string;
  readonly tokenFile?: string;
  readonly upstreamTokenFile?: string;
  readonly tlsCertificateFile?: string;
  readonly tlsKeyFile?: string;
  /** Serve other machines without a token; for networks that keep strangers out themselves. */
  readonly allowAnonymous: boolean;
  readonly maxBodyMB: number;
  readonly maxRunning: number;
  readonly maxWaiting: number;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly retries: number;
  readonly threads: number;
  /** Folder whose `node_modules` holds ONNX Runtime, where a person named one. */
  readonly runtimeFolder?: string;
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'all';
  /** Makes the connection to the tier above as slow as this link. */
  readonly link?: LinkShape;
  readonly version: string;
  readonly log: (line: string) => void;
}

export const defaultRelaySettings = {
  host: '127.0.0.1',
  port: 8000,
  allowAnonymous: false,
  maxBodyMB: 256,
  maxRunning: 4,
  maxWaiting: 64,
  timeoutMs: 30_000,
  graceMs: 10_000,
  retries: 3,
  threads: 1,
  graphOptimization: 'disabled',
} as const satisfies Partial<RelaySettings>;

export interface RunningRelay {
  readonly port: number;
  readonly contract: ContractDocument;
  stop(): Promise<void>;
}

/** Starts the relay of one tier. @throws DnnSplitError for an unreadable contract, unsafe exposure, or a missing engine */
export async function runRelay(settings: RelaySettings): Promise<RunningRelay> {
  const contract = await readContract(settings.contractPath);
  const { receives, sends, answers, segment } = contract;
  refuseUncarried([...receives, ...sends, ...answers], 'protocol');
  if (settings.engine === undefined)
    refuseUncarried([...(segment?.inputs ?? []), ...(segment?.outputs ?? [])], 'runtime');
  const token = await readSecret(settings.tokenFile);
  refuseUnsafeExposure(settings, token);
  const tls = await readTls(settings);
  const metrics = new Metrics(contract.tier);
  const executor = await createExecutor(contract, settings);
  const upstream = await createUpstream(contract, settings);
  const hop = new Hop(contract, executor, upstream, metrics);
  const server = new RelayServer(contract, hop, metrics, {
    ...settings,
    maxBodyBytes: settings.maxBodyMB * 1e6,
    ...(token !== undefined && { token }),
    ...(tls !== undefined && { tls }),
  });
  const port = await server.listen();
  const stop = async () => {
    await server.stop();
    upstream?.close();
    await executor?.close();
  };
  return { port, contract, stop };
}

async function readSecret(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const token = (await readNamedFile(path, 'token')).trim();
  if (token === '') throw new DnnSplitError('bad-usage', `${path} holds no token.`, { path });
  return token;
}

async function readTls({ tlsCertificateFile, tlsKeyFile }: RelaySettings) {
  if (tlsCertificateFile === undefined && tlsKeyFile === undefined) return undefined;
  if (tlsCertificateFile === undefined || tlsKeyFile === undefined) {
    throw new DnnSplitError('bad-usage', 'TLS needs both --tls-certificate and --tls-key.');
  }
  return {
    certificate: await readNamedFile(tlsCertificateFile, 'certificate'),
    key: await readNamedFile(tlsKeyFile, 'key'),
  };
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

function refuseUnsafeExposure({ host, allowAnonymous }: RelaySettings, token: string | undefined): void {
  if (loopback.has(host) || token !== undefined || allowAnonymous) return;
  throw new DnnSplitError(
    'bad-usage',
    `Serving on ${host} lets other machines in: give --token-file, or --allow-anonymous where the network itself keeps strangers out.`,
  );
}

async function createExecutor(contract: ContractDocument, settings: RelaySettings): Promise<Executor | undefined> {
  if (contract.segment === null) return undefined;
  const folder = dirname(resolve(settings.contractPath));
  if (settings.engine !== undefined) {
    return remoteEngineExecutor({
      address: settings.engine,
      modelName: settings.engineModel ?? contract.model,
      scalars: new Set(
        [...contract.segment.inputs, ...contract.segment.outputs]
          .filter(({ shape }) => shape?.length === 0)
          .map(({ name }) => name),
      ),
      timeoutMs: settings.timeoutMs,
      maxBodyBytes: settings.maxBodyMB * 1e6,
      retries: settings.retries,
    });
  }
  return onnxRuntimeExecutor(resolve(folder, contract.segment.file), {
    runtimeFolder: settings.runtimeFolder,
    threads: settings.threads,
    graphOptimization: settings.graphOptimization,
  });
}

async function createUpstream(
  contract: ContractDocument,
  settings: RelaySettings,
): Promise<InferenceClient | undefined> {
  if (settings.upstream === undefined || contract.sends.length === 0) return undefined;
  const token = await readSecret(settings.upstreamTokenFile);
  return new InferenceClient({
    address: settings.upstream,
    modelName: contract.model,
    timeoutMs: settings.timeoutMs,
    maxBodyBytes: settings.maxBodyMB * 1e6,
    retries: settings.retries,
    title: `The tier above ${contract.tier}`,
    ...(token !== undefined && { token }),
    ...(settings.link !== undefined && { link: settings.link }),
  });
}
