import type { ConfigDocument, LinkDocument, TierDocument } from '../../../shared/documents/config';
import type { ProfileDocument } from '../../../shared/documents/profile';
import { say } from '../../../shared/messages/say';
import { namesOf, recordOf } from '../../../shared/recordOf';
import type { AnswerPlace } from '../../../shared/reports/answers';
import { additiveMetrics, linkRates, tierRates } from '../../../shared/vocabulary/metrics';
import { listed } from '../../../shared/vocabulary/quantities';
import type { Rates } from '../../../shared/vocabulary/rateClasses';
import type { Session } from '../../../shared/vocabulary/session';
import type { StateSetting } from '../../../shared/vocabulary/statePairs';
import type { Strategy } from '../../../shared/vocabulary/strategies';
import { DnnSplitError } from '../../../shared/work/errors';
import type { FittedTimes, TierPreset } from '../../presets/preset';
import { linkPreset, tierPreset } from '../../presets/presets';
import type { DimensionBindings } from '../../shapes/facts/inferred';
import type { Constraints, Infrastructure, Link, Objective, Tier } from './infrastructure';
import { parseStrategy } from './parseStrategy';

/** What applies without a `dnnsplit.json`: a Raspberry Pi 4, a T4 server nearby and an A10G in the cloud. */
export const defaultConfig: ConfigDocument = {
  tiers: [
    { id: 'device', preset: 'raspberry-pi-4', pricePerHour: 0.006, electricityPerKWh: 0.15 },
    { id: 'edge', preset: 't4' },
    { id: 'cloud', preset: 'a10g' },
  ],
  links: [
    { bandwidthMbps: 20, latencyMs: 5 },
    { bandwidthMbps: 200, latencyMs: 15 },
  ],
  objective: 'latency',
};

/** What a link has that states nothing: published figures of an uplink, then of a server's connection. */
const firstLinkDefault: LinkDocument = { preset: 'wifi' };
const laterLinkDefault: LinkDocument = { preset: 'edge-cloud' };

export interface ResolvedConfig {
  readonly infrastructure: Infrastructure;
  readonly bindings: DimensionBindings;
  /** Which outputs are inputs of the next call. */
  readonly state: StateSetting;
  /** What models with state are planned for; one call where absent. */
  readonly session?: Session;
  readonly strategy: Strategy;
  /** What a plan must gain to be recommended; none where a strategy is named, whose own plan is wanted. */
  readonly minimumGainPercent: number | undefined;
}

/** Percent that a plan must gain over a simpler one unless stated. */
const usualGainPercent = 5;

/**
 * Fills a configuration in for one model: presets, differences for the model, links, profiles.
 * @param modelPath path of the model; its entry under `models` is the longest one that its path ends with.
 * @param profiles profile documents by the path that `tiers[].profile` names.
 * @throws DnnSplitError `invalid-config` that names the place in the configuration.
 */
export function resolveConfig(
  config: ConfigDocument,
  modelPath: string,
  profiles: ReadonlyMap<string, ProfileDocument>,
): ResolvedConfig {
  const own = modelEntry(config, modelPath);
  const tiers = fusedAlike(
    config.tiers.map((tier, index) => resolveTier(tier, index, profiles)),
    config.tiers,
  );
  checkUniqueIds(tiers);
  const wireDtype = own.wire?.dtype ?? config.wire?.dtype ?? 'original';
  const links = resolveLinks(config, tiers.length, wireDtype);
  const constraints = compact<Constraints>({ ...config.constraints, ...own.constraints });
  checkConstraints(constraints, tiers);
  const inputs = { ...config.inputs, ...own.inputs };
  const inputWireBytes: Record<string, number> = {};
  for (const [name, facts] of Object.entries(inputs)) {
    if (facts.wireBytes !== undefined) inputWireBytes[name] = facts.wireBytes;
  }
  const session = own.session ?? config.session;
  const objective = compactObjective(own.objective ?? config.objective ?? 'latency');
  return {
    infrastructure: {
      ...{ tiers, links, objective, constraints, inputWireBytes },
      answer: own.answer ?? config.answer ?? 'returned',
      outputAnswers: outputAnswersOf({ ...config.outputs, ...own.outputs }),
    },
    bindings: { ...config.dimensions, ...own.dimensions },
    state: own.state ?? config.state ?? 'recognized',
    ...(session && { session }),
    minimumGainPercent:
      config.strategy === undefined
        ? (own.minimumGainPercent ?? config.minimumGainPercent ?? usualGainPercent)
        : undefined,
    strategy: config.strategy === undefined ? 'dnnsplit' : parseStrategy(config.strategy, tiers, 'strategy'),
  };
}

