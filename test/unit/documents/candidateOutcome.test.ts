import { expect, test } from 'vitest';
import { outcomeOfCandidate } from '../../../src/shared/reports/candidateOutcome';
import { analysis, plan } from '../extension/fixtures';

const [first, second] = analysis.candidates;
const outcomes = plan.candidates;

test('of two candidates at one position each has its own outcome', () => {
  const [own] = outcomes;
  if (first === undefined || second === undefined || own === undefined) throw new Error('no candidates');
  const twins = [own, { ...own, latencyMs: 7 }, ...outcomes.slice(1)];
  expect(outcomeOfCandidate(twins, first, 0)).toBe(twins[0]);
  expect(outcomeOfCandidate(twins, { ...second, position: own.position }, 1)).toBe(twins[1]);
});

test('outcomes of another list are found by their position, or not at all', () => {
  if (second === undefined) throw new Error('no candidates');
  expect(outcomeOfCandidate(outcomes.slice(1), second, 1)).toBe(outcomes[1]);
  expect(outcomeOfCandidate([], second, 1)).toBeUndefined();
});
