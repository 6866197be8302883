import { type Hover, MarkupKind, type Position } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Infrastructure } from '../../engine/planning/infrastructure/infrastructure';
import { resolveConfig } from '../../engine/planning/infrastructure/resolveConfig';
import { linkPresets } from '../../engine/presets/linkPresets';
import type { Figure, TierPreset } from '../../engine/presets/preset';
import { tierPresets } from '../../engine/presets/tierPresets';
import { basisText } from '../../engine/report/estimatesReport';
import type { ConfigDocument, LinkDocument, TierDocument } from '../../shared/documents/config';
import { parseConfig } from '../../shared/documents/parseConfig';
import { parsePlan } from '../../shared/documents/parsePlan';
import type { PlanLink, PlanTier } from '../../shared/documents/plan';
import { markdownCode, markdownText } from '../../shared/escape/markdown';
import { type Sentence, say } from '../../shared/messages/say';
import { namesOf } from '../../shared/recordOf';
import { type LinkRate, linkRates, type TierRate, tierRates } from '../../shared/vocabulary/metrics';
import {
  bandwidthText,
  bytesText,
  costText,
  durationText,
  macsText,
  shapeText,
} from '../../shared/vocabulary/quantities';
import { rateClasses } from '../../shared/vocabulary/rateClasses';
import { pathAt } from './places';

/** On a tier or link of a sound `dnnsplit.json`: the figures that planning uses, and where each comes from. */
export function configHover(document: TextDocument, position: Position): Hover | null {
  const { document: config } = parseConfig(document.getText());
  if (config === undefined) return null;
  const [list, index] = pathAt(document, position);
  if (typeof index !== 'number') return null;
  const infrastructure = resolvedInfrastructure(config);
  if (infrastructure === undefined) return null;
  const tier = config.tiers[index];
  const link = config.links?.[index];
  if (list === 'tiers' && tier !== undefined) return hover(tierLines(tier, infrastructure.tiers[index]));
  return list === 'links' && link !== undefined ? hover(linkLines(link, infrastructure.links[index])) : null;
}

/** On a tier or link of a plan document: what the plan predicts there. */
export function planHover(document: TextDocument, position: Position): Hover | null {
  const { document: plan } = parsePlan(document.getText());
  if (plan === undefined) return null;
  const [list, index] = pathAt(document, position);
  if (typeof index !== 'number') return null;
  const tier = plan.tiers[index];
  const link = plan.links[index];
  if (list === 'tiers' && tier !== undefined) return hover(plannedTierLines(tier));
  return list === 'links' && link !== undefined ? hover(plannedLinkLines(link)) : null;
}

/** Measured times are not shown, so that no profile has to be read while a person points at something. */
function resolvedInfrastructure(config: ConfigDocument): Infrastructure | undefined {
  const tiers = config.tiers.map(({ profile: _, ...tier }) => tier);
  try {
    return resolveConfig({ ...config, tiers }, '', new Map()).infrastructure;
  } catch {
    // A configuration that cannot be resolved has diagnostics that say why.
    return undefined;
  }
}

type TierFigure = 'gflops' | 'memoryGBps' | 'memoryGB' | TierRate;

const tierFigures: readonly (readonly [TierFigure, string, string])[] = [
  ['gflops', 'Compute', 'GFLOP/s'],
  ['memoryGBps', 'Memory bandwidth', 'GB/s'],
  ['memoryGB', 'Memory', 'GB'],
  ...namesOf(tierRates).map((rate) => [rate, tierRates[rate].label, tierRates[rate].unit] as const),
];

function tierLines(tier: TierDocument, resolved: Infrastructure['tiers'][number] | undefined): string[] {
  const preset = tierPresets.find(({ id }) => id === tier.preset);
  const figures = tierFigures.map(([name, label, unit]) => {
    const value = resolved?.[name];
    if (isUnstated(resolved, name)) return say('hover.unstated', { label }).text;
    return figureLine(label, value, unit, origin(tier[name], publishedFigure(preset, name), value));
  });
  const profile =
    tier.profile === undefined ? [] : [say('hover.profile', { profile: markdownCode(tier.profile) }).text];
  const title = `**${markdownText(tier.id)}**${preset ? ` (${preset.title})` : ''}`;
  return [title, ...figures, ...estimateLines(preset, resolved), ...profile];
}

/** The bandwidth that published times fit stands before that of the data sheet. */
function publishedFigure(preset: TierPreset | undefined, name: TierFigure): Figure | undefined {
  const { fit } = preset ?? {};
  if (name !== 'memoryGBps' || fit === undefined) return preset?.[name];
  return { value: fit.memoryGBps, source: fit.source, date: fit.date, note: 'fitted to published times' };
}

