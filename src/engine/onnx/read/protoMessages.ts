import onnxProto from 'onnx-proto';

/** The generated message classes. The package is CommonJS, so its namespace comes as the default import. */
export const messages = onnxProto.onnx;

/**
 * `onnx-proto` gives 64-bit integers as `Long` objects where the `long` package is found, and as numbers otherwise.
 * Beyond 2^53 the nearest number stands for them, so that INT64_MAX still means "to the end".
 */
export function toNumber(value: number | { toNumber(): number } | null | undefined): number {
  if (value === null || value === undefined) return 0;
  return typeof value === 'number' ? value : value.toNumber();
}
