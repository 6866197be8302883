/**
 * A client written from the published text of the Open Inference Protocol v2 (HTTP/REST, and its binary tensor data
 * extension); it shares no code with the relay.
 */
export interface V2Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface V2Answer {
  readonly status: number;
  readonly error?: string;
  readonly outputs: readonly V2Tensor[];
}

/** Asks for an inference, sending and wanting binary tensors. @param parameters of the request beside that */
export async function inferBinary(
  base: string,
  model: string,
  inputs: readonly V2Tensor[],
  parameters: Readonly<Record<string, unknown>> = {},
): Promise<V2Answer> {
  const header = JSON.stringify({
    inputs: inputs.map(({ name, datatype, shape, bytes }) => ({
      name,
      datatype,
      shape,
      parameters: { binary_data_size: bytes.byteLength },
    })),
    parameters: { binary_data_output: true, ...parameters },
  });
  const head = Buffer.from(header, 'utf8');
  const response = await fetch(`${base}/v2/models/${model}/infer`, {
    method: 'POST',
    headers: { 'Inference-Header-Content-Length': String(head.byteLength), 'Content-Type': 'application/octet-stream' },
    body: Buffer.concat([head, ...inputs.map(({ bytes }) => bytes)]),
  });
  const body = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200)
    return { status: response.status, error: JSON.parse(body.toString()).error, outputs: [] };
  const length = Number(response.headers.get('Inference-Header-Content-Length') ?? body.byteLength);
  const message = JSON.parse(body.subarray(0, length).toString('utf8'));
  let at = length;
  const outputs = message.outputs.map(
    (output: { name: string; datatype: string; shape: number[]; parameters: { binary_data_size: number } }) => {
      const size = output.parameters.binary_data_size;
      const bytes = new Uint8Array(body.subarray(at, at + size));
      at += size;
      return { name: output.name, datatype: output.datatype, shape: output.shape, bytes };
    },
  );
  if (at !== body.byteLength) throw new Error(`${body.byteLength - at} bytes belong to no output`);
  return { status: 200, outputs };
}

/** Asks for an inference of float32 tensors with JSON both ways. */
export async function inferJson(base: string, model: string, name: string, shape: number[], data: number[]) {
  const response = await fetch(`${base}/v2/models/${model}/infer`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id: 'one', inputs: [{ name, datatype: 'FP32', shape, data }] }),
  });
  return { status: response.status, body: await response.json() };
}
