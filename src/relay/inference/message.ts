import * as z from 'zod';
import { Refusal } from '../../runtime/refusal';
import { type Datatype, expectedBytes, isDatatype, type Tensor } from '../../runtime/tensor';
import { say } from '../../shared/messages/say';
import { binaryAlignment, missingTo } from './alignment';
import { bytesFromJson, jsonTextOf } from './jsonData';
import { parseJson } from './losslessJson';
import { artifactParameter, routeParameter, scaleParameter, sequenceIn, timingParameter } from './travelling';

/** Length of the JSON part when tensors follow it in binary (Open Inference Protocol v2, binary tensor data extension). */
export const headerLengthField = 'inference-header-content-length';

/**
 * Parsed JSON takes many times the memory of its text and holds up every other request meanwhile; binary tensors do not.
 */
const largestJsonBytes = 32_000_000;

// Some servers write `null` where they have nothing to say; it counts as absent.
const parameters = z.record(z.string(), z.unknown()).nullish();
const id = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
const wireTensor = z.object({
  name: z.string().min(1),
  datatype: z.string(),
  shape: z.array(z.int().nonnegative()),
  parameters,
  data: z.unknown().optional(),
});
const wireOutput = z.object({ name: z.string().min(1), parameters });
const wireRequest = z.object({
  id,
  inputs: z.array(wireTensor),
  outputs: z.array(wireOutput).nullish(),
  parameters,
});
const wireResponse = z.object({ id, outputs: z.array(wireTensor), parameters });

export interface InferenceRequest {
  readonly id: string | undefined;
  readonly inputs: readonly Tensor[];
  /** Outputs that are asked for, in that order; all of them where absent. */
  readonly outputs: readonly { readonly name: string; readonly binary: boolean }[] | undefined;
  /** Whether outputs that nothing else is said of come in binary. */
  readonly binaryOutput: boolean;
  readonly wantsTiming: boolean;
  /** Export that a relay of the tier below belongs to; absent where a client asks. */
  readonly artifact: string | undefined;
  /** The way that the first tier has chosen, as it came; absent where nobody has. */
  readonly route?: unknown;
  /** The parameters that say which session the request belongs to, as they came; absent where none does. */
  readonly sequence?: Readonly<Record<string, unknown>> | undefined;
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

/** What a sender says beside the tensors. */
export interface RequestSettings {
  readonly id?: string | undefined;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** False for servers that take and give tensors as JSON alone. */
  readonly binary: boolean;
}

/**
 * Length of the JSON part from its header; none where the header is absent.
 * @throws Refusal 400 for anything but decimal digits
 */
export function headerLengthOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^\d+$/.test(header)) return Number(header);
  throw new Refusal(400, say('body.headLength', { header: String(header) }));
}

/** @throws Refusal 400 with the first thing that is wrong */
export function decodeRequest(body: Uint8Array, headerLength: number | undefined): InferenceRequest {
  const { request, binary } = requestIn(body, headerLength);
  const reader = new BinaryReader(binary);
  const inputs = request.inputs.map((input) => decodeTensor(input, reader, 'Input'));
  reader.finish();
  refuseRepeated(inputs);
  const binaryOutput = request.parameters?.['binary_data_output'] === true;
  const sequence = sequenceIn(request.parameters ?? {});
  return {
    id: request.id,
    inputs,
    outputs: requestedOutputs(request.outputs ?? [], binaryOutput),
    binaryOutput,
    wantsTiming: request.parameters?.[timingParameter] === true,
    artifact: textOf(request.parameters?.[artifactParameter]),
    route: request.parameters?.[routeParameter],
    ...(sequence !== undefined && { sequence }),
  };
}

/** Longer JSON is not kept. */
const longestKeptHead = 4096;

/** The newest JSON part of a request with binary tensors, and what it says: most senders repeat theirs word for word. */
let newest: { readonly head: Uint8Array; readonly request: z.infer<typeof wireRequest> } | undefined;

