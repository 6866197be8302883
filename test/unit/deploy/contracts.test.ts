import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareSplit } from '../../../src/app/split/deploySplit';
import { planAt } from '../../relay/splitChain';
import { splitOnce } from '../../support/cutOnce';
import { passing, whole } from './deploymentsByHand';

describe('contracts', () => {
  const tensor = (name: string, shape: readonly number[], bytes: number) => ({ name, dtype: 'float32', shape, bytes });
  const x = tensor('x', [1, 7], 28);
  const a = tensor('a', [1, 11], 44);
  const c = tensor('c', [1, 19], 76);
  const e = tensor('e', [1, 13], 52);
  const y = tensor('y', [1, 19], 76);

  it('say of each tier what it receives, runs, sends and answers, and how it travels', () => {
    const artifact = whole.contracts[0]?.artifact;
    expect(artifact).toMatch(/^sha256:[0-9a-f]{64}$/);
    const common = { format: 'dnnsplit.contract', formatVersion: 1, artifact, model: 'net', tierCount: 3 };
    const file = 'model.onnx';
    expect(whole.contracts).toEqual([
      {
        ...common,
        tier: 'device',
        position: 0,
        segment: { file, inputs: [x], outputs: [a, c] },
        receives: [x],
        receivesAs: 'original',
        sends: [a, c],
        sendsAs: 'float16',
        answers: [],
        answersAbove: [y],
      },
      {
        ...common,
        tier: 'edge',
        position: 1,
        segment: { file, inputs: [a, c], outputs: [e] },
        receives: [a, c],
        receivesAs: 'float16',
        sends: [c, e],
        sendsAs: 'int8',
        answers: [],
        answersAbove: [y],
      },
      {
        ...common,
        tier: 'cloud',
        position: 2,
        segment: { file, inputs: [c, e], outputs: [y] },
        receives: [c, e],
        receivesAs: 'int8',
        sends: [],
        sendsAs: 'original',
        answers: [y],
        answersAbove: [],
      },
    ]);
    expect(passing.contracts[1]).toMatchObject({ tier: 'edge', segment: null, receives: [a, c], sends: [a, c] });
  });

  it('name the types of tensors as the model has them', () => {
    const half = resolve(import.meta.dirname, '../../fixtures/models/s_resnet_fp16.onnx');
    const { contracts } = splitOnce(prepareSplit(planAt(half, [0.5]), `${half}.splitplan.json`));
    const tensors = contracts.flatMap(({ receives, sends, answers, segment }) => [
      ...receives,
      ...sends,
      ...answers,
      ...(segment?.inputs ?? []),
    ]);
    for (const { name, dtype, shape, bytes } of tensors) {
      expect(dtype, name).toBe('float16');
      expect(bytes, name).toBe((shape ?? []).reduce<number>((product, dim) => product * Number(dim), 2));
    }
    expect(tensors.length).toBeGreaterThan(4);
  });
});
