import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFromWire, encodeForWire } from '../../../src/relay/inference/wireEncoding';
import { halfFromNumber, numberFromHalf } from '../../../src/runtime/float16';
import type { Tensor } from '../../../src/runtime/tensor';

function tensorOf(values: readonly number[]): Tensor {
  return {
    name: 'x',
    datatype: 'FP32',
    shape: [values.length],
    data: new Uint8Array(Float32Array.from(values).buffer),
  };
}

function valuesOf(tensor: Tensor): number[] {
  return Array.from(new Float32Array(tensor.data.slice().buffer));
}

describe('wire encodings', () => {
  it('keeps every half', () => {
    for (let half = 0; half < 0x10000; half += 1) {
      const value = numberFromHalf(half);
      if (Number.isNaN(value)) expect(Number.isNaN(numberFromHalf(halfFromNumber(value)))).toBe(true);
      else expect(halfFromNumber(value)).toBe(half);
    }
  });

  it('rounds to the nearest half, ties to even', () => {
    const halves = Array.from({ length: 0x7c00 }, (_, half) => numberFromHalf(half));
    fc.assert(
      fc.property(fc.float({ min: 0, max: Math.fround(65_519), noNaN: true }), (value) => {
        const rounded = halfFromNumber(value) & 0x7fff;
        const error = Math.abs((halves[rounded] ?? Number.POSITIVE_INFINITY) - value);
        for (const other of [rounded - 1, rounded + 1]) {
          const distance = Math.abs((halves[other] ?? Number.POSITIVE_INFINITY) - value);
          expect(error < distance || (error === distance && rounded % 2 === 0)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
    expect(halfFromNumber(65_520)).toBe(0x7c00);
  });

  it('halves and quarters the bytes of float32 alone, within the stated error', () => {
    const tensor = tensorOf([0, 1, -2, 3.25, 100]);
    expect(encodeForWire(tensor, 'original')).toBe(tensor);
    const half = encodeForWire(tensor, 'float16');
    expect(half.data.byteLength).toBe(tensor.data.byteLength / 2);
    const byte = encodeForWire(tensor, 'int8');
    expect(byte.data.byteLength).toBe(tensor.data.byteLength / 4);
    for (const [index, value] of valuesOf(decodeFromWire(byte, 'FP32')).entries()) {
      expect(Math.abs(value - (valuesOf(tensor)[index] ?? 0))).toBeLessThanOrEqual(100 / 127 / 2 + 1e-6);
    }
    const integers: Tensor = { name: 'i', datatype: 'INT32', shape: [1], data: new Uint8Array(4) };
    expect(encodeForWire(integers, 'int8')).toBe(integers);
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
  ])('lets a tensor with %s travel as it is', (_, value) => {
    const tensor = tensorOf([1, value, -3]);
    expect(encodeForWire(tensor, 'float16')).toBe(tensor);
    expect(encodeForWire(tensor, 'int8')).toBe(tensor);
  });

  it('lets numbers beyond a half travel as they are, and the largest half encoded', () => {
    for (const value of [65_520, 70_000, -1e20]) {
      const tensor = tensorOf([0.5, value]);
      expect(encodeForWire(tensor, 'float16')).toBe(tensor);
      expect(encodeForWire(tensor, 'int8').datatype).toBe('INT8');
    }
    for (const value of [65_504, -65_519]) {
      const decoded = valuesOf(decodeFromWire(encodeForWire(tensorOf([value]), 'float16'), 'FP32'));
      expect(decoded).toEqual([Math.sign(value) * 65_504]);
    }
  });

  it('never makes an infinity or a NaN of a number, whatever the numbers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float(), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('float16', 'int8'),
        (values, wire) => {
          const tensor = tensorOf(values);
          const back = valuesOf(decodeFromWire(encodeForWire(tensor, wire), 'FP32'));
          for (const [index, value] of valuesOf(tensor).entries()) {
            if (Number.isFinite(value)) expect(back[index]).toSatisfy(Number.isFinite);
            else expect(back[index]).toBe(value);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('refuses a type that no encoding explains', () => {
    expect(() => decodeFromWire({ ...tensorOf([1]), datatype: 'INT32' }, 'FP32')).toThrow(/is INT32 instead of FP32/);
  });
});