function requestIn(body: Uint8Array, headerLength: number | undefined) {
  if (headerLength !== undefined && newest !== undefined && headerLength === newest.head.byteLength) {
    const head = body.subarray(0, headerLength);
    if (Buffer.compare(head, newest.head) === 0)
      return { request: newest.request, binary: body.subarray(headerLength) };
  }
  const { json, binary } = splitBody(body, headerLength);
  const request = parseAs(wireRequest, json, 'request');
  if (headerLength !== undefined && headerLength <= longestKeptHead) {
    newest = { head: body.slice(0, headerLength), request };
  }
  return { request, binary };
}

function refuseRepeated(tensors: readonly Tensor[]): void {
  const seen = new Set<string>();
  for (const { name } of tensors) {
    if (seen.has(name)) throw new Refusal(400, say('input.twice', { name }));
    seen.add(name);
  }
}

/** No list and an empty one both ask for every output. */
function requestedOutputs(outputs: readonly z.infer<typeof wireOutput>[], binaryOutput: boolean) {
  if (outputs.length === 0) return undefined;
  return outputs.map((output) => ({
    name: output.name,
    binary: (output.parameters?.['binary_data'] ?? binaryOutput) === true,
  }));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A request that sends everything in one form and wants its answer so. @throws Refusal 400 for tensors without that form */
export function encodeRequest(inputs: readonly Tensor[], settings: RequestSettings): EncodedMessage {
  const { id: name, parameters: extra, binary } = settings;
  const all = { ...(binary && { binary_data_output: true }), ...extra };
  return joinMessage(
    { ...(name !== undefined && { id: name }), ...(Object.keys(all).length > 0 && { parameters: all }) },
    'inputs',
    inputs.map((tensor) => encodeTensor(tensor, binary)),
  );
}

/**
 * @param title names the server in errors
 * @throws Refusal 502 for an answer that does not follow the protocol
 */
export function decodeResponse(
  body: Uint8Array,
  headerLength: number | undefined,
  title = 'The server',
): InferenceResponse {
  try {
    const { json, binary } = splitBody(body, headerLength);
    const response = parseAs(wireResponse, json, 'response');
    const reader = new BinaryReader(binary);
    const outputs = response.outputs.map((output) => decodeTensor(output, reader, 'Output'));
    reader.finish();
    refuseRepeated(outputs);
    return { id: response.id, outputs, parameters: response.parameters ?? {} };
  } catch (error) {
    if (!Refusal.is(error)) throw error;
    throw new Refusal(502, say('peer.noResponse', { title, reason: error.message }));
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
  const chosen = wanted.map(({ name, binary }) => {
    const tensor = outputs.find((output) => output.name === name);
    if (tensor === undefined) throw new Refusal(400, say('request.noOutput', { name }));
    return { tensor, binary };
  });
  const head = {
    model_name: modelName,
    model_version: '1',
    ...(request.id !== undefined && { id: request.id }),
    ...(Object.keys(extra).length > 0 && { parameters: extra }),
  };
  const isPlain = Object.keys(head).length === 2 && chosen.every(({ binary }) => binary);
  const described = isPlain ? [modelName, ...chosen.flatMap(({ tensor }) => descriptionOf(tensor))] : [];
  const { described: before, headers, json } = latest;
  if (described.length === before.length && described.every((item, at) => item === before[at])) {
    return { headers, parts: [...json, ...chosen.map(({ tensor }) => tensor.data)] };
  }
  const message = joinMessage(
    head,
    'outputs',
    chosen.map(({ tensor, binary }) => encodeTensor(tensor, binary)),
  );
  if (isPlain) latest = { described, headers: message.headers, json: message.parts.slice(0, 1) };
  return message;
}

/** What the newest answer of binary tensors alone describes, and how: most answers of a model differ only in their bytes. */
let latest: {
  readonly described: readonly unknown[];
  readonly headers: EncodedMessage['headers'];
  readonly json: EncodedMessage['parts'];
} = { described: [undefined], headers: {}, json: [] };

function descriptionOf({ name, datatype, scale, data, shape }: Tensor): unknown[] {
  return [name, datatype, scale, data.byteLength, shape.length, ...shape];
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function splitBody(body: Uint8Array, headerLength: number | undefined): { json: unknown; binary: Uint8Array } {
  const length = headerLength ?? body.byteLength;
  if (length > largestJsonBytes) {
    throw new Refusal(413, say('body.largeJson', { bytes: length, limit: largestJsonBytes }));
  }
  if (!Number.isInteger(length) || length < 0 || length > body.byteLength) {
    throw new Refusal(400, say('body.headBeyond', { length, bytes: body.byteLength }));
  }
  try {
    const text = utf8.decode(body.subarray(0, length));
    return { json: parseJson(text), binary: body.subarray(length) };
  } catch {
    throw new Refusal(400, say('body.noJson', {}));
  }
}

function parseAs<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(
    400,
    say('body.invalid', {
      what,
      place: issue?.path.join('.') || 'its root',
      problem: issue?.message ?? 'unknown problem',
    }),
  );
}

/** Hands out binary tensors in their order. */
class BinaryReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  take(name: string, length: number): Uint8Array {
    if (this.at + length > this.bytes.byteLength) {
      throw new Refusal(400, say('body.endsInside', { name, bytes: length, left: this.bytes.byteLength - this.at }));
    }
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }

  finish(): void {
    const left = this.bytes.byteLength - this.at;
    if (left > 0) throw new Refusal(400, say('body.left', { bytes: left }));
  }
}

function decodeTensor(wire: z.infer<typeof wireTensor>, reader: BinaryReader, what: string): Tensor {
  const { name, datatype, shape } = wire;
  if (!isDatatype(datatype)) throw new Refusal(400, say('tensor.datatype', { what, name, datatype }));
  const size = wire.parameters?.['binary_data_size'];
  if (size === undefined) return { name, datatype, shape, data: bytesFromJson(name, datatype, shape, wire.data) };
  if (wire.data !== undefined && wire.data !== null) {
    throw new Refusal(400, say('tensor.bothForms', { what, name }));
  }
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
    throw new Refusal(400, say('tensor.binarySize', { what, name }));
  }
  checkSize(what, name, datatype, shape, size);
  const scale = wire.parameters?.[scaleParameter];
  if (scale !== undefined && !(typeof scale === 'number' && scale > 0 && Number.isFinite(scale))) {
    throw new Refusal(400, say('tensor.scale', { what, name, parameter: scaleParameter }));
  }
  return { name, datatype, shape, data: reader.take(name, size), ...(scale !== undefined && { scale }) };
}

