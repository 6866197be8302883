import { objectiveWeights, pricePerSecond } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';
import type { Infrastructure } from '../infrastructure/infrastructure';

/** What a plan's figures leave out. */
export interface Caveats {
  /** Remarks in parentheses, each with a space before it. */
  readonly remarks: string;
  /** True where some times are not known, which leaves every proof open. */
  readonly leaveProofOpen: boolean;
}

/** What is not stated of layers, tiers and links, and what that makes of the figures that an objective counts. */
export function caveatsOf(costs: CostTables): Caveats {
  const { infrastructure } = costs;
  const times = [unknownCosts(costs), missingRates(costs)].filter((one) => one !== '');
  const rest = [missingPrices(infrastructure), missingEnergies(infrastructure), foreignInputs(costs)].filter(
    (one) => one !== '',
  );
  return { remarks: [...times, ...rest].map((one) => ` (${one})`).join(''), leaveProofOpen: times.length > 0 };
}

function unknownCosts({ unknownTimes }: CostTables): string {
  if (unknownTimes === 0) return '';
  const layers = unknownTimes === 1 ? '1 layer has' : `${unknownTimes} layers have`;
  return `${layers} no known cost; bind the open dimensions`;
}

/** A tier without rates and measured times would look infinitely fast. */
function missingRates({ tiers }: CostTables): string {
  const without = tiers.filter(
    ({ tier, measured }) => tier.gflops === undefined && tier.memoryGBps === undefined && !measured.includes(1),
  );
  if (without.length === 0) return '';
  const names = listed(without.map(({ tier }) => `\`${tier.id}\``));
  return `${names} ${without.length === 1 ? 'has' : 'have'} neither rates nor measured times, so layers take no time there; state \`gflops\` or a \`preset\``;
}

/** Why every plan is as good as any other; empty where something counts for the objective. */
export function whyNothingCounts({ tiers, links, objective }: Infrastructure): string {
  const weights = objectiveWeights(objective);
  if (weights === undefined || weights.latency > 0) return '';
  const hasPrice = tiers.some((tier) => pricePerSecond(tier) > 0) || links.some(({ pricePerGB }) => pricePerGB > 0);
  const hasEnergy = (tiers[0]?.watts ?? 0) > 0 || (links[0]?.joulesPerMB ?? 0) > 0;
  if ((weights.cost > 0 && hasPrice) || (weights.energy > 0 && hasEnergy)) return '';
  const missing = [
    ...(weights.cost > 0
      ? ['no tier or link has a price, so every plan counts 0; state `pricePerHour` or `pricePerGB`']
      : []),
    ...(weights.energy > 0
      ? [
          `\`${tiers[0]?.id}\` has no power and its link no energy, so every plan counts 0; state \`watts\` and \`joulesPerMB\``,
        ]
      : []),
  ];
  return missing.join(', and ');
}

/** Tiers that would look free. */
function missingPrices({ tiers, objective }: Infrastructure): string {
  if ((objectiveWeights(objective)?.cost ?? 0) === 0) return '';
  const free = tiers.filter((tier) => pricePerSecond(tier) === 0);
  if (free.length === 0) return '';
  const names = listed(free.map(({ id }) => `\`${id}\``));
  return `${names} ${free.length === 1 ? 'has' : 'have'} no price, so layers cost nothing there`;
}

/** What the first tier would seem to do without energy. */
function missingEnergies({ tiers, links, objective }: Infrastructure): string {
  if ((objectiveWeights(objective)?.energy ?? 0) === 0) return '';
  const [first] = tiers;
  if ((first?.watts ?? 0) === 0) return `\`${first?.id}\` has no \`watts\`, so layers take no energy there`;
  const isSilent = links[0]?.joulesPerMB === 0;
  return isSilent ? `the link from \`${first?.id}\` has no \`joulesPerMB\`, so sending takes no energy` : '';
}

/** Sizes on the wire that were given for inputs, none of which this model has: one of their names may be misspelled. */
function foreignInputs({ graph, infrastructure }: CostTables): string {
  const given = Object.keys(infrastructure.inputWireBytes);
  const own = graph.inputs.map((input) => graph.tensors[input]?.name ?? '');
  if (given.length === 0 || given.some((name) => own.includes(name))) return '';
  const names = listed(given.map((name) => `\`${name}\``));
  return `\`inputs\` names ${names}, but this model reads ${listed(own.map((name) => `\`${name}\``)) || 'none'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length <= 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
