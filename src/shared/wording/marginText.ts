import type { MarginReport } from '../reports/marginReports';
import type { PlanReport } from '../reports/reports';
import { bandwidthText, ratioText } from '../vocabulary/quantities';

/** A margin for reading: whose figure it is, and its two ends where it has them. */
export interface MarginText {
  /** The tier, or the ends of the link. */
  readonly tier?: string;
  readonly link?: { readonly from: string; readonly to: string };
  readonly least?: string;
  readonly most?: string;
}

/** The margins of what a plan uses and that end somewhere: a tier that is idle, or may be anything, tells nothing. */
export function marginTexts({ margins = [], tiers, links }: PlanReport): MarginText[] {
  const isUsed = ({ tier, link = 0 }: MarginReport) =>
    tier === undefined ? (links[link]?.bytes ?? 0) > 0 : (tiers.find(({ id }) => id === tier)?.nodes ?? 0) > 0;
  return margins.filter(isUsed).flatMap(({ tier, link = 0, from, to }) => {
    const text = tier === undefined ? bandwidthText : ratioText;
    const least = from > 0 ? { least: text(from) } : {};
    const most = to === null ? {} : { most: text(to) };
    const ends = links[link];
    const whose = tier !== undefined ? { tier } : ends && { link: { from: ends.from, to: ends.to } };
    return whose === undefined || (from === 0 && to === null) ? [] : [{ ...whose, ...least, ...most }];
  });
}
