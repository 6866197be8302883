import type { CandidateOutcome, CandidateReport } from './reports';

/**
 * What a plan says of a candidate: outcomes come in the order of the candidates, since two of these may lie at one
 * position, as cuts across different branches.
 * @param rank place of the candidate among all.
 */
export function outcomeOfCandidate(
  outcomes: readonly CandidateOutcome[],
  { position }: CandidateReport,
  rank: number,
): CandidateOutcome | undefined {
  const own = outcomes[rank];
  return own?.position === position ? own : outcomes.find((one) => one.position === position);
}
