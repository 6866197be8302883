import * as z from 'zod';
import { Refusal } from '../../runtime/refusal';
import { type Datatype, expectedBytes, isDatatype, type Tensor } from '../../runtime/tensor';
import { bytesFromJson, jsonFromBytes } from './jsonData';

/** Length of the JSON part when tensors follow it in binary (Open Inference Protocol v2, binary tensor data extension). */
export const headerLengthField = 'inference-header-content-length';

/**
 * Parsed JSON takes many times the memory of its text and holds up every other request meanwhile; binary tensors do not.
 */
const largestJsonBytes = 32_000_000;

const parameters = z.record(z.string(), z.unknown());
const wireTensor = z.object({
  name: z.string().min(1),
  datatype: z.string(),
  shape: z.array(z.int().nonnegative()),
  parameters: parameters.optional(),
  data: z.unknown().optional(),
});
const wireRequest = z.object({
  id: z.string().optional(),
  inputs: z.array(wireTensor),
  outputs: z.array(z.object({ name: z.string().min(1), parameters: parameters.optional() })).optional(),
  parameters: parameters.optional(),
});
const wireResponse = z.object({
  id: z.string().optional(),
  outputs: z.array(wireTensor),
  parameters: parameters.optional(),
});

export interface InferenceRequest {
  readonly id: string | undefined;
  readonly inputs: readonly Tensor[];
  /** Outputs that are asked for, in that order; all of them where absent. */
  readonly outputs: readonly { readonly name: string; readonly binary: boolean }[] | undefined;
  /** Whether outputs that nothing else is said of come in binary. */
  readonly binaryOutput: boolean;
  readonly wantsTiming: boolean;
}

export interface InferenceResponse {
  readonly id: string | undefined;
  readonly outputs: readonly Tensor[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A message ready to be sent: the JSON part, the binary tensors behind it, and the headers that describe them. */
export interface EncodedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: readonly Uint8Array[];
}

/** Parameter that asks for times per hop. */
export const timingParameter = 'dnnsplit_timing';
/** Parameter with the step of an INT8 tensor that stands for float32. */
const scaleParameter = 'dnnsplit_scale';

/** @throws Refusal 400 with the first thing that is wrong */
export function decodeRequest(body: Uint8Array, headerLength: number | undefined): InferenceRequest {
  const { json, binary } = splitBody(body, headerLength);
  const request = parseAs(wireRequest, json, 'request');
  const reader = new BinaryReader(binary);
  const inputs = request.inputs.map((input) => decodeTensor(input, reader, 'Input'));
  reader.finish();
  const repeated = inputs.find((input, index) => inputs.findIndex((other) => other.name === input.name) !== index);
  if (repeated !== undefined) throw new Refusal(400, `Input "${repeated.name}" is given twice.`);
  const binaryOutput = request.parameters?.['binary_data_output'] === true;
  return {
    id: request.id,
    inputs,
    outputs: request.outputs?.map((output) => ({
      name: output.name,
      binary: (output.parameters?.['binary_data'] ?? binaryOutput) === true,
    })),
    binaryOutput,
    wantsTiming: request.parameters?.[timingParameter] === true,
  };
}

/** A request that sends everything in binary and wants its answer so. */
export function encodeRequest(inputs: readonly Tensor[], wantsTiming: boolean): EncodedMessage {
  const encoded = inputs.map((tensor) => encodeTensor(tensor, true));
  const json = {
    inputs: encoded.map(({ json: part }) => part),
    parameters: { binary_data_output: true, ...(wantsTiming && { [timingParameter]: true }) },
  };
  return joinMessage(json, encoded);
}

/** @throws Refusal 502 for an answer that does not follow the protocol */
export function decodeResponse(body: Uint8Array, headerLength: number | undefined): InferenceResponse {
  try {
    const { json, binary } = splitBody(body, headerLength);
    const response = parseAs(wireResponse, json, 'response');
    const reader = new BinaryReader(binary);
    const outputs = response.outputs.map((output) => decodeTensor(output, reader, 'Output'));
    reader.finish();
    return { id: response.id, outputs, parameters: response.parameters ?? {} };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(502, `The tier above answered something that is not an inference response: ${error.message}`);
  }
}

/** The answer to a request, each output in the form that was asked for. */
export function encodeResponse(
  modelName: string,
  request: InferenceRequest,
  outputs: readonly Tensor[],
  extra: Readonly<Record<string, unknown>>,
): EncodedMessage {
  const wanted = request.outputs ?? outputs.map(({ name }) => ({ name, binary: request.binaryOutput }));
  const encoded = wanted.map(({ name, binary }) => {
    const tensor = outputs.find((output) => output.name === name);
    if (tensor === undefined) throw new Refusal(400, `The model has no output "${name}".`);
    return encodeTensor(tensor, binary);
  });
  const json = {
    model_name: modelName,
    ...(request.id !== undefined && { id: request.id }),
    outputs: encoded.map(({ json: part }) => part),
    ...(Object.keys(extra).length > 0 && { parameters: extra }),
  };
  return joinMessage(json, encoded);
}

function splitBody(body: Uint8Array, headerLength: number | undefined): { json: unknown; binary: Uint8Array } {
  const length = headerLength ?? body.byteLength;
  if (length > largestJsonBytes) {
    throw new Refusal(
      413,
      `The JSON part of the body has ${length} bytes, but ${largestJsonBytes} are allowed; send tensors in binary.`,
    );
  }
  if (!Number.isInteger(length) || length < 0 || length > body.byteLength) {
    throw new Refusal(400, `Inference-Header-Content-Length is ${length}, but the body has ${body.byteLength} bytes.`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(0, length));
    return { json: JSON.parse(text), binary: body.subarray(length) };
  } catch {
    throw new Refusal(400, 'The JSON part of the body cannot be parsed.');
  }
}

function parseAs<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(
    400,
    `The ${what} is not valid at "${issue?.path.join('.') || 'its root'}": ${issue?.message ?? 'unknown problem'}.`,
  );
}

