import { textWidth } from '../../../shared/wording/textWidth';
import type { PlannedScene } from './plannedScene';
import { type Shape, textStyles } from './shapes';

/** Letter and name of a tier; it stands in the tier's band, or in a list where tiers are no bands. */
export interface TierBadge {
  readonly tier: number;
  readonly letter: string;
  readonly name: string;
  readonly width: number;
  readonly band: { readonly top: number; readonly bottom: number } | null;
}

export const tierBadgeHeight = 18;
const textGap = 7;
/** How much wider semibold text is than the regular one that the table of widths is for. */
const semibold = 1.12;

function letterWidth(letter: string): number {
  return Math.max(tierBadgeHeight, textWidth(letter, textStyles.badge.px) + 10);
}

/** The badges of a plan, from the first tier on. */
export function tierBadgesOf({ letters, overlay: { tierNames }, bands }: PlannedScene): TierBadge[] {
  const badge = (tier: number, band: TierBadge['band']): TierBadge => {
    const [letter = '', name = ''] = [letters[tier], tierNames[tier]];
    const width = letterWidth(letter) + textWidth(name, textStyles.badge.px) * semibold + 2 * textGap + 1;
    return { tier, letter, name, width, band };
  };
  if (bands.length > 0) return bands.map(({ tier, top, bottom }) => badge(tier, { top, bottom }));
  return tierNames.map((_, tier) => badge(tier, null));
}

/** A badge whose top left corner is at a place. */
export function tierBadgeShapes({ tier, letter, name, width }: TierBadge, x: number, y: number): Shape[] {
  const side = letterWidth(letter);
  const middle = y + tierBadgeHeight / 2 + 0.5;
  return [
    { kind: 'rect', x, y, width, height: tierBadgeHeight, radius: 3, fill: 'pillFill', stroke: { tier } },
    { kind: 'rect', x, y, width: side, height: tierBadgeHeight, radius: [3, 0, 0, 3], fill: { tier } },
    {
      kind: 'text',
      text: letter,
      x: x + side / 2,
      y: middle,
      align: 'middle',
      style: 'badge',
      ink: { onTier: tier },
      room: side,
    },
    {
      kind: 'text',
      text: name,
      x: x + side + textGap,
      y: middle,
      align: 'start',
      style: 'badge',
      ink: 'foreground',
      room: width - side - textGap,
    },
  ];
}
