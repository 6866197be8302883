import type { DType } from './dtype';

/** Element types of the Open Inference Protocol v2 (KServe, predict-api/v2, "Tensor Data Types"), and ONNX's names for them. */
export const datatypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BF16: 'bfloat16',
  BYTES: 'string',
} as const satisfies Record<string, DType>;

export type Datatype = keyof typeof datatypes;
