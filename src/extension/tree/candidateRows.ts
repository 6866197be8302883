import { markdownCode, markdownText } from '../../shared/escape/markdown';
import { fillPlaces } from '../../shared/messages/message';
import { outcomeOfCandidate } from '../../shared/reports/candidateOutcome';
import type { AnalysisReport, CandidateOutcome, CandidateReport, PlanReport } from '../../shared/reports/reports';
import { bytesText, costShortText, costText, durationText, macsText } from '../../shared/vocabulary/quantities';
import type { Translate } from '../window/text';
import { tensorNames, tensorRows } from './planRows';
import type { TreeRow } from './row';
import { metricLines, statedCost } from './words';

/** The candidate points in the order of the graph; what is known of their outcome comes from the plan. */
export function candidatesSection(analysis: AnalysisReport, plan: PlanReport | undefined, t: Translate): TreeRow {
  const count = analysis.candidates.length;
  return {
    id: 'candidates',
    label: t('Candidate points'),
    description: fillPlaces(t('{0} of {1|# position|# positions}'), count, analysis.graph.nodes + 1),
    icon: 'list-ordered',
    kind: 'section',
    spoken: fillPlaces(t('{0|# candidate point|# candidate points}'), count),
    expanded: true,
    children: analysis.candidates.map((candidate, rank) =>
      candidateRow(candidate, rank, outcomeOfCandidate(plan?.candidates ?? [], candidate, rank), plan, t),
    ),
  };
}

/** Id of the row of a candidate. */
function candidateId(candidate: CandidateReport): string {
  return candidate.nodesBefore
    ? `candidate/across/${candidate.nodesBefore.length}/${candidate.bytes}`
    : `candidate/${candidate.position}`;
}

function candidateRow(
  candidate: CandidateReport,
  rank: number,
  outcome: CandidateOutcome | undefined,
  plan: PlanReport | undefined,
  t: Translate,
): TreeRow {
  const id = candidateId(candidate);
  const chosen = outcome?.chosen === true;
  const place = candidate.after ?? t('Input');
  const figures = (cost: (dollars: number) => string) => {
    const bytes = bytesText(candidate.bytes);
    if (outcome && outcome.latencyMs !== null) {
      const { costPerRequest } = outcome;
      const dollars = costPerRequest === null ? [] : [statedCost({ ...outcome, costPerRequest }, cost, t)];
      return [durationText(outcome.latencyMs), bytes, ...dollars].join(', ');
    }
    return plan && !chosen ? t('{0}, ruled out by a pin, limit or unknown size', bytes) : bytes;
  };
  const description = figures(costShortText);
  return {
    id,
    label: `${rank + 1}. ${place}`,
    description: chosen ? t('chosen: {0}', description) : description,
    icon: chosen ? 'pass-filled' : 'circle-outline',
    ...(chosen && { color: 'textLink.foreground' }),
    kind: chosen ? 'chosenCandidate' : 'candidate',
    spoken: chosen
      ? t('Candidate {0} after {1}, chosen: {2}', rank + 1, place, figures(costText))
      : t('Candidate {0} after {1}: {2}', rank + 1, place, figures(costText)),
    tooltip: () => candidateTooltip(candidate, outcome, plan, t),
    ...(candidate.afterNodeId !== null && { nodeIds: [candidate.afterNodeId] }),
    position: candidate.position,
    tensorNames: candidate.tensors.map(({ name }) => name),
    children: [
      ...tensorRows(id, candidate.tensors, t),
      factRow(id, 'macs', t('MACs'), beforeAfter(macsText, candidate.macsBefore, candidate.macsAfter, t)),
      factRow(
        id,
        'weights',
        t('Weights'),
        beforeAfter(bytesText, candidate.weightBytesBefore, candidate.weightBytesAfter, t),
      ),
      factRow(
        id,
        'activations',
        t('Peak activations'),
        beforeAfter(bytesText, candidate.peakActivationBytesBefore, candidate.peakActivationBytesAfter, t),
      ),
      factRow(id, 'neighbors', t('Neighbors'), candidate.rulesOut),
    ],
  };
}

function beforeAfter(format: (value: number) => string, before: number, after: number, t: Translate): string {
  return t('{0} before, {1} after', format(before), format(after));
}

function factRow(parentId: string, name: string, label: string, description: string): TreeRow {
  return {
    id: `${parentId}/${name}`,
    label,
    description,
    icon: 'info',
    kind: 'fact',
    tooltip: () => markdownText(description),
    children: [],
  };
}

function candidateTooltip(
  candidate: CandidateReport,
  outcome: CandidateOutcome | undefined,
  plan: PlanReport | undefined,
  t: Translate,
): string {
  const lines = [
    candidate.after === null
      ? `**${t('Before the first node')}**`
      : `**${t('After')}** ${markdownCode(candidate.after)}`,
    `**${t('Position')}**: ${candidate.position}`,
    `**${t('Crosses')}**: ${bytesText(candidate.bytes)}, ${tensorNames(candidate.tensors, t)}`,
  ];
  if (outcome && outcome.latencyMs !== null) {
    const link = outcome.link === null ? undefined : plan?.links[outcome.link];
    if (link) lines.push(`**${t('Best between')}**: ${markdownText(t('{0} to {1}', link.from, link.to))}`);
    lines.push(...metricLines(outcome, t));
  }
  lines.push(markdownText(candidate.rulesOut));
  return lines.join('\n\n');
}
