import { markdownText } from '../../shared/escape/markdown';
import { fillPlaces } from '../../shared/messages/message';
import { bytesText, macsText } from '../../shared/quantities';
import type { AnalysisReport } from '../../shared/reports';
import type { ModelSnapshot } from '../../shared/requests';
import type { PlanPlace } from '../model/planPlaces';
import { baseName } from '../window/paths';
import type { Translate } from '../window/text';
import { candidatesSection } from './candidateRows';
import { regimesSection, strategiesSection } from './comparisonRows';
import { planSection } from './planRows';
import type { TreeRow } from './row';
import { stateRows } from './stateRows';
import { stepsSection } from './stepRows';
import { triedSection } from './triedRows';

/** The whole tree of a model. Nothing before its first analysis: the welcome views speak then. */
export function modelRows(snapshot: ModelSnapshot | undefined, t: Translate): readonly TreeRow[] {
  if (!snapshot?.analysis || snapshot.state === 'failed') return [];
  const { analysis, plan, configError } = snapshot;
  return [
    ...assumedRows(analysis, t),
    ...(configError ? [problemRow('configuration', t('Configuration'), configError.message)] : []),
    ...(plan ? [planSection(plan, t), ...triedSection(plan, snapshot.tried, t), stepsSection(analysis, t)] : []),
    ...stateRows(analysis, plan, t),
    candidatesSection(analysis, plan, t),
    ...(plan ? [strategiesSection(plan, t), regimesSection(plan, t)] : []),
    ...dimensionSections(analysis, t),
    ...(plan ? [] : [factsSection(snapshot.modelUri, analysis, t)]),
  ];
}

/** The sizes that every figure below is for, where the file leaves them open; expand it to change one. */
function assumedRows(analysis: AnalysisReport, t: Translate): readonly TreeRow[] {
  const { assumedText, assumedDimensions = {}, openDimensions } = analysis;
  if (assumedText === undefined) return [];
  const sizes = openDimensions.filter(({ symbol }) => Object.hasOwn(assumedDimensions, symbol));
  return [
    {
      id: 'assumed',
      label: t('Assumed sizes'),
      description: assumedText,
      icon: 'symbol-ruler',
      kind: 'section',
      spoken: t('Assumed sizes: {0}', assumedText),
      tooltip: () => markdownText(t('The file leaves these sizes open. Set one to change every figure.')),
      children: sizes.map(({ symbol }) => ({
        id: `assumed/${symbol}`,
        label: symbol,
        description: t('{0}, assumed', assumedDimensions[symbol] ?? 0),
        icon: 'symbol-variable',
        kind: 'dimension',
        children: [],
      })),
    },
  ];
}

function problemRow(id: string, label: string, message: string): TreeRow {
  return {
    id: `problem/${id}`,
    label,
    description: message,
    icon: 'warning',
    color: 'list.warningForeground',
    kind: 'fact',
    tooltip: () => markdownText(message),
    children: [],
  };
}

/** Of dimensions that only a run decides, a detector may have hundreds. */
const mostMadeRows = 10;

/** Symbolic dimensions that wait for a number, and those of which only a run decides what to expect. */
function dimensionSections(analysis: AnalysisReport, t: Translate): readonly TreeRow[] {
  const { assumedDimensions = {}, madeDimensions = [] } = analysis;
  const openDimensions = analysis.openDimensions.filter(({ symbol }) => !Object.hasOwn(assumedDimensions, symbol));
  const sections: TreeRow[] = [];
  if (openDimensions.length > 0) {
    sections.push({
      id: 'dimensions',
      label: t('Open dimensions'),
      description: t('set sizes to complete the analysis'),
      icon: 'symbol-ruler',
      kind: 'section',
      expanded: true,
      children: openDimensions.map((each) => dimensionRow(each, t)),
    });
  }
  if (madeDimensions.length > 0) {
    sections.push({
      id: 'made-dimensions',
      label: t('Sizes known only at run time'),
      description: t('set an expected size to include them'),
      icon: 'symbol-ruler',
      kind: 'section',
      children: madeDimensions.slice(0, mostMadeRows).map((each) => dimensionRow(each, t)),
    });
  }
  return sections;
}

function dimensionRow({ symbol, tensors }: AnalysisReport['openDimensions'][number], t: Translate): TreeRow {
  return {
    id: `dimensions/${symbol}`,
    label: symbol,
    description: fillPlaces(t('in {0|# tensor|# tensors}'), tensors),
    icon: 'symbol-variable',
    kind: 'dimension',
    children: [],
  };
}

/** What is known of the model where there is no plan to show. */
function factsSection(modelUri: string, analysis: AnalysisReport, t: Translate): TreeRow {
  const { model } = analysis;
  const { uncountedNodes: uncounted } = model;
  const macs = macsText(model.macs);
  const facts: readonly (readonly [string, string, string])[] = [
    ['nodes', t('Nodes'), String(model.nodes)],
    [
      'macs',
      t('MACs'),
      uncounted === undefined
        ? macs
        : fillPlaces(t('{0}, excluding {1|# node|# nodes} of unknown size'), macs, uncounted),
    ],
    ['weights', t('Weights'), bytesText(model.weightBytes + (model.bodyWeightBytes ?? 0))],
  ];
  return {
    id: 'model',
    label: t('Model'),
    description: baseName(modelUri),
    icon: 'symbol-class',
    kind: 'section',
    children: facts.map(([id, label, description]) => ({
      id: `model/${id}`,
      label,
      description,
      icon: 'info',
      kind: 'fact' as const,
      children: [],
    })),
  };
}

/** A tree's rows with their parents, for revealing one by its id. */
export class RowIndex {
  readonly #byId = new Map<string, TreeRow>();
  readonly #parents = new Map<string, TreeRow>();

  constructor(readonly roots: readonly TreeRow[]) {
    const visit = (row: TreeRow, parent: TreeRow | undefined): void => {
      this.#byId.set(row.id, row);
      if (parent) this.#parents.set(row.id, parent);
      for (const child of row.children) visit(child, row);
    };
    for (const root of roots) visit(root, undefined);
  }

  get(id: string): TreeRow | undefined {
    return this.#byId.get(id);
  }

  parentOf(row: TreeRow): TreeRow | undefined {
    return this.#parents.get(row.id);
  }

  /** The row of a tier or link. */
  rowOf({ list, index }: PlanPlace): TreeRow | undefined {
    for (const row of this.#byId.values()) {
      if (row.place?.list === list && row.place.index === index) return row;
    }
    return undefined;
  }

  /** The candidate right after one of these nodes. */
  candidateAfter(nodeIds: readonly string[]): TreeRow | undefined {
    const wanted = new Set(nodeIds);
    for (const row of this.#byId.values()) {
      if (row.position !== undefined && row.nodeIds?.some((id) => wanted.has(id))) return row;
    }
    return undefined;
  }
}
