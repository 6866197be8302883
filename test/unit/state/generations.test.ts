import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cutIntoBlocks } from '../../../src/app/split/cutModel';
import { placedPlan } from '../../../src/app/split/deploySplit';
import { verifyChain } from '../../../src/relay/verify/verifyChain';
import { contractSchema } from '../../../src/shared/documents/contract';
import { unwatched } from '../../../src/shared/work/work';
import { builtFile, exportBuilt } from '../../relay/rememberingChain';
import { planAt } from '../../relay/splitChain';
import { cutOnce } from '../../support/cutOnce';
import {
  crossDecoder,
  gptLike,
  llamaLike,
  recurrentStream,
  streamingEncoder,
  voiceDetector,
} from '../../support/rememberingModels';

const root = resolve(import.meta.dirname, '../../..');

describe('a generation over a chain', () => {
  const contractAt = (path: string) => cutOnce([contractSchema.parse(JSON.parse(readFileSync(path, 'utf8')))])[0];
  const verify = (split: ReturnType<typeof exportBuilt>) =>
    verifyChain({
      modelPath: split.modelPath,
      contractPaths: [...split.contractPaths],
      dimensions: split.plan.dimensions,
      runs: 2,
      seed: 7,
      runtimeFolder: root,
    });

  const removals: (() => void)[] = [];
  afterAll(() => {
    for (const remove of removals) remove();
  });

  const twoTiers = [0.5];
  const threeTiers = [0.3, 0.7];
  const fourTiers = [0.25, 0.6, 0.75];
  it.each([
    ['a GPT-like decoder', gptLike, 17, [twoTiers, fourTiers]],
    ['a Llama-like decoder', llamaLike, 17, [threeTiers, fourTiers]],
    ['a decoder of an encoder', crossDecoder, 17, [twoTiers, threeTiers]],
    ['a voice detector', voiceDetector, 50, [threeTiers]],
    ['recurrent layers', recurrentStream, 50, [fourTiers]],
    ['streaming convolutions', streamingEncoder, 50, [twoTiers, threeTiers]],
  ] as const)('of %s is that of the whole model, bit for bit, at every step', async (_, make, steps, cuts) => {
    for (const places of cuts) {
      const split = exportBuilt(make(), places);
      removals.push(split.remove);
      const report = await verify(split);
      expect([places, report.outputs.filter(({ identical }) => !identical)]).toEqual([places, []]);
      expect(report.steps).toBe(2 * steps);
    }
  });

  it('cannot follow the bandwidth, which is said', () => {
    const { modelPath, dimensions, remove } = builtFile(recurrentStream());
    removals.push(remove);
    const plan = planAt(modelPath, twoTiers, { dimensions });
    const { model } = placedPlan(plan, `${modelPath}.splitplan.json`);
    const asked = { plan, model, inferred: model.inferred };
    expect(() => cutIntoBlocks(asked, [], { link: 0, regimes: [] }, unwatched)).toThrow(/cannot follow the bandwidth/);
  });

  it('keeps each piece of state where it is read, and lets none of it enter or leave the chain', () => {
    const split = exportBuilt(gptLike(), threeTiers);
    removals.push(split.remove);
    const contracts = split.contractPaths.map(contractAt);
    const isState = ({ name }: { name: string }) => /^(past|present)/.test(name);
    expect(contracts[0]?.receives.filter(isState)).toEqual([]);
    expect([...(contracts[0]?.answers ?? []), ...(contracts[0]?.answersAbove ?? [])].map(({ name }) => name)).toEqual([
      'logits',
    ]);
    expect(contracts[0]?.startsWith).toHaveLength(4);
    for (const contract of contracts) {
      const read = contract?.segment?.inputs.filter(isState).map(({ name }) => name);
      expect(contract?.segment?.state?.map(({ input }) => input) ?? []).toEqual(read);
    }
    expect(contracts.flatMap((contract) => contract?.segment?.state ?? [])).toContainEqual({
      input: 'past_key_values.1.value',
      output: 'present.1.value',
      dtype: 'float32',
      shape: ['batch', 2, 'past', 4],
      growsAlong: 2,
    });
  });

  it('lets what every tier reads come back from where it is made', async () => {
    const split = exportBuilt(streamingEncoder(), threeTiers);
    removals.push(split.remove);
    const contracts = split.contractPaths.map(contractAt);
    const counted = contracts.map((contract) =>
      contract?.segment?.state?.some(({ input }) => input === 'cache_loudness'),
    );
    expect(counted).toEqual([true, true, true]);
    const names = (tensors: readonly { name: string }[] = []) => tensors.map(({ name }) => name);
    expect(names(contracts[0]?.returns)).toContain('new_cache_loudness');
    expect(names(contracts[2]?.answers)).toEqual(['encoded', 'new_cache_loudness']);
    expect(names(contracts[0]?.answersAbove)).toEqual(['encoded']);
    expect(names(contracts[1]?.answersAbove)).toEqual(['encoded', 'new_cache_loudness']);
  });
});