/** How the times of a tier come about, and how far they are to be trusted. */
function estimateLines(preset: TierPreset | undefined, tier: Infrastructure['tiers'][number] | undefined): string[] {
  if (tier === undefined) return [];
  const { rates, weightGBps, kernelOverheadUs, overheadUs, estimate, unsupportedOperators } = tier;
  const known = rateClasses.flatMap((name) => (rates?.[name] === undefined ? [] : [`${name} ${rates[name]}`]));
  const source =
    rates !== undefined && preset?.fit?.rates.dense === rates.dense ? `; ${preset?.fit?.source ?? ''}` : '';
  const overhead =
    kernelOverheadUs === undefined
      ? say('hover.overhead', { microseconds: overheadUs })
      : say('hover.kernelOverhead', { microseconds: kernelOverheadUs });
  return [
    ...(known.length === 0 ? [] : [say('hover.rates', { rates: known.join(', ') }).text]),
    ...(weightGBps === undefined ? [] : [say('hover.weightBandwidth', { gbps: weightGBps }).text]),
    overhead.text,
    ...(estimate === undefined || estimate.basis === 'stated'
      ? []
      : [say('hover.estimate', { basis: basisText(estimate), source: markdownText(source) }).text]),
    ...(unsupportedOperators === undefined || unsupportedOperators.length === 0
      ? []
      : [say('hover.unsupported', { operators: unsupportedOperators.map(markdownCode).join(', ') }).text]),
  ];
}

type LinkFigure = 'bandwidthMbps' | 'latencyMs' | LinkRate;

const linkFigures: readonly (readonly [LinkFigure, string, string])[] = [
  ['bandwidthMbps', 'Bandwidth', 'Mbit/s'],
  ['latencyMs', 'One-way latency', 'ms'],
  ...namesOf(linkRates).map((rate) => [rate, linkRates[rate].label, linkRates[rate].unit] as const),
];

function linkLines(link: LinkDocument, resolved: Infrastructure['links'][number] | undefined): string[] {
  const preset = linkPresets.find(({ id }) => id === link.preset);
  const figures = linkFigures.map(([name, label, unit]) => {
    const value = resolved?.[name];
    if (isUnstated(resolved, name)) return say('hover.unstated', { label }).text;
    return figureLine(label, value, unit, origin(link[name], preset?.[name], value));
  });
  return [
    `**Link**${preset ? ` (${preset.title})` : ''}`,
    ...figures,
    say('hover.wireType', { dtype: resolved?.wireDtype ?? 'original' }).text,
  ];
}

/** True for a figure that counts as 0 because nobody states it. */
function isUnstated<Name extends string>(
  resolved:
    | (Readonly<Partial<Record<Name, number | undefined>>> & { readonly unstated?: readonly string[] | undefined })
    | undefined,
  name: Name,
): boolean {
  return resolved?.[name] === 0 && resolved.unstated?.includes(name) === true;
}

function figureLine(label: string, value: number | undefined, unit: string, from: string | Sentence): string {
  return value === undefined
    ? say('hover.unknown', { label }).text
    : say('hover.figure', { label, value, unit, origin: from }).text;
}

function origin(
  stated: number | undefined,
  published: Figure | undefined,
  used: number | undefined,
): string | Sentence {
  if (stated !== undefined) return say('hover.thisFile', {});
  if (published === undefined || published.value !== used) return say('hover.default', {});
  const note = published.note === undefined ? '' : `; ${published.note}`;
  return ` (${markdownText(`${published.source}, ${published.date}${note}`)})`;
}

function plannedTierLines(tier: PlanTier): string[] {
  const title = `**${markdownText(tier.id)}**`;
  if (tier.nodeCount === 0) return [say('hover.idle', { tier: title }).text];
  const isCostOpen = tier.costPerRequest === 0 && tier.unstated?.includes('pricePerHour') === true;
  const load = { tier: title, nodes: tier.nodeCount, measured: tier.measuredNodes };
  const sentences = [
    say(tier.measuredNodes > 0 ? 'hover.runsMeasured' : 'hover.runs', load),
    say('hover.compute', { time: durationText(tier.computeMs), macs: macsText(tier.macs) }),
    say('hover.memory', {
      weights: bytesText(tier.weightBytes),
      activations: bytesText(tier.peakActivationBytes),
    }),
    say('hover.cost', { cost: isCostOpen ? 'not stated' : costText(tier.costPerRequest) }),
  ];
  return sentences.map(({ text }) => text);
}

/** Tensors that a hover lists. */
const mostTensors = 20;

function plannedLinkLines(link: PlanLink): string[] {
  const title = `**${markdownText(link.from)} to ${markdownText(link.to)}**, ${bandwidthText(link.bandwidthMbps)}`;
  if (link.tensors.length === 0) return [title, say('hover.noTraffic', {}).text];
  const tensors = link.tensors
    .slice(0, mostTensors)
    .map(
      ({ name, dtype, shape, bytes }) =>
        `${markdownText(name)}: ${markdownText(dtype)} ${markdownText(shapeText(shape))}, ${bytesText(bytes)}`,
    );
  const others = link.tensors.length - tensors.length;
  return [
    title,
    ...tensors,
    ...(others > 0 ? [say('hover.more', { count: others }).text] : []),
    say('hover.transfer', { bytes: bytesText(link.bytes), time: durationText(link.transferMs) }).text,
  ];
}

function hover(lines: readonly string[]): Hover {
  return { contents: { kind: MarkupKind.Markdown, value: lines.join('\n\n') } };
}
