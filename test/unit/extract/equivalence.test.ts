import { describe, expect, it } from 'vitest';
import type { DimensionBindings } from '../../../src/engine/shapes/facts/inferred';
import { findCandidates } from '../../../src/engine/split/findCandidates';
import { randomNumbers } from '../../../src/runtime/randomInputs';
import { sharedModels, sharedNote } from '../../support/shared';
import { differences, prefixAssignment, prepare, randomAssignment, runChain } from './chain';

const bindings: Readonly<Record<string, DimensionBindings>> = {
  s_lstm_gru: { batch: 1, seq: 20 },
  s_bert_dyn: { s58: 1, s48: 24, s97: 1 },
};
const prefixes = 5;
const randomCuts = 4;

/** Those with weights. */
const models = sharedModels().filter(({ name }) => name.startsWith('s_'));

describe(`the chain of sub-models gives the bits of the whole model${sharedNote}`, () => {
  it.each(models)('$name', async ({ name, path }) => {
    const subject = await prepare(path, bindings[name] ?? {});
    const { graph } = subject;
    const count = graph.nodes.length;
    const random = randomNumbers(7);
    const positions = new Set(findCandidates(graph).map(({ position }) => position));
    for (let step = 0; step < prefixes; step++) positions.add(Math.floor(random() * (count + 1)));
    for (const position of positions) {
      const { outputs } = await runChain(subject, prefixAssignment(graph, position), 2);
      expect(differences(subject, outputs), `cut after ${position} of ${count}`).toEqual([]);
    }
    for (let step = 0; step < randomCuts; step++) {
      const tiers = 2 + (step % 3);
      const assignment = randomAssignment(graph, tiers, random);
      const { outputs } = await runChain(subject, assignment, tiers);
      expect(differences(subject, outputs), `assignment ${assignment.join('')}`).toEqual([]);
    }
  });
});
