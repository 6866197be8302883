import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as ort from 'onnxruntime-node';
import type { AdaptiveContract } from '../../src/shared/documents/contract';

/** An inference server that stands for a slower machine. */
export interface SlowEngine {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves the blocks of a tier over the Open Inference Protocol v2, as far as a relay asks it, and answers each no sooner than
 * a slower machine would.
 * @param blockMs what the block of an id takes there
 */
export async function startSlowEngine(
  host: string,
  contractPath: string,
  contract: AdaptiveContract,
  blockMs: ReadonlyMap<string, number>,
): Promise<SlowEngine> {
  const options = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, interOpNumThreads: 1 } as const;
  const sessions = new Map<string, { readonly session: ort.InferenceSession; readonly takesMs: number }>();
  for (const { id, file } of contract.blocks) {
    const session = await ort.InferenceSession.create(join(dirname(contractPath), file), options);
    sessions.set(`${contract.model}-block-${id}`, { session, takesMs: blockMs.get(id) ?? 0 });
  }
  const server = createServer(async (request, response) => {
    const name = /^\/v2\/models\/([^/]+)/.exec(request.url ?? '')?.[1] ?? '';
    const model = sessions.get(name);
    if (request.method === 'POST' && model !== undefined) await infer(request, response, name, model);
    else response.end(JSON.stringify({ name: 'slow', version: '1', extensions: ['binary_tensor_data'] }));
  });
  await new Promise<void>((done) => server.listen(0, host, done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      for (const { session } of sessions.values()) await session.release();
    },
  };
}

/** One float32 tensor in, one out. */
async function infer(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  { session, takesMs }: { readonly session: ort.InferenceSession; readonly takesMs: number },
): Promise<void> {
  const startMs = performance.now();
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const length = Number(request.headers['inference-header-content-length']);
  const [input] = JSON.parse(body.subarray(0, length).toString()).inputs;
  const values = new Float32Array(new Uint8Array(body.subarray(length)).buffer);
  const results = await session.run({ [input.name]: new ort.Tensor('float32', values, input.shape) });
  const [output = ''] = session.outputNames;
  const made = results[output];
  if (!(made?.data instanceof Float32Array)) throw new Error(`${output} is not float32`);
  const bytes = Buffer.from(made.data.buffer, made.data.byteOffset, made.data.byteLength);
  const parameters = { binary_data_size: bytes.byteLength };
  const outputs = [{ name: output, datatype: 'FP32', shape: made.dims, parameters }];
  const head = JSON.stringify({ model_name: name, model_version: '1', outputs });
  await delay(Math.max(0, takesMs - (performance.now() - startMs)));
  response.setHeader('inference-header-content-length', String(Buffer.byteLength(head)));
  response.end(Buffer.concat([Buffer.from(head), bytes]));
}
