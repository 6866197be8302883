/** Element types of ONNX tensors, by their `TensorProto.DataType` number (ONNX 1.23, onnx.proto). */
const dtypeNames = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
  'float6e2m3',
  'float6e3m2',
] as const;

export type DType = (typeof dtypeNames)[number];

const bitsByDtype: Readonly<Record<DType, number | undefined>> = {
  undefined: undefined,
  string: undefined,
  bool: 8,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  float16: 16,
  bfloat16: 16,
  float32: 32,
  float64: 64,
  complex64: 64,
  complex128: 128,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  float8e8m0: 8,
  uint4: 4,
  int4: 4,
  float6e2m3: 6,
  float6e3m2: 6,
  float4e2m1: 4,
  uint2: 2,
  int2: 2,
};

/** Type for a `TensorProto.DataType` number; `undefined` (the name) for 0 and for numbers that ONNX does not define. */
export function dtypeFromOnnx(code: number): DType {
  return dtypeNames[code] ?? 'undefined';
}

/** `TensorProto.DataType` number of a type. */
export function dtypeToOnnx(dtype: DType): number {
  return dtypeNames.indexOf(dtype);
}

/** Bits of one element; none for strings and undefined types. */
export function bitsPerElement(dtype: DType): number | undefined {
  return bitsByDtype[dtype];
}

/** Bytes of `elements` packed elements (sub-byte types share bytes); none where the element size is unknown. */
export function byteLength(dtype: DType, elements: number): number | undefined {
  const bits = bitsByDtype[dtype];
  return bits === undefined ? undefined : Math.ceil((bits * elements) / 8);
}
