import type { DisplayList } from '../../src/engine/picture/displayList/displayList';
import type { Theme } from '../../src/engine/picture/displayList/theme';
import type { View } from '../../src/engine/picture/displayList/view';
import type { Size } from '../../src/shared/picture/geometry';
import type { SceneModel } from '../model/sceneModel';
import type { Camera } from './camera';
import type { Hatches } from './hatch';
import type { TextFitter } from './textFitter';

/** A boundary on its way to another cut line. */
export interface DragGhost {
  readonly link: number;
  readonly y: number;
  readonly label: string;
}

/** Where the recommended plan cuts, while another one is shown. */
export interface RecommendedMark {
  readonly link: number;
  /** In the coordinates of the scene. */
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
  /** What there is to be drawn. */
  readonly list: DisplayList;
  readonly selected: ReadonlySet<number>;
  /** Boxes that read what a selected one makes. */
  readonly readers: ReadonlySet<number>;
  readonly focused: number | null;
  readonly hovered: number | null;
  readonly keyboardFocus: boolean;
  readonly ghost: DragGhost | null;
  readonly recommended: readonly RecommendedMark[];
  readonly fitter: Pick<TextFitter, 'fit' | 'useFont'>;
  readonly hatches: Pick<Hatches, 'of' | 'at'>;
  /**
   * For a picture that nobody can act on, of all of the graph or of what is on the screen: nothing to grab is drawn, but the
   * legend, which the page lays over the canvas otherwise.
   */
  readonly still?: 'whole' | 'screen';
}

/** How much of a node is worth drawing. */
export type Detail = 'speck' | 'box' | 'title' | 'full';

export function detailAt(zoom: number): Detail {
  if (zoom < 0.12) return 'speck';
  if (zoom < 0.38) return 'box';
  return zoom < 0.65 ? 'title' : 'full';
}

/** What a frame shows of its scene. */
export function viewOf({ camera, size }: Pick<Frame, 'camera' | 'size'>): View {
  return { ...camera, ...size };
}

export function font(theme: Theme, pixels: number, weight: 400 | 500 | 600 = 400): string {
  return `${weight} ${Math.round(pixels * 4) / 4}px ${theme.fontFamily}`;
}
