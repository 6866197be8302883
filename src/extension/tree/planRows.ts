import { markdownCode, markdownText } from '../../shared/escape/markdown';
import { fillPlaces } from '../../shared/messages/message';
import type { LinkReport, PlanReport, TierReport } from '../../shared/reports/reports';
import type { TensorReport } from '../../shared/reports/tensorReports';
import {
  bandwidthText,
  bytesText,
  costShortText,
  costText,
  durationText,
  energyText,
  macsText,
  shapeText,
  threeDigits,
} from '../../shared/vocabulary/quantities';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import { latencyPartsText, linkTimeText } from '../../shared/wording/latencyParts';
import type { Translate } from '../window/text';
import { type TreeRow, tierColor } from './row';
import { metricLines, statedCost } from './words';

/** The plan: what is advised, one row per tier, and between two tiers the link that joins them. */
export function planSection(plan: PlanReport, t: Translate): TreeRow {
  const tiers = plan.tiers.flatMap((tier, index) => {
    const link = plan.links[index];
    return link ? [tierRow(tier, index, plan, t), linkRow(link, index, plan, t)] : [tierRow(tier, index, plan, t)];
  });
  return {
    id: 'plan',
    label: t('Plan'),
    description: `${durationText(plan.latencyMs)}, ${statedCost(plan, costShortText, t)}`,
    icon: 'milestone',
    kind: 'section',
    spoken: t('Plan: {0} per request', durationText(plan.latencyMs)),
    tooltip: () => planTooltip(plan, t),
    expanded: true,
    children: [adviceRow(plan), ...tiers],
  };
}

/** Stands where the plan will be. */
export function planningRow(t: Translate): TreeRow {
  return {
    id: 'planning',
    label: t('Plan'),
    description: t('being computed'),
    icon: 'loading~spin',
    kind: 'fact',
    tooltip: () => markdownText(t('The candidate points are known already. What each gives comes with the plan.')),
    children: [],
  };
}

function adviceRow(plan: PlanReport): TreeRow {
  const sentence = plan.verdict.replaceAll('`', '');
  const reasons = plan.advice.replaceAll('`', '');
  return {
    id: 'plan/advice',
    label: sentence,
    description: '',
    icon: 'lightbulb',
    kind: 'advice',
    // Choosing the answer leads to the cut that it speaks of.
    nodeIds: lastBefore(
      plan,
      plan.links.findIndex(({ tensors }) => tensors.length > 0),
    ),
    tooltip: () => [sentence, reasons].map(markdownText).join('\n\n'),
    children: [],
  };
}

function planTooltip(plan: PlanReport, t: Translate): string {
  const { exact } = plan;
  const parts = latencyPartsText(plan, { link: t('link'), back: t('back') });
  const proof =
    exact.gapPercent === null
      ? t('No proof of optimality: {0}', exact.unavailable ?? '?')
      : exact.unavailable === undefined
        ? t('{0} % worse than the proven optimum', threeDigits(exact.gapPercent))
        : t(
            'At most {0} % worse than the optimum: {1}',
            threeDigits(exact.gapPercent),
            markdownText(exact.unavailable),
          );
  return [
    `**${t('Objective')}**: ${markdownText(plan.objective)}`,
    ...(parts === undefined ? [] : [`**${t('Latency')}**: ${markdownText(parts)}`]),
    `**${t('Strategy')}**: ${markdownText(plan.strategy)}`,
    ...metricLines(plan, t),
    `**${t('Proof')}**: ${markdownText(proof)}`,
    `**${t('Assumptions')}**: ${markdownText(plan.audit.consequence)}`,
  ].join('\n\n');
}

function tierRow(tier: TierReport, index: number, plan: PlanReport, t: Translate): TreeRow {
  const nodes = fillPlaces(t('{0|# node|# nodes}'), tier.nodes);
  const memory = bytesText(tier.weightBytes + tier.peakActivationBytes);
  const spoken = [nodes, durationText(tier.computeMs), memory, statedCost(tier, costText, t)].join(', ');
  // The side bar is narrow: the figure comes first, and what is left out is in the tooltip.
  const short = [durationText(tier.computeMs), nodes, statedCost(tier, costShortText, t)].join(', ');
  return {
    id: `plan/tier/${tier.id}`,
    label: tier.id,
    description: tier.nodes === 0 ? t('idle') : short,
    icon: 'server-environment',
    color: tierColor(index),
    kind: 'tier',
    spoken: t('Tier {0}: {1}', tier.id, tier.nodes === 0 ? t('idle') : spoken),
    tooltip: () => tierTooltip(tier, plan, t),
    nodeIds: [...new Set([tier.firstNodeId, tier.lastNodeId].filter((id) => id !== undefined))],
    place: { list: 'tiers', index },
    children: [],
  };
}

