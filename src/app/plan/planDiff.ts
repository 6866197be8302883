import type { Block, Handover } from '../../engine/handover/blocks';
import { planBar } from '../../engine/handover/documentHandover';
import { heading, number, words } from '../../engine/handover/tables';
import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import { metricEntry, metricNamed } from '../../shared/vocabulary/metrics';
import { bytesText, durationText, threeDigits } from '../../shared/vocabulary/quantities';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import { comparePlans, type LinkChange, type MetricChange, type PlanComparison } from './comparePlans';

/** A plan document under the name that people know it by. */
export interface NamedDocument {
  readonly name: string;
  readonly document: PlanDocument;
}

/** Two plans for reading: what has moved from the old one to the new one, and what that costs. */
export function planDiff(old: NamedDocument, now: NamedDocument): Handover {
  const comparison = comparePlans(old.document, now.document, { percent: new Map(), split: true });
  const { metrics, split, modelChanged, tiersChanged } = comparison;
  return {
    title: say('planDiff.title', { now: now.name, old: old.name }).text,
    blocks: [
      { kind: 'lead', text: headline(comparison, now.document) },
      ...(modelChanged ? [{ kind: 'text' as const, text: say('planDiff.model', {}).text }] : []),
      ...(tiersChanged ? [{ kind: 'text' as const, text: say('planDiff.tiers', {}).text }] : []),
      {
        kind: 'bars',
        caption: metricEntry('latency').label,
        bars: [planBar(old.document, old.name, false), planBar(now.document, now.name)],
      },
      heading(say('planDiff.figures', {}).text),
      figuresTable(metrics, old.name, now.name),
      heading(say('planDiff.where', {}).text),
      tiersTable(old, now),
      ...(split.links.length > 0
        ? [heading(say('planDiff.crosses', {}).text), linksTable(split.links, old.name, now.name)]
        : []),
    ],
  };
}

/** Whether the split has moved, and what that does to what the new plan is best for. */
function headline({ metrics, split }: PlanComparison, { objective }: PlanDocument): string {
  const metric = metricNamed(objective) ?? 'latency';
  const change = metrics.find((one) => one.metric === metric);
  const moved = say(split.changed ? 'planDiff.moved' : 'planDiff.same', {}).text;
  return change === undefined ? moved : `${moved} ${changeText(change)}`;
}

function changeText({ metric, worsePercent, isWorse }: MetricChange): string {
  const { label } = metricEntry(metric);
  if (worsePercent === null || worsePercent === 0) return say('planDiff.equal', { metric: label }).text;
  const percent = threeDigits(Math.abs(worsePercent));
  return say(isWorse ? 'planDiff.worse' : 'planDiff.better', { metric: label, percent }).text;
}

function figuresTable(changes: readonly MetricChange[], old: string, now: string): Block {
  return {
    kind: 'table',
    columns: [words('Figure'), number(old), number(now), number('Change')],
    rows: changes.map((change) => {
      const { label, text } = metricEntry(change.metric);
      const figure = (side: 'old' | 'new') => {
        const value = change[side];
        return value === null ? '' : unlessUnstated(change, side, text(value));
      };
      const sign = change.new !== null && change.old !== null && change.new > change.old ? '+' : '−';
      const percent = change.old ? (100 * ((change.new ?? 0) - change.old)) / change.old : 0;
      const difference = percent === 0 ? '' : `${sign}${threeDigits(Math.abs(percent))} %`;
      return [label, figure('old'), figure('new'), difference];
    }),
  };
}

/** Nodes and time of every tier of either plan. */
function tiersTable(old: NamedDocument, now: NamedDocument): Block {
  const ids = [...new Set([...old.document.tiers, ...now.document.tiers].map(({ id }) => id))];
  const of = ({ document }: NamedDocument, id: string) => document.tiers.find((tier) => tier.id === id);
  return {
    kind: 'table',
    columns: [words('Tier'), ...[old, now].flatMap(({ name }) => [number(`Nodes, ${name}`), number(`Time, ${name}`)])],
    rows: ids.map((id) => [
      id,
      ...[of(old, id), of(now, id)].flatMap((tier) => [
        String(tier?.nodeCount ?? 0),
        durationText(tier?.computeMs ?? 0),
      ]),
    ]),
  };
}

function linksTable(links: readonly LinkChange[], old: string, now: string): Block {
  const crossing = (names: readonly string[], bytes: number) =>
    names.length === 0 ? say('planDiff.nothing', {}).text : `${names.join(', ')} (${bytesText(bytes)})`;
  return {
    kind: 'table',
    columns: [words('Link'), words(old), words(now)],
    rows: links.map((link) => [
      say('handover.link', { from: link.from, to: link.to }).text,
      crossing(link.old, link.oldBytes),
      crossing(link.new, link.newBytes),
    ]),
  };
}
