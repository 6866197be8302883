import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextTable } from '../../../src/engine/onnx/read/textTable';

const bytesOf = (text: string) => new TextEncoder().encode(text);

it('gives every text back, thousands of them, and the same string for the same ASCII text', () => {
  const table = new TextTable();
  const texts = Array.from({ length: 20_000 }, (_, index) => `layer_${index % 10_000}/output`);
  expect(texts.map((text) => table.text(bytesOf(text), 0, bytesOf(text).length))).toEqual(texts);
});

it('reads any text from the middle of bytes', () => {
  const table = new TextTable();
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
      const own = bytesOf(text);
      const bytes = Uint8Array.of(65, ...own, 66);
      for (let round = 0; round < 2; round++) {
        expect(table.text(bytes, 1, 1 + own.length)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(own));
      }
    }),
  );
});

it('tells texts apart whose hashes are the same', () => {
  const table = new TextTable();
  // Collisions of FNV-1a that are known; the first two are as long as each other.
  const texts = ['declinate', 'macallums', 'costarring', 'liquid', 'altarage', 'zinke'];
  for (let round = 0; round < 2; round++) {
    expect(texts.map((text) => table.text(bytesOf(text), 0, bytesOf(text).length))).toEqual(texts);
  }
});
