import { tierColorIds } from '../../shared/picture/tierLook';
import type { PlanOverrides } from '../../shared/protocol/requests';
import type { PlanPlace } from '../model/planPlaces';

/** One row of the tree, without any type of the workbench, so that its text can be tested in plain Node. */
export interface TreeRow {
  /** Stable between plans, so that expansion and selection survive planning again. */
  readonly id: string;
  readonly label: string;
  /** Dimmed text after the label. */
  readonly description: string;
  /** Id of a product icon. */
  readonly icon: string;
  /** Theme color of the icon. */
  readonly color?: string;
  readonly kind: RowKind;
  /** What a screen reader says; the label and description where it is left out. */
  readonly spoken?: string;
  /** Markdown, made only when a person points at the row. */
  readonly tooltip?: () => string;
  readonly children: readonly TreeRow[];
  readonly expanded?: boolean;
  /** Nodes to show in the graph when the row is selected. */
  readonly nodeIds?: readonly string[];
  /** The tier or link of the plan that the row shows. */
  readonly place?: PlanPlace;
  /** Position of the cut, on rows of candidates. */
  readonly position?: number;
  /** Command of the extension that choosing the row runs, without its prefix. */
  readonly command?: string;
  /** Of what is tried: the overrides that are left when it is taken back. */
  readonly without?: PlanOverrides;
  /** Names to copy. */
  readonly tensorNames?: readonly string[];
}

/** Decides which menu entries a row has: it is the row's `viewItem`. */
export type RowKind =
  | 'section'
  | 'advice'
  | 'tier'
  | 'link'
  | 'candidate'
  | 'chosenCandidate'
  | 'tensor'
  | 'fact'
  | 'dimension'
  | 'step'
  | 'tried'
  | 'triedSection';

/** A row as one sentence. */
export function rowText({ label, description }: TreeRow): string {
  return description === '' ? label : `${label}: ${description}`;
}

/** Theme color of a tier, as the graph has it; always beside its name, never alone. */
export function tierColor(tier: number): string {
  return tierColorIds[tier % tierColorIds.length] ?? 'foreground';
}
