import type { Tensor } from '../../runtime/tensor';
import { decodeRequest, type EncodedMessage, encodeResponse, type InferenceRequest } from './message';

/** Reads requests and writes answers; large JSON may be worked on elsewhere meanwhile. */
export interface MessageCodec {
  /** @throws Refusal as `decodeRequest` */
  decode(body: Uint8Array, headerLength: number | undefined): InferenceRequest | Promise<InferenceRequest>;
  /** @throws Refusal as `encodeResponse` */
  encode(
    modelName: string,
    request: InferenceRequest,
    outputs: readonly Tensor[],
    extra: Readonly<Record<string, unknown>>,
  ): EncodedMessage | Promise<EncodedMessage>;
  close(): Promise<void>;
}

/** Does everything at once, where it is called. */
export const directCodec: MessageCodec = {
  decode: decodeRequest,
  encode: encodeResponse,
  close: async () => undefined,
};