function outputAnswersOf(outputs: NonNullable<ConfigDocument['outputs']>): Infrastructure['outputAnswers'] {
  const stated: Record<string, AnswerPlace> = {};
  for (const [name, { answer }] of Object.entries(outputs)) if (answer !== undefined) stated[name] = answer;
  return stated;
}

type ModelEntry = NonNullable<ConfigDocument['models']>[string];

function modelEntry(config: ConfigDocument, modelPath: string): ModelEntry {
  const path = modelPath.replaceAll('\\', '/');
  const matches = Object.entries(config.models ?? {}).filter(([name]) => {
    const wanted = name.replaceAll('\\', '/').replace(/^\.\//, '');
    return path === wanted || path.endsWith(`/${wanted}`);
  });
  matches.sort(([a], [b]) => b.length - a.length);
  return matches[0]?.[1] ?? {};
}

function resolveTier(tier: TierDocument, index: number, profiles: ReadonlyMap<string, ProfileDocument>): Tier {
  const place = `tiers[${index}]`;
  const preset = tier.preset === undefined ? undefined : tierPreset(tier.preset, `${place}.preset`);
  const profile = tier.profile === undefined ? undefined : profileAt(tier.profile, `${place}.profile`, profiles);
  const fit = tier.gflops === undefined ? preset?.fit : undefined;
  const rates = tier.rates && compact<Rates>(tier.rates);
  const kernelOverheadUs = tier.kernelOverheadUs ?? (tier.overheadUs === undefined ? fit?.kernelOverheadUs : undefined);
  const weightGBps = tier.weightGBps ?? (tier.memoryGBps === undefined ? fit?.weightGBps : undefined);
  const estimate = estimateOf(tier, preset, fit);
  return {
    id: tier.id,
    gflops: tier.gflops ?? preset?.gflops.value,
    memoryGBps: tier.memoryGBps ?? fit?.memoryGBps ?? preset?.memoryGBps.value,
    ...((rates ?? fit) && { rates: { ...fit?.rates, ...rates } }),
    ...(weightGBps !== undefined && { weightGBps }),
    ...(kernelOverheadUs !== undefined && { kernelOverheadUs }),
    ...(tier.fusion !== undefined && { fusion: tier.fusion }),
    ...(tier.operators && { unsupportedOperators: tier.operators.unsupported }),
    ...(estimate && { estimate }),
    overheadUs: tier.overheadUs ?? 0,
    memoryGB: tier.memoryGB ?? preset?.memoryGB?.value,
    ...recordOf(namesOf(tierRates), (rate) => tier[rate] ?? preset?.[rate]?.value ?? 0),
    unstated: namesOf(tierRates).filter((rate) => (tier[rate] ?? preset?.[rate]) === undefined),
    ...(tier.speed !== undefined && { speed: tier.speed }),
    replicas: tier.replicas ?? 1,
    profile: profile && new Map(Object.entries(profile.microseconds)),
    ...(profile && { recording: profile }),
  };
}

/** Nine of ten peak figures of a data sheet lie within this factor of what a network reaches. */
const peakFactor = 5;

/** What the times rest on: what the configuration states itself comes before its preset. */
function estimateOf(
  tier: TierDocument,
  preset: TierPreset | undefined,
  fit: FittedTimes | undefined,
): Tier['estimate'] {
  if (tier.withinFactor !== undefined) return { basis: 'fitted', withinFactor: tier.withinFactor };
  if (tier.gflops !== undefined || tier.rates !== undefined) return { basis: 'stated' };
  if (fit !== undefined) {
    return { basis: 'fitted', withinFactor: fit.withinFactor, models: fit.models, within13: fit.within13 };
  }
  return preset && { basis: preset.basis, withinFactor: peakFactor };
}

/**
 * Presets without rates by kind of work fuse nodes too where another tier does: a layer must not look dearer on one tier
 * because it is priced as a kernel of its own there.
 */
function fusedAlike(tiers: readonly Tier[], documents: readonly TierDocument[]): readonly Tier[] {
  const anyFuses = tiers.some(({ rates, kernelOverheadUs, fusion }) => {
    return fusion ?? (rates !== undefined || kernelOverheadUs !== undefined);
  });
  if (!anyFuses) return tiers;
  return tiers.map((tier, index) => {
    const { preset, gflops, fusion } = documents[index] ?? {};
    return preset === undefined || gflops !== undefined || fusion !== undefined ? tier : { ...tier, fusion: true };
  });
}

function profileAt(path: string, place: string, profiles: ReadonlyMap<string, ProfileDocument>): ProfileDocument {
  const profile = profiles.get(path);
  if (profile === undefined) {
    throw new DnnSplitError('invalid-config', say('config.missingProfile', { place, path }));
  }
  return profile;
}

function checkUniqueIds(tiers: readonly Tier[]): void {
  for (const [index, tier] of tiers.entries()) {
    const first = tiers.findIndex((other) => other.id === tier.id);
    if (first !== index) {
      throw new DnnSplitError(
        'invalid-config',
        say('config.repeatedTier', { place: `tiers[${index}].id`, tier: tier.id, first: `tiers[${first}]` }),
      );
    }
  }
}

function resolveLinks(config: ConfigDocument, tierCount: number, wireDtype: Link['wireDtype']): Link[] {
  const links = config.links ?? [];
  if (config.links !== undefined && links.length !== tierCount - 1) {
    throw new DnnSplitError(
      'invalid-config',
      say('config.linkCount', { links: links.length, tiers: tierCount, needed: tierCount - 1 }),
    );
  }
  return Array.from({ length: tierCount - 1 }, (_, index) => resolveLink(links[index] ?? {}, index, wireDtype));
}

function resolveLink(link: LinkDocument, index: number, wireDtype: Link['wireDtype']): Link {
  const fallback = index === 0 ? firstLinkDefault : laterLinkDefault;
  const preset = linkPreset(link.preset ?? fallback.preset ?? '', `links[${index}].preset`);
  const statesItself = link.preset === undefined && link.bandwidthMbps !== undefined;
  const rates = recordOf(namesOf(linkRates), (rate) => link[rate] ?? (statesItself ? undefined : preset[rate]?.value));
  return {
    bandwidthMbps: link.bandwidthMbps ?? preset.bandwidthMbps.value,
    latencyMs: link.latencyMs ?? (statesItself ? 0 : preset.latencyMs.value),
    hopMs: link.hopMs,
    downBandwidthMbps: link.downBandwidthMbps ?? (statesItself ? undefined : preset.downBandwidthMbps?.value),
    downLatencyMs: link.downLatencyMs,
    ...recordOf(namesOf(linkRates), (rate) => rates[rate] ?? 0),
    unstated: namesOf(linkRates).filter((rate) => rates[rate] === undefined),
    downPricePerGB: rates.downPricePerGB ?? rates.pricePerGB ?? 0,
    joulesPerMB: sendingJoulesPerMB(link, rates.joulesPerMB, index),
    wireDtype: link.wire?.dtype ?? wireDtype,
  };
}

/** A power while sending that is written counts instead of an energy per MB that a preset states. */
function sendingJoulesPerMB(link: LinkDocument, joulesPerMB: number | undefined, index: number): number {
  if (link.txWatts === undefined) return joulesPerMB ?? 0;
  if (link.joulesPerMB === undefined) return 0;
  throw new DnnSplitError('invalid-config', say('config.sendingTwice', { place: `links[${index}]` }));
}

function checkConstraints(constraints: Constraints, tiers: readonly Tier[]): void {
  const ids = tiers.map((tier) => tier.id);
  const check = (id: string, place: string) => {
    if (ids.includes(id)) return;
    throw new DnnSplitError('invalid-config', say('config.unknownTier', { place, tier: id, known: ids.join(', ') }));
  };
  for (const [node, id] of Object.entries(constraints.pin ?? {})) check(id, `constraints.pin["${node}"]`);
  for (const [index, id] of (constraints.excludeTiers ?? []).entries()) check(id, `constraints.excludeTiers[${index}]`);
}

function compactObjective(objective: NonNullable<ConfigDocument['objective']>): Objective {
  if (typeof objective === 'string') return objective;
  const weights = compact<Exclude<Objective, string>>(objective);
  if (Object.values(weights).some((weight) => weight > 0)) return weights;
  throw new DnnSplitError(
    'invalid-config',
    say('config.noWeight', {
      metrics: listed(
        additiveMetrics.map((metric) => `\`${metric}\``),
        'or',
      ),
    }),
  );
}

/** The same record without properties that are present but undefined. */
function compact<Result>(record: { [Key in keyof Result]?: Result[Key] | undefined }): Result {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Result;
}
