import type { SceneGroup } from '../../src/shared/scene';
import type { Size } from '../model/geometry';
import type { HeatScale } from '../model/metric';
import type { PlanModel, TierSpan } from '../model/planModel';
import { withRepeats } from '../model/repeats';
import type { SceneModel } from '../model/sceneModel';
import type { Camera } from './camera';
import type { Hatches } from './hatch';
import type { TextFitter } from './textFitter';
import type { Theme } from './theme';

/** A boundary on its way to another cut line. */
export interface DragGhost {
  readonly link: number;
  readonly y: number;
  readonly label: string;
}

/** Everything that one picture is drawn from. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly camera: Camera;
  /** In CSS pixels. */
  readonly size: Size;
  /** Device pixels per CSS pixel. */
  readonly pixelRatio: number;
  readonly theme: Theme;
  readonly model: SceneModel;
  readonly plan: PlanModel | null;
  /** Tiers of another plan by scene node, while the plan is held against one. */
  readonly otherTiers: readonly (TierSpan | null)[] | null;
  readonly heat: HeatScale | null;
  readonly selected: ReadonlySet<number>;
  /** Boxes that read what a selected one makes. */
  readonly readers: ReadonlySet<number>;
  readonly focused: number | null;
  readonly hovered: number | null;
  readonly keyboardFocus: boolean;
  readonly ghost: DragGhost | null;
  readonly fitter: TextFitter;
  readonly hatches: Hatches;
  /** For a picture that nobody can act on: nothing to grab is drawn. */
  readonly isStill?: boolean;
}

/** How much of a node is worth drawing. */
export type Detail = 'speck' | 'box' | 'title' | 'full';

/** Below this zoom the names of groups are too small to be drawn. */
export const headerZoom = 0.5;
/** Size of the names of groups at zoom 1. */
export const headerPixels = 11;

/** Name of an unfolded group. */
export function headerLabel({ label, repeats }: Pick<SceneGroup, 'label' | 'repeats'>): string {
  return `▾ ${withRepeats(label, repeats)}`;
}

export function detailAt(zoom: number): Detail {
  if (zoom < 0.12) return 'speck';
  if (zoom < 0.38) return 'box';
  return zoom < 0.65 ? 'title' : 'full';
}

/** The tiers of a box under the other plan, where they are not the same as under this one. */
export function movedTo({ plan, otherTiers }: Frame, index: number): TierSpan | null {
  const own = plan?.tiers[index] ?? null;
  const other = otherTiers?.[index] ?? null;
  return own === null || other === null || (own.first === other.first && own.last === other.last) ? null : other;
}

export function font(theme: Theme, pixels: number, weight: 400 | 500 | 600 = 400): string {
  return `${weight} ${Math.round(pixels * 4) / 4}px ${theme.fontFamily}`;
}
