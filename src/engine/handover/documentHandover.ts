import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import type { PlanParts } from '../../shared/reports/reports';
import { figuresOf, metricEntry, shownMetrics } from '../../shared/vocabulary/metrics';
import { bytesText, macsText } from '../../shared/vocabulary/quantities';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import type { Block, Handover } from './blocks';
import { latencyBar } from './latencyBar';
import { heading, linkSourcesTable, linksTable, number, sourcesTable, tiersTable, words } from './tables';

/** The report of a plan document by itself: what it says, without the model. */
export function documentHandover(document: PlanDocument): Handover {
  const { tiers, links, model, tool, objective, strategy } = document;
  return {
    title: say('handover.title', { model: model.name }).text,
    blocks: [
      { kind: 'lead', text: document.advice },
      {
        kind: 'bars',
        caption: metricEntry('latency').label,
        bars: [planBar(document, say('handover.thisPlan', {}).text)],
      },
      heading(say('handover.parts', {}).text),
      tiersTable(tiers.map((tier) => ({ ...tier, nodes: tier.nodeCount }))),
      ...(links.length > 0 ? [linksTable(links), crossingTable(document)] : []),
      heading(say('handover.alternatives', {}).text),
      alternativesTable(document),
      heading(say('handover.assumptions', {}).text),
      { kind: 'list', items: assumptions(document) },
      sourcesTable(document),
      ...(links.length > 0 ? [linkSourcesTable(document)] : []),
      { kind: 'text', text: say('handover.made', { version: tool.version, objective, strategy }).text },
    ],
  };
}

/** The parts of a document's plan. */
function partsOfDocument({ tiers, links }: PlanDocument): PlanParts {
  return {
    computeMs: tiers.map(({ computeMs }) => computeMs),
    tierCosts: tiers.map(({ costPerRequest }) => costPerRequest),
    transferMs: links.map(({ transferMs }) => transferMs),
    answerMs: links.map(({ answerMs = 0 }) => answerMs),
    linkCosts: links.map(() => 0),
  };
}

/** A document's plan as a bar. */
export function planBar(document: PlanDocument, name: string, isChosen = true) {
  const { latencyMs } = document.prediction;
  return latencyBar({ name, latencyMs, parts: partsOfDocument(document), isChosen }, document);
}

/** Names of what crosses each link. */
function crossingTable({ links }: PlanDocument): Block {
  const rows = links.flatMap(({ from, to, tensors }) =>
    tensors.map(({ name, bytes }) => [say('handover.link', { from, to }).text, name, bytesText(bytes)]),
  );
  return { kind: 'table', columns: [words('Link'), words('Tensor'), number('Bytes')], rows };
}

/** A figure that a plan document predicts: in words where nobody states what it counts, empty where it has no bound. */
export function predictedText(
  figures: PlanDocument['prediction'],
  { figure, text }: Pick<ReturnType<typeof metricEntry>, 'figure' | 'text'>,
): string {
  const value = figures[figure] ?? null;
  return value === null ? '' : unlessUnstated(figures, figure, text(value));
}

function alternativesTable(document: PlanDocument): Block {
  const { prediction, baselines, strategies, objective } = document;
  const shown = shownMetrics(
    objective,
    [prediction, ...baselines].map((one) => figuresOf(one)),
  ).map((metric) => metricEntry(metric));
  const row = (name: string, figures: PlanDocument['prediction']) => [
    name,
    ...shown.map((entry) => predictedText(figures, entry)),
  ];
  return {
    kind: 'table',
    columns: [words('Plan'), ...shown.map(({ label }) => number(label))],
    rows: [
      row(say('handover.thisPlan', {}).text, prediction),
      ...[...baselines, ...strategies].map((one) => row(nameOf(one.strategy), one)),
    ],
  };
}

function nameOf(strategy: string): string {
  const tier = strategy.replace(/^single:/, '');
  return tier === strategy ? strategy : say('handover.singleTier', { tier }).text;
}

function assumptions({ model, tiers, assumedDimensions = {}, audit }: PlanDocument): string[] {
  const measured = tiers.reduce((sum, tier) => sum + tier.measuredNodes, 0);
  const nodes = tiers.reduce((sum, { nodeCount }) => sum + nodeCount, 0);
  const sizes = Object.entries(assumedDimensions).map(([name, size]) => `\`${name}\` ${size}`);
  const figures = { nodes: model.nodes, macs: macsText(model.macs), weights: bytesText(model.weightBytes) };
  return [
    say('handover.documentModel', figures).text,
    measured === 0 ? say('handover.estimated', {}).text : say('handover.measured', { measured, nodes }).text,
    ...(sizes.length === 0 ? [] : [say('handover.assumedSizes', { sizes: sizes.join(', ') }).text]),
    audit.consequence,
  ];
}
