import type { DType } from '../../shared/vocabulary/dtype';

/** A range of bytes in the model file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A dimension as a file states it: a number, a symbol, or nothing at all. */
export type StatedDim = number | string | undefined;

export type OnnxType =
  | {
      readonly kind: 'tensor' | 'sparse-tensor';
      readonly dtype: DType;
      readonly shape: readonly StatedDim[] | undefined;
    }
  | { readonly kind: 'sequence' | 'optional'; readonly element: OnnxType | undefined }
  | { readonly kind: 'map'; readonly key: DType; readonly value: OnnxType | undefined }
  | { readonly kind: 'opaque' };

export interface ValueInfo {
  readonly name: string;
  readonly type: OnnxType | undefined;
}

/** Where a tensor's elements lie; only small payloads are in memory. */
export type TensorPayload =
  /** Little-endian bytes as `raw_data` has them; typed fields are converted to that form. */
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'strings'; readonly strings: readonly string[] }
  /** A payload that was skipped. `field` is its TensorProto field number (9 `raw_data`, or a typed data field). */
  | { readonly kind: 'skipped'; readonly field: number; readonly range: ByteRange }
  | {
      readonly kind: 'external';
      readonly location: string;
      readonly offset: number;
      readonly length: number | undefined;
      /** The elements, little-endian, of constants that are small enough to be shapes and could be read. */
      readonly bytes?: Uint8Array;
    }
  | { readonly kind: 'empty' };

export interface OnnxTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly payload: TensorPayload;
  /** Bytes that the elements take; none for strings. */
  readonly bytes: number | undefined;
  /** Where the TensorProto lies in the file, tag and length prefix included. */
  readonly range: ByteRange;
}

export interface OnnxSparseTensor {
  readonly values: OnnxTensor;
  readonly indices: OnnxTensor;
  readonly shape: readonly number[];
  readonly range: ByteRange;
}

export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'sparse-tensor'; readonly value: OnnxSparseTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'type'; readonly value: OnnxType }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensors'; readonly value: readonly OnnxTensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly OnnxGraph[] }
  | { readonly kind: 'types'; readonly value: readonly OnnxType[] }
  | { readonly kind: 'sparse-tensors'; readonly value: readonly OnnxSparseTensor[] }
  /** Inside a function body: stands for the attribute of that name at the call. */
  | { readonly kind: 'reference'; readonly value: string };

/** The pipeline stage that a node is on, under one of the model's device configurations (IR 11). */
export interface NodeStage {
  /** Name of the configuration. */
  readonly configuration: string;
  readonly stage: number;
}

/** Devices that a model may run on together (IR 11). */
export interface DeviceConfiguration {
  readonly name: string;
  /** Names of the devices, where they have any. */
  readonly devices: readonly string[];
}

export interface OnnxNode {
  /** Path of indices that is unique in the model and stable: `12`, in a body `12/then_branch/3`, in a function `f:domain:name/2`. */
  readonly id: string;
  /** May be empty or repeated. */
  readonly name: string;
  readonly op: string;
  /** Empty for ai.onnx (the file's `ai.onnx` is normalized to empty). */
  readonly domain: string;
  readonly overload: string;
  /** An omitted optional input is an empty string. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  /** `metadata_props`: PyTorch's exporter writes the module path here, and ONNX Runtime looks for the layer here. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Absent where no device configuration has a pipeline stage for it; the last one that has, else. */
  readonly stage?: NodeStage;
  /** Where the NodeProto lies in the file, tag and length prefix included. */
  readonly range: ByteRange;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  /** As the file lists them; IR 3 models list initializers here too. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: ReadonlyMap<string, ValueInfo>;
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly sparseInitializers: ReadonlyMap<string, OnnxSparseTensor>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the GraphProto lies, without its tag and length prefix. */
  readonly range: ByteRange;
}

export interface OnnxFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly string[];
  readonly attributeDefaults: ReadonlyMap<string, OnnxAttribute>;
  readonly nodes: readonly OnnxNode[];
  readonly opsets: ReadonlyMap<string, number>;
  readonly valueInfo: ReadonlyMap<string, ValueInfo>;
  readonly range: ByteRange;
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly producerVersion: string;
  /** Operator set versions by domain; ai.onnx is the empty string. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly deviceConfigurations: readonly DeviceConfiguration[];
  /** Size of the file that was walked. */
  readonly bytes: number;
  /** Bytes that were read to know all this. */
  readonly bytesRead: number;
}