function tierTooltip(tier: TierReport, { profiles = [] }: PlanReport, t: Translate): string {
  const recordedFrom = profiles.find((profile) => profile.tier === tier.id)?.recordedFrom;
  const lines = [
    `**${markdownText(tier.id)}**`,
    `**${t('Compute')}**: ${durationText(tier.computeMs)}, ${macsText(tier.macs)}`,
    `**${t('Memory')}**: ${t('{0} of weights, {1} of peak activations', bytesText(tier.weightBytes), bytesText(tier.peakActivationBytes))}`,
    `**${t('Cost')}**: ${statedCost(tier, costText, t)}`,
    `**${t('Energy')}**: ${unlessUnstated(tier, 'energyJ', energyText(tier.energyJ), t('not stated'))}`,
  ];
  if (tier.nodes > 0) {
    lines.push(
      `**${t('Times')}**: ${t('{0} measured, {1} estimated', tier.measuredNodes, tier.nodes - tier.measuredNodes)}`,
    );
  }
  if (recordedFrom !== undefined) lines.push(`**${t('Recorded from')}**: ${markdownText(recordedFrom)}`);
  if (tier.firstNode !== undefined) lines.push(`**${t('First node')}**: ${markdownCode(tier.firstNode)}`);
  if (tier.lastNode !== undefined) lines.push(`**${t('Last node')}**: ${markdownCode(tier.lastNode)}`);
  return lines.join('\n\n');
}

function linkRow(link: LinkReport, index: number, plan: PlanReport, t: Translate): TreeRow {
  const used = link.tensors.length > 0;
  const figures = (cost: (dollars: number) => string) =>
    used
      ? `${linkTimeText(link.transferMs, link.answerMs, t('back'))}, ${bytesText(link.bytes)}, ${statedCost(link, cost, t)}`
      : t('no traffic');
  const id = `plan/link/${index}`;
  return {
    id,
    label: t('{0} to {1}', link.from, link.to),
    description: figures(costShortText),
    icon: 'arrow-down',
    kind: 'link',
    spoken: t('Link from {0} to {1}: {2}', link.from, link.to, figures(costText)),
    tooltip: () => linkTooltip(link, t),
    nodeIds: lastBefore(plan, index),
    place: { list: 'links', index },
    tensorNames: link.tensors.map(({ name }) => name),
    children: tensorRows(id, link.tensors, t),
  };
}

function linkTooltip(link: LinkReport, t: Translate): string {
  const lines = [`**${markdownText(t('{0} to {1}', link.from, link.to))}**`];
  if (link.bandwidthMbps !== undefined) lines.push(`**${t('Bandwidth')}**: ${bandwidthText(link.bandwidthMbps)}`);
  if (link.tensors.length === 0) lines.push(t('no traffic'));
  else {
    lines.push(
      `**${t('Crosses')}**: ${bytesText(link.bytes)}, ${tensorNames(link.tensors, t)}`,
      `**${t('Transfer')}**: ${linkTimeText(link.transferMs, link.answerMs, t('back'))}`,
      `**${t('Cost')}**: ${statedCost(link, costText, t)}`,
    );
  }
  return lines.join('\n\n');
}

/** The last node below a link. */
function lastBefore({ tiers }: PlanReport, link: number): readonly string[] {
  const ids = tiers.slice(0, link + 1).flatMap(({ lastNodeId }) => lastNodeId ?? []);
  return ids.slice(-1);
}

/** Tensors that are listed, of which a cut may have a hundred thousand. */
const mostRows = 200;
const mostNames = 20;

/** The names of tensors in a tooltip. */
export function tensorNames(tensors: readonly TensorReport[], t: Translate): string {
  const names = tensors.slice(0, mostNames).map(({ name }) => markdownCode(name));
  const others = tensors.length - names.length;
  return [...names, ...(others > 0 ? [t('and {0} more', others)] : [])].join(', ');
}

/** The tensors that cross between tiers. */
export function tensorRows(parentId: string, tensors: readonly TensorReport[], t: Translate): TreeRow[] {
  const rows = tensors.slice(0, mostRows).map((tensor) => tensorRow(parentId, tensor));
  const others = tensors.length - rows.length;
  if (others === 0) return rows;
  const label = t('and {0} more', others);
  return [...rows, { id: `${parentId}/others`, label, description: '', icon: 'ellipsis', kind: 'fact', children: [] }];
}

function tensorRow(parentId: string, tensor: TensorReport): TreeRow {
  return {
    id: `${parentId}/tensor/${tensor.name}`,
    label: tensor.name,
    description: `${shapeText(tensor.shape)} ${tensor.dtype}, ${bytesText(tensor.bytes)}`,
    icon: 'symbol-array',
    kind: 'tensor',
    tensorNames: [tensor.name],
    children: [],
  };
}
