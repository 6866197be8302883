import * as ort from 'onnxruntime-node';
import { EmulatedLink } from '../../src/relay/execution/emulatedLink';
import type { AdaptiveContract } from '../../src/shared/documents/contract';
import { bestPlanAt } from '../../src/shared/vocabulary/linkPlans';
import { adaptiveContract, exportFunnel, funnelInput, funnelModel } from './adaptiveChain';
import { floats, type RelayProcess, startRelay } from './splitChain';

/** What became of one request. */
export interface Outcome {
  readonly status: number;
  readonly isRight: boolean;
  /** The cut that each tier has named, from the device upwards. */
  readonly cuts: readonly string[];
  readonly startMs: number;
  readonly elapsedMs: number;
}

/** Three relay processes that share the funnel, with an emulated link between the first two. */
export interface FollowingChain {
  readonly link: EmulatedLink;
  /** From the second tier to the third, where the policy follows both. */
  readonly linkAbove: EmulatedLink | undefined;
  readonly contract: AdaptiveContract;
  /** The cut that the policy wants at a bandwidth of each link that it follows. */
  wanted(...mbps: readonly number[]): string;
  readonly device: RelayProcess;
  infer(seed: number): Promise<Outcome>;
  /** Ends the middle tier as a crash would. */
  killEdge(): Promise<void>;
  startEdge(): Promise<void>;
  edgePort(): number;
  stop(): Promise<void>;
}

const inputs = 4;

/** Tiers of which each is so much faster than the one below that the funnel has a cut for each of both links. */
const twoLinkFigures = {
  tiers: [
    { id: 'device', gflops: 0.054, memoryGB: 8 },
    { id: 'edge', gflops: 0.5, memoryGB: 8 },
    { id: 'cloud', gflops: 200, memoryGB: 8 },
  ],
  links: [
    { bandwidthMbps: 50, latencyMs: 1 },
    { bandwidthMbps: 50, latencyMs: 1 },
  ],
};

/**
 * @param program the relay's, bundled
 * @param followed how many links the policy follows: the first one, or both
 */
export async function startFollowingChain(program: string, followed: 1 | 2 = 1): Promise<FollowingChain> {
  const split = followed === 1 ? exportFunnel() : exportFunnel(twoLinkFigures, funnelModel(), [0, 1]);
  const expected = await wholeAnswers(split.modelPath);
  const requests = Array.from({ length: inputs }, (_, seed) => requestOf(seed));
  const path = (position: number) => split.contractPaths[position] ?? '';
  const common = ['--exact', '--drain-ms', '0'];
  const cloud = await startRelay(program, path(2), '--port', '0', ...common);
  const emulated = { bandwidthMbps: 50, latencyMs: 1 };
  const linkAbove = followed === 1 ? undefined : new EmulatedLink({ targetPort: cloud.port, ...emulated });
  const cloudBase = linkAbove === undefined ? cloud.base : `http://127.0.0.1:${await linkAbove.listen()}`;
  const startEdge = (port: number) =>
    startRelay(program, path(1), '--port', String(port), '--upstream', cloudBase, ...common);
  let edge = await startEdge(0);
  const link = new EmulatedLink({ targetPort: edge.port, ...emulated });
  const upstream = `http://127.0.0.1:${await link.listen()}`;
  const limits = ['--max-running', '4', '--max-waiting', '64', '--timeout-ms', '20000'];
  const device = await startRelay(program, path(0), '--port', '0', '--upstream', upstream, ...common, ...limits);
  const contract = adaptiveContract(path(0));
  return {
    link,
    linkAbove,
    contract,
    device,
    wanted: (...mbps) => {
      const { links, plans } = contract.policy;
      if (plans !== undefined) return plans[bestPlanAt(plans, mbps)]?.cut ?? '';
      return links[0]?.borders.filter(({ fromMbps }) => fromMbps <= (mbps[0] ?? 0)).at(-1)?.cut ?? '';
    },
    infer: (seed) => infer(device.base, requests[seed % inputs] ?? requestOf(0), expected[seed % inputs]),
    killEdge: () => edge.end('SIGKILL'),
    startEdge: async () => {
      edge = await startEdge(edge.port);
    },
    edgePort: () => edge.port,
    stop: async () => {
      link.close();
      linkAbove?.close();
      await Promise.all([device, edge, cloud].map((relay) => relay.end('SIGKILL')));
      split.remove();
    },
  };
}

function inputOf(seed: number): Uint8Array {
  return new Uint8Array(floats(6 * 128 * 128, seed + 1).buffer);
}

/** What ONNX Runtime makes of the whole model for every input. */
export async function wholeAnswers(modelPath: string): Promise<Buffer[]> {
  const options = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, interOpNumThreads: 1 } as const;
  const session = await ort.InferenceSession.create(modelPath, options);
  const answers: Buffer[] = [];
  for (let seed = 0; seed < inputs; seed += 1) {
    const values = new Float32Array(inputOf(seed).buffer);
    const { y } = await session.run({ x: new ort.Tensor('float32', values, [...funnelInput.shape]) });
    if (!(y?.data instanceof Float32Array)) throw new Error('y is not float32');
    answers.push(Buffer.from(y.data.slice().buffer));
  }
  await session.release();
  return answers;
}

/** A request in binary both ways, with the times of every tier; made once, since making it takes as long as an answer. */
export function requestOf(seed: number): { readonly body: Uint8Array<ArrayBuffer>; readonly headLength: string } {
  const bytes = inputOf(seed);
  const { name, shape } = funnelInput;
  const head = Buffer.from(
    JSON.stringify({
      inputs: [{ name, datatype: 'FP32', shape, parameters: { binary_data_size: bytes.byteLength } }],
      parameters: { binary_data_output: true, dnnsplit_timing: true },
    }),
  );
  return { body: new Uint8Array(Buffer.concat([head, bytes])), headLength: String(head.byteLength) };
}

export async function infer(
  base: string,
  { body: sent, headLength }: ReturnType<typeof requestOf>,
  expected: Buffer | undefined,
): Promise<Outcome> {
  const startMs = performance.now();
  const failed = { isRight: false, cuts: [], startMs };
  try {
    const response = await fetch(`${base}/v2/models/funnel/infer`, {
      method: 'POST',
      headers: { 'Inference-Header-Content-Length': headLength },
      body: sent,
    });
    const body = Buffer.from(await response.arrayBuffer());
    const elapsedMs = performance.now() - startMs;
    if (response.status !== 200) return { ...failed, status: response.status, elapsedMs };
    const length = Number(response.headers.get('Inference-Header-Content-Length'));
    const { parameters } = JSON.parse(body.subarray(0, length).toString());
    const cuts = parameters.dnnsplit_timing.map(({ cut }: { cut: string }) => cut);
    const isRight = expected?.equals(body.subarray(length)) === true;
    return { status: 200, isRight, cuts, startMs, elapsedMs };
  } catch {
    return { ...failed, status: 0, elapsedMs: performance.now() - startMs };
  }
}