function checkSize(what: string, name: string, datatype: Datatype, shape: readonly number[], size: number): void {
  const expected = expectedBytes(datatype, shape);
  if (expected === undefined || expected === size) return;
  throw new Refusal(400, say('tensor.size', { what, name, size, datatype, shape: shape.join(', '), expected }));
}

interface EncodedTensor {
  /** Its entry in the JSON part. */
  readonly json: string;
  readonly data: Uint8Array | undefined;
}

function encodeTensor(tensor: Tensor, binary: boolean): EncodedTensor {
  const { name, datatype, shape, scale } = tensor;
  const stands = scale === undefined ? {} : { [scaleParameter]: scale };
  if (binary) {
    const parameters = { binary_data_size: tensor.data.byteLength, ...stands };
    return { json: JSON.stringify({ name, datatype, shape, parameters }), data: tensor.data };
  }
  const parameters = scale === undefined ? {} : { parameters: stands };
  const head = JSON.stringify({ name, datatype, shape, ...parameters });
  return { json: `${head.slice(0, -1)},"data":${jsonTextOf(tensor)}}`, data: undefined };
}

function joinMessage(
  head: Readonly<Record<string, unknown>>,
  field: 'inputs' | 'outputs',
  encoded: readonly EncodedTensor[],
): EncodedMessage {
  const start = JSON.stringify(head).slice(0, -1);
  const list = encoded.map(({ json }) => json).join();
  const text = `${start}${start === '{' ? '' : ','}"${field}":[${list}]}`;
  const tensors = encoded.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const isBinary = tensors.length > 0;
  // White space behind JSON means nothing.
  const padding = isBinary ? missingTo(binaryAlignment, Buffer.byteLength(text)) : 0;
  const json = Buffer.from(text + ' '.repeat(padding));
  const length = tensors.reduce((sum, part) => sum + part.byteLength, json.byteLength);
  return {
    headers: {
      'content-type': isBinary ? 'application/octet-stream' : 'application/json',
      'content-length': String(length),
      ...(isBinary && { [headerLengthField]: String(json.byteLength) }),
    },
    parts: [json, ...tensors],
  };
}
