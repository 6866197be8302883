import { markdownText } from '../../shared/escape/markdown';
import { fillPlaces } from '../../shared/messages/message';
import type { ModelSnapshot } from '../../shared/protocol/requests';
import type { AnalysisReport } from '../../shared/reports/reports';
import type { PlanPlace } from '../model/planPlaces';
import type { Translate } from '../window/text';
import { candidatesSection } from './candidateRows';
import { regimesSection, strategiesSection } from './comparisonRows';
import { planningRow, planSection } from './planRows';
import type { TreeRow } from './row';
import { stateRows } from './stateRows';
import { stepsSection } from './stepRows';
import { summarySection } from './summaryRows';
import { triedSection } from './triedRows';

/** The whole tree of a model. Nothing before its first analysis: the welcome views speak then. */
export function modelRows(snapshot: ModelSnapshot | undefined, t: Translate): readonly TreeRow[] {
  if (!snapshot?.analysis || snapshot.state === 'failed') return [];
  const { analysis, plan, configError } = snapshot;
  return [
    ...assumedRows(analysis, t),
    ...missingWeightsRows(analysis, t),
    ...(snapshot.state === 'analyzing' ? [planningRow(t)] : []),
    ...(configError ? [problemRow('configuration', t('Configuration'), configError.message)] : []),
    ...(plan ? [planSection(plan, t), ...triedSection(plan, snapshot.tried, t), stepsSection(analysis, plan, t)] : []),
    ...stateRows(analysis, plan, t),
    candidatesSection(analysis, plan, t),
    ...(plan ? [strategiesSection(plan, t), regimesSection(plan, t)] : []),
    ...dimensionSections(analysis, t),
    summarySection(snapshot.modelUri, analysis, t),
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

/** Weights that are not where the model says; plans need only their sizes, but whatever runs the model needs them. */
function missingWeightsRows({ model }: AnalysisReport, t: Translate): readonly TreeRow[] {
  const { missing = [] } = model.weightFiles ?? {};
  if (missing.length === 0) return [];
  const names = missing.slice(0, mostNames).join(', ');
  const more = missing.length - Math.min(missing.length, mostNames);
  const message = t(
    '{0} is missing beside the model. Plans hold without it; splitting and verifying need it.',
    more > 0 ? t('{0} and {1} more', names, more) : names,
  );
  return [problemRow('weights', t('Weights missing'), message)];
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

/** Files that are told by their names. */
const mostNames = 3;

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