/** Hands out binary tensors in their order. */
class BinaryReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  take(name: string, length: number): Uint8Array {
    if (this.at + length > this.bytes.byteLength) {
      throw new Refusal(
        400,
        `The binary data ends inside tensor "${name}": it announces ${length} bytes, ${this.bytes.byteLength - this.at} are left.`,
      );
    }
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }

  finish(): void {
    const left = this.bytes.byteLength - this.at;
    if (left > 0) throw new Refusal(400, `${left} bytes of binary data belong to no tensor.`);
  }
}

function decodeTensor(wire: z.infer<typeof wireTensor>, reader: BinaryReader, what: string): Tensor {
  const { name, datatype, shape } = wire;
  if (!isDatatype(datatype)) throw new Refusal(400, `${what} "${name}" has the unknown datatype "${datatype}".`);
  const size = wire.parameters?.['binary_data_size'];
  if (size === undefined) return { name, datatype, shape, data: bytesFromJson(name, datatype, shape, wire.data) };
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
    throw new Refusal(400, `${what} "${name}" has a binary_data_size that is not a whole number.`);
  }
  checkSize(what, name, datatype, shape, size);
  const scale = wire.parameters?.[scaleParameter];
  return { name, datatype, shape, data: reader.take(name, size), ...(typeof scale === 'number' && { scale }) };
}

function checkSize(what: string, name: string, datatype: Datatype, shape: readonly number[], size: number): void {
  const expected = expectedBytes(datatype, shape);
  if (expected === undefined || expected === size) return;
  throw new Refusal(
    400,
    `${what} "${name}" announces ${size} bytes, but ${datatype} of shape [${shape.join(', ')}] takes ${expected}.`,
  );
}

function encodeTensor(
  tensor: Tensor,
  binary: boolean,
): { json: Record<string, unknown>; data: Uint8Array | undefined } {
  const { name, datatype, shape } = tensor;
  if (!binary) return { json: { name, datatype, shape, data: jsonFromBytes(tensor) }, data: undefined };
  const scale = tensor.scale === undefined ? {} : { [scaleParameter]: tensor.scale };
  return {
    json: { name, datatype, shape, parameters: { binary_data_size: tensor.data.byteLength, ...scale } },
    data: tensor.data,
  };
}

function joinMessage(json: unknown, encoded: readonly { data: Uint8Array | undefined }[]): EncodedMessage {
  const head = new TextEncoder().encode(JSON.stringify(json));
  const tensors = encoded.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const length = [head, ...tensors].reduce((sum, part) => sum + part.byteLength, 0);
  const isBinary = tensors.length > 0;
  return {
    headers: {
      'content-type': isBinary ? 'application/octet-stream' : 'application/json',
      'content-length': String(length),
      ...(isBinary && { [headerLengthField]: String(head.byteLength) }),
    },
    parts: [head, ...tensors],
  };
}
