import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import type { LinkReport, TierReport } from '../../shared/reports/reports';
import { bandwidthText, bytesText, durationText, macsText } from '../../shared/vocabulary/quantities';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import type { Block, Column } from './blocks';

/** Blocks that reports of several kinds have in common. */

export const words = (title: string): Column => ({ title, isNumber: false });
export const number = (title: string): Column => ({ title, isNumber: true });

export const heading = (text: string): Block => ({ kind: 'heading', text });

type TierRow = Pick<TierReport, 'id' | 'nodes' | 'computeMs' | 'macs' | 'weightBytes' | 'peakActivationBytes'>;

export function tiersTable(tiers: readonly TierRow[]): Block {
  return {
    kind: 'table',
    columns: [
      words('Tier'),
      number('Nodes'),
      number('Time'),
      number('MACs'),
      number('Weights'),
      number('Peak activations'),
    ],
    rows: tiers.map(({ id, nodes, computeMs, macs, weightBytes, peakActivationBytes }) => [
      id,
      String(nodes),
      durationText(computeMs),
      macsText(macs),
      bytesText(weightBytes),
      bytesText(peakActivationBytes),
    ]),
  };
}

type LinkRow = Pick<LinkReport, 'from' | 'to' | 'bytes' | 'transferMs'> & {
  readonly tensors: readonly unknown[];
  readonly answerMs?: number | undefined;
};

export function linksTable(links: readonly LinkRow[]): Block {
  return {
    kind: 'table',
    columns: [words('Link'), number('Tensors'), number('Bytes'), number('Transfer'), number('Way back')],
    rows: links.map(({ from, to, tensors, bytes, transferMs, answerMs = 0 }) => [
      say('handover.link', { from, to }).text,
      String(tensors.length),
      bytesText(bytes),
      durationText(transferMs),
      durationText(answerMs),
    ]),
  };
}

const known = (value: number | null, unit: string) =>
  value === null ? 'unknown' : `${Number(value.toPrecision(3))} ${unit}`;

export function sourcesTable({ tiers }: PlanDocument): Block {
  return {
    kind: 'table',
    columns: [words('Tier'), words('Figures of'), number('Compute'), number('Memory bandwidth'), number('Price')],
    rows: tiers.map(({ id, preset, gflops, memoryGBps, pricePerHour, unstated }) => [
      id,
      preset ?? 'dnnsplit.json',
      known(gflops, 'GFLOP/s'),
      known(memoryGBps, 'GB/s'),
      unlessUnstated({ unstated }, 'pricePerHour', `$${Number(pricePerHour.toPrecision(3))}/h`),
    ]),
  };
}

export function linkSourcesTable({ links }: PlanDocument): Block {
  return {
    kind: 'table',
    columns: [words('Link'), number('Bandwidth'), number('Latency'), number('Price'), words('Sent as')],
    rows: links.map(({ from, to, bandwidthMbps, latencyMs, pricePerGB, unstated, wireDtype }) => [
      say('handover.link', { from, to }).text,
      bandwidthText(bandwidthMbps),
      durationText(latencyMs),
      unlessUnstated({ unstated }, 'pricePerGB', `$${Number(pricePerGB.toPrecision(3))}/GB`),
      wireDtype,
    ]),
  };
}
