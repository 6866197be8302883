/** Messages of the service as its reader gives them: every field is there, 64-bit integers are strings of digits. */
export interface Parameter {
  readonly bool_param?: boolean;
  readonly int64_param?: string;
  readonly string_param?: string;
}
export type Parameters = Readonly<Record<string, Parameter>>;

export interface TensorContents {
  readonly bool_contents: readonly boolean[];
  readonly int_contents: readonly number[];
  readonly int64_contents: readonly string[];
  readonly uint_contents: readonly number[];
  readonly uint64_contents: readonly string[];
  readonly fp32_contents: readonly number[];
  readonly fp64_contents: readonly number[];
  readonly bytes_contents: readonly Uint8Array[];
}

export interface GrpcTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly string[];
  readonly parameters: Parameters;
  readonly contents: TensorContents | null;
}

export interface ModelInferRequest {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly parameters: Parameters;
  readonly inputs: readonly GrpcTensor[];
  readonly outputs: readonly { readonly name: string }[];
  readonly raw_input_contents: readonly Uint8Array[];
}

export interface ModelInferResponse {
  readonly model_name: string;
  readonly id: string;
  readonly parameters: Parameters;
  readonly outputs: readonly GrpcTensor[];
  readonly raw_output_contents: readonly Uint8Array[];
}

export interface ProbeRequest {
  readonly payload: Uint8Array;
}

export interface ProbeResponse {
  /** JSON: how the payload arrived. */
  readonly received: string;
}

export interface ModelNamed {
  readonly name: string;
  readonly version: string;
}
