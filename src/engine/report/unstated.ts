import type { Infrastructure } from '../planning/infrastructure/infrastructure';
import type { Evaluation, LinkLoad, TierLoad } from '../planning/plan/plan';

/** Figures that are 0 because nobody states what they count: not known, and no zero. */
export type UnstatedFigure = 'costPerRequest' | 'energyJ';

/** Of one tier of a plan. */
export function unstatedOnTier({ tiers }: Infrastructure, k: number, load: TierLoad | undefined): UnstatedFigure[] {
  const { unstated = [] } = tiers[k] ?? {};
  return [
    ...(load?.costPerRequest === 0 && unstated.includes('pricePerHour') ? (['costPerRequest'] as const) : []),
    ...(load?.energyJ === 0 && unstated.includes('watts') ? (['energyJ'] as const) : []),
  ];
}

/** Of one link. */
export function unstatedOnLink({ links }: Infrastructure, l: number, load: LinkLoad): UnstatedFigure[] {
  const isFree = load.costPerRequest === 0 && load.bytes + load.answerBytes > 0;
  return isFree && links[l]?.unstated?.includes('pricePerGB') ? ['costPerRequest'] : [];
}

/** Of a whole plan: of what it uses, something that counts is not stated, and nothing else counts either. */
export function unstatedInPlan(infrastructure: Infrastructure, evaluation: Evaluation): UnstatedFigure[] {
  const { tiers, links } = evaluation;
  const used = tiers.flatMap((load, k) => (load.nodes > 0 ? unstatedOnTier(infrastructure, k, load) : []));
  const onLinks = links.flatMap((load, l) => unstatedOnLink(infrastructure, l, load));
  const isCostOpen = [...used, ...onLinks].includes('costPerRequest');
  return [
    ...(evaluation.costPerRequest === 0 && isCostOpen ? (['costPerRequest'] as const) : []),
    ...(evaluation.energyJ === 0 && isEnergyOpen(infrastructure, evaluation) ? (['energyJ'] as const) : []),
  ];
}

/** Whether the first tier computes or sends at a power that is not stated. */
function isEnergyOpen({ tiers, links }: Infrastructure, evaluation: Evaluation): boolean {
  const computes = (evaluation.tiers[0]?.nodes ?? 0) > 0 && tiers[0]?.unstated?.includes('watts') === true;
  const { unstated = [] } = links[0] ?? {};
  const isSilent = unstated.includes('joulesPerMB') && unstated.includes('txWatts');
  return computes || ((evaluation.links[0]?.bytes ?? 0) > 0 && isSilent);
}
