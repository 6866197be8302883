import { markdownCode, markdownText } from '../../shared/escape/markdown';
import { fillPlaces } from '../../shared/messages/message';
import type { AnalysisReport, PlanReport } from '../../shared/reports/reports';
import type { StateReport } from '../../shared/reports/stateReports';
import { bytesText, durationText, shapeText } from '../../shared/vocabulary/quantities';
import type { Translate } from '../window/text';
import type { TreeRow } from './row';

/** Pairs that are listed; a decoder has two for each layer. */
const mostPairs = 100;

/**
 * What a model remembers from call to call: how its session goes and where state stays under the plan, then the pairs of
 * outputs and inputs. Nothing where it remembers nothing.
 */
export function stateRows(
  { state = [] }: AnalysisReport,
  plan: PlanReport | undefined,
  t: Translate,
): readonly TreeRow[] {
  if (state.length === 0) return [];
  const bytes = state.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const growing = state.some(({ growsAlong }) => growsAlong !== undefined);
  const size = fillPlaces(t('{0|# tensor|# tensors}, {1}'), state.length, bytesText(bytes));
  const others = state.length - mostPairs;
  return [
    {
      id: 'state',
      label: t('State'),
      description: growing ? t('{0}, growing with every call', size) : size,
      icon: 'sync',
      kind: 'section',
      tooltip: () =>
        markdownText(
          t(
            'The next call reads what a call makes here. It stays on the tiers that use it. Correct it with `state` in dnnsplit.json.',
          ),
        ),
      children: [
        ...(plan ? [...sessionRows(plan, t), ...tierRows(plan, t)] : []),
        ...state.slice(0, mostPairs).map((one) => pairRow(one, t)),
        ...(others > 0 ? [fact('others', t('and {0} more', others), '', 'ellipsis')] : []),
      ],
    },
  ];
}

function fact(id: string, label: string, description: string, icon: string): TreeRow {
  return { id: `state/${id}`, label, description, icon, kind: 'fact', children: [] };
}

function sessionRows({ session }: PlanReport, t: Translate): TreeRow[] {
  if (session === undefined) return [];
  const { firstTokenMs, perTokenMs, prefillTokens, generatedTokens } = session;
  const tokens = t('{0} given, {1} generated tokens', prefillTokens, generatedTokens);
  return [
    fact('session', t('Session'), tokens, 'comment-discussion'),
    fact('first', t('First token'), durationText(firstTokenMs), 'watch'),
    fact('token', t('Each further token'), durationText(perTokenMs), 'watch'),
  ];
}

function tierRows({ tiers }: PlanReport, t: Translate): TreeRow[] {
  return tiers.flatMap(({ id, stateBytes, sessionsThatFit: fit }) => {
    if (stateBytes === undefined) return [];
    const bytes = t('{0} per session', bytesText(stateBytes));
    const sessions = fit === undefined ? bytes : fillPlaces(t('{0}, {1|# session fits|# sessions fit}'), bytes, fit);
    return [fact(`tier/${id}`, id, sessions, 'server-environment')];
  });
}

function pairRow(
  { input, output, dtype, shape, bytes, madeBy, readBy, growsAlong }: StateReport,
  t: Translate,
): TreeRow {
  const lines = [
    `**${t('Input')}**: ${markdownCode(input)}`,
    `**${t('Output')}**: ${markdownCode(output)}`,
    `**${t('Made by')}**: ${markdownCode(madeBy)}`,
    ...(readBy === undefined ? [] : [`**${t('Read by')}**: ${markdownCode(readBy)}`]),
    ...(growsAlong === undefined ? [] : [t('It grows along axis {0}.', growsAlong)]),
  ];
  return {
    id: `state/pair/${input}`,
    label: input,
    description: `${shapeText(shape)} ${dtype}, ${bytesText(bytes)}`,
    icon: 'symbol-array',
    kind: 'tensor',
    tensorNames: [input, output],
    tooltip: () => lines.join('\n\n'),
    children: [],
  };
}
