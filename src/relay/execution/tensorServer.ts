import type { Call } from '../../runtime/executor';
import type { Tensor } from '../../runtime/tensor';
import type { InferenceResponse } from '../inference/message';
import type { HttpConnectionOptions } from './httpConnection';
import type { LinkShape } from './linkShaper';

export interface InferenceClientOptions extends HttpConnectionOptions {
  readonly modelName: string;
  /** Tries after the first one, each only where the server cannot have begun to work. */
  readonly retries: number;
  /** A slower link that the connection shall behave like. */
  readonly link?: LinkShape | undefined;
  /** Names the server in error messages. */
  readonly title: string;
  /** Hears of every inference that was asked for. */
  readonly observe?: (outcome: ClientOutcome) => void;
}

/** What one inference at a server came to. */
export interface ClientOutcome {
  /** Of the answer; 502 or 504 where none came. */
  readonly status: number;
  readonly elapsedMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** What a server says of itself and of its model. */
export interface ServerDescription {
  /** False where its extensions are listed without binary tensors (MLServer). */
  readonly takesBinary: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface InferenceSettings {
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Hears what the server is before anything is sent to it; what it throws ends the inference. */
  readonly check?: (description: ServerDescription) => void;
}

/** A server that this relay asks, whatever it speaks. */
export interface TensorServer {
  isReady(): Promise<boolean>;
  /** What the server is; it may have become another one since it was asked last. @throws Error where it cannot be reached */
  describe(): Promise<ServerDescription>;
  /** @throws Refusal with the status that the server gave where that is the sender's, 502 where it cannot be reached or fails, 504 when it is late */
  infer(inputs: readonly Tensor[], call: Call, settings?: InferenceSettings): Promise<InferenceResponse>;
  /**
   * Sends bytes that mean nothing; none for servers that would not say how they arrived.
   * @returns what the server says of their arrival @throws where it cannot be reached
   */
  probe?(bytes: number, headers: Readonly<Record<string, string>>): Promise<unknown>;
  close(): void;
}
