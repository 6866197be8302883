import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { inputRanges } from '../../../src/runtime/inputRanges';
import { randomInput, randomNumbers } from '../../../src/runtime/randomInputs';
import { sharedModels } from '../../support/shared';

const pathOf = (name: string) => sharedModels().find((model) => model.name === name)?.path;
const bert = pathOf('hf_bert_base_dyn');

describe('the values that inputs may have', () => {
  it.skipIf(bert === undefined)('are words of the vocabulary, kinds of text, and masks that hide nothing', () => {
    const { inferred } = analyzeFile(bert ?? '', {});
    // BERT base has 30522 words and two kinds of segments.
    expect(inputRanges(inferred)).toEqual({
      input_ids: { least: 0, most: 30521 },
      attention_mask: { least: 1, most: 1 },
      ...(inferred.inputs.includes('token_type_ids') && { token_type_ids: { least: 0, most: 1 } }),
    });
  });

  it('are any for a picture of real numbers', () => {
    const { inferred } = analyzeFile(resolve(import.meta.dirname, '../../workspace/tiny-resnet.onnx'), {});
    expect(inputRanges(inferred)).toEqual({});
  });
});

describe('a random input', () => {
  it('stays within its range and reaches both ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }), fc.integer(), (least, more, seed) => {
        const range = { least, most: least + more };
        const input = { name: 'x', dtype: 'int64', shape: ['n', 20] };
        const { data, shape } = randomInput(input, { n: 10 }, randomNumbers(seed), { x: range });
        const values = new BigInt64Array(data.slice().buffer);
        expect(shape).toEqual([10, 20]);
        const seen = [...new Set(values)].map(Number).sort((a, b) => a - b);
        expect(seen).toEqual(Array.from({ length: more + 1 }, (_, index) => least + index));
      }),
    );
    const real = randomInput({ name: 'x', dtype: 'float32', shape: [500] }, {}, randomNumbers(1), {
      x: { least: 2, most: 3 },
    });
    const reals = [...new Float32Array(real.data.slice().buffer)];
    expect(Math.min(...reals)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...reals)).toBeLessThanOrEqual(3);
  });
});
