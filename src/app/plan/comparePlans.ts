import type { PlanDocument, PlanLink } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import { figureOf, type Metric, metricEntry, metrics, metricTable } from '../../shared/vocabulary/metrics';
import { threeDigits } from '../../shared/vocabulary/quantities';

/** How much worse a plan may be than an earlier one: percent per metric, and whether its split may move. */
export interface AllowedChange {
  readonly percent: ReadonlyMap<Metric, number>;
  readonly split: boolean;
}

/** One metric of both plans; `null` where no part of a plan takes any. */
export interface MetricChange {
  readonly metric: Metric;
  readonly old: number | null;
  readonly new: number | null;
  /** Above 0 is worse, whichever direction that is; `null` where the earlier figure is 0 or has no bound. */
  readonly worsePercent: number | null;
  readonly isWorse: boolean;
  /** Which of them is 0 because nobody states what it counts; absent where neither is. */
  readonly unstated?: readonly ('old' | 'new')[];
}

/** What crosses one link in both plans, as names of tensors. */
export interface LinkChange {
  readonly from: string;
  readonly to: string;
  readonly old: readonly string[];
  readonly new: readonly string[];
  readonly oldBytes: number;
  readonly newBytes: number;
}

/** Two plans side by side. */
export interface PlanComparison {
  readonly modelChanged: boolean;
  readonly tiersChanged: boolean;
  readonly metrics: readonly MetricChange[];
  readonly split: { readonly changed: boolean; readonly links: readonly LinkChange[] };
  /** What is worse than allowed, a sentence each. */
  readonly failures: readonly { readonly limit: Metric | 'split'; readonly message: string }[];
}

/** Sets a plan beside an earlier one. The split is told by the names of the tensors that cross, which outlast new node ids. */
export function comparePlans(before: PlanDocument, after: PlanDocument, allowed: AllowedChange): PlanComparison {
  const changes = metrics.map((metric) => metricChange(metric, before, after));
  const links = linkChanges(before.links, after.links);
  const tiersChanged = idsOf(before) !== idsOf(after);
  const changed = tiersChanged || links.some((link) => link.old.join('\n') !== link.new.join('\n'));
  const worse = changes.flatMap((change) => {
    const most = allowed.percent.get(change.metric);
    return most === undefined || !isBeyond(change, most)
      ? []
      : [{ limit: change.metric, message: worseText(change, most) }];
  });
  return {
    modelChanged: before.model.structureHash !== after.model.structureHash,
    tiersChanged,
    metrics: changes,
    split: { changed, links },
    failures: [
      ...worse,
      ...(allowed.split || !changed ? [] : [{ limit: 'split' as const, message: say('compare.moved', {}).text }]),
    ],
  };
}

function idsOf({ tiers }: PlanDocument): string {
  return JSON.stringify(tiers.map(({ id }) => id));
}

function metricChange(metric: Metric, before: PlanDocument, after: PlanDocument): MetricChange {
  const old = figureOf(before.prediction, metric) ?? null;
  const now = figureOf(after.prediction, metric) ?? null;
  const { better } = metricEntry(metric);
  const [was, is] = [old ?? Number.POSITIVE_INFINITY, now ?? Number.POSITIVE_INFINITY];
  const percent = (100 * (better === 'less' ? is - was : was - is)) / was;
  const sides = { old: before, new: after } as const;
  const unstated = (['old', 'new'] as const).filter((side) =>
    sides[side].prediction.unstated?.some((figure) => figure === metricTable[metric].figure),
  );
  return {
    metric,
    old,
    new: now,
    worsePercent: Number.isFinite(percent) ? percent : null,
    isWorse: better === 'less' ? is > was : is < was,
    ...(unstated.length > 0 && { unstated }),
  };
}

/** Documents keep nine digits, so that less than this is no difference. */
const rounding = 1e-6;

function isBeyond({ worsePercent, isWorse }: MetricChange, most: number): boolean {
  return worsePercent === null ? isWorse : worsePercent > most + rounding;
}

function worseText({ metric, worsePercent }: MetricChange, most: number): string {
  const name = metricEntry(metric).label.toLowerCase();
  return worsePercent === null
    ? say('compare.worseThanNone', { metric: name, most }).text
    : say('compare.worse', { metric: name, percent: threeDigits(worsePercent), most }).text;
}

function linkChanges(before: readonly PlanLink[], after: readonly PlanLink[]): LinkChange[] {
  const names = (link: PlanLink | undefined) => (link?.tensors ?? []).map(({ name }) => name).sort();
  const ends = (link: PlanLink) => JSON.stringify([link.from, link.to]);
  const all = new Map([...before, ...after].map((link) => [ends(link), link]));
  return [...all].map(([key, { from, to }]) => {
    const [was, is] = [before, after].map((links) => links.find((link) => ends(link) === key));
    return { from, to, old: names(was), new: names(is), oldBytes: was?.bytes ?? 0, newBytes: is?.bytes ?? 0 };
  });
}
