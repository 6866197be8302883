import { pictureCaption } from '../../src/engine/picture/displayList/caption';
import type { DisplayList } from '../../src/engine/picture/displayList/displayList';
import { savedTheme } from '../../src/engine/picture/displayList/editorColors';
import type { Theme } from '../../src/engine/picture/displayList/theme';
import { visibleRect } from '../../src/engine/picture/displayList/view';
import { clamp, type Point, type Rect, type Size } from '../../src/shared/picture/geometry';
import type { ToWebview } from '../../src/shared/protocol/webviewMessages';
import { recommendedCuts } from '../model/recommended';
import type { SceneModel } from '../model/sceneModel';
import { shownIndex, shownNode } from '../model/shown';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { between, type Camera, fitRect, keepInSight, minZoom, openingView, panBy, reveal, zoomAt } from './camera';
import { drawFrame } from './drawFrame';
import type { DragGhost, Frame } from './frame';
import { Hatches } from './hatch';
import { Minimap, type MinimapLayout, minimapLayout } from './minimap';
import { type StillPicture, screenPicture, wholePicture } from './stillPictures';
import { TextFitter } from './textFitter';

const animationMs = 220;

type WantedPicture = Omit<Extract<ToWebview, { type: 'sendPicture' }>, 'type'>;

interface Animation {
  readonly from: Camera;
  readonly to: Camera;
  readonly startedAt: number;
}

/** The canvas: holds the camera and draws the state on demand, once per animation frame at most. */
export class GraphView {
  readonly canvas = element('canvas', { class: 'graph-canvas', 'aria-hidden': 'true' });
  readonly #context: CanvasRenderingContext2D;
  readonly #fitter: TextFitter;
  readonly #minimap = new Minimap();
  #camera: Camera | null = null;
  /** Nobody has moved the camera yet, so that it may still go to what matters. */
  #isOpening = false;
  #animation: Animation | null = null;
  /** Nothing to draw on until the page has been laid out. */
  #size: Size = { width: 0, height: 0 };
  #pixelRatio = 1;
  #hatches: Hatches;
  #scheduled = false;
  #keyboardFocus = false;
  #ghost: DragGhost | null = null;

  constructor(
    private readonly state: () => State,
    private theme: Theme,
    private readonly cameraMoved: (camera: Camera) => void,
  ) {
    const context = this.canvas.getContext('2d', { alpha: false });
    if (context === null) throw new Error('This browser cannot draw on a canvas.');
    const measuring = document.createElement('canvas').getContext('2d');
    if (measuring === null) throw new Error('This browser cannot measure text.');
    this.#context = context;
    this.#fitter = new TextFitter(measuring);
    this.#hatches = new Hatches(theme, 1);
  }

  get camera(): Camera | null {
    return this.#camera;
  }

  get size(): Size {
    return this.#size;
  }

  useTheme(theme: Theme): void {
    this.theme = theme;
    this.#hatches = new Hatches(theme, this.#pixelRatio);
    this.requestDraw();
  }

  resize(size: Size, pixelRatio: number): void {
    if (size.width < 1 || size.height < 1) return;
    // What is in the middle stays there, and the top at the top, when a panel takes or gives room.
    if (this.#camera !== null && this.#size.width > 0) {
      const { x, zoom } = this.#camera;
      this.#camera = { ...this.#camera, x: x + (this.#size.width - size.width) / 2 / zoom };
    }
    this.#size = size;
    this.#pixelRatio = pixelRatio;
    this.canvas.width = Math.round(size.width * pixelRatio);
    this.canvas.height = Math.round(size.height * pixelRatio);
    this.#hatches = new Hatches(this.theme, pixelRatio);
    this.draw();
  }

  showKeyboardFocus(shown: boolean): void {
    this.#keyboardFocus = shown;
    this.requestDraw();
  }

  showGhost(ghost: DragGhost | null): void {
    this.#ghost = ghost;
    this.requestDraw();
  }

  /** Starts with a remembered camera instead of the opening view. */
  restore(camera: Camera): void {
    this.#animation = null;
    this.#camera = camera;
  }

  /** Forgets the camera: the next picture is another one, which is looked at afresh. */
  openAfresh(): void {
    this.#animation = null;
    this.#camera = null;
  }

  requestDraw(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame((now) => {
      this.#scheduled = false;
      this.#advance(now);
      this.draw();
    });
  }

  /** What one picture is drawn from now; nothing before there is a scene. */
  frame(): Frame | undefined {
    const { scene, list, selection, focused, hovered } = this.state();
    if (scene === null || list === null || this.#size.width === 0) return undefined;
    if (this.#camera === null || this.#isOpening) this.#openOn(scene, list);
    const camera = this.#camera;
    if (camera === null) return undefined;
    const indexOf = (id: string | null) => (id === null ? null : (shownIndex(this.state(), id) ?? null));
    const selected = new Set(selection.map(indexOf).filter((index) => index !== null));
    return {
      context: this.#context,
      camera,
      size: this.#size,
      pixelRatio: this.#pixelRatio,
      theme: this.theme,
      model: scene,
      list,
      selected,
      readers: readersOf(scene, selected),
      focused: indexOf(focused),
      hovered: indexOf(hovered),
      keyboardFocus: this.#keyboardFocus,
      ghost: this.#ghost,
      recommended: recommendedCuts(this.state()),
      fitter: this.#fitter,
      hatches: this.#hatches,
    };
  }

  /** First look: on the cut, as soon as there is a plan. */
  #openOn(scene: SceneModel, list: DisplayList): void {
    this.#camera = openingView(scene.scene, this.#size, entryOf(scene), cutOf(list));
    this.#isOpening = list.plan === null;
  }

  draw(): void {
    const frame = this.frame();
    if (frame === undefined) return;
    drawFrame(frame);
    const layout = this.minimap();
    if (layout !== undefined) {
      const visible = visibleRect(frame.camera, frame.size);
      const { context, model, list, theme, pixelRatio } = frame;
      this.#minimap.draw(context, layout, model, list.plan, theme, visible, pixelRatio);
    }
  }

  /**
   * A part of the graph as a PNG file with its legend and a caption; `scale` is in device pixels per CSS pixel at zoom 1.
   * @throws Error where there is no graph, or no memory for its picture
   */
  async picture({ part, scale, theme }: WantedPicture): Promise<StillPicture> {
    const frame = this.frame();
    if (frame === undefined) throw new Error('There is no graph to be saved yet.');
    const colors = theme === undefined ? this.theme : savedTheme(theme);
    const looks = { ...frame, theme: colors, hatches: new Hatches(colors, this.#pixelRatio) };
    const { modelName, plan, body } = this.state();
    const caption = pictureCaption(modelName, body === null ? plan?.verdict : undefined);
    return part === 'screen' ? screenPicture(looks, scale, caption) : wholePicture(looks, part, scale, caption);
  }

  minimap(): MinimapLayout | undefined {
    const { scene } = this.state();
    return scene === null || this.#camera === null ? undefined : minimapLayout(scene.scene, this.#size, this.#camera);
  }

  #advance(now: number): void {
    if (this.#animation === null) return;
    const { from, to, startedAt } = this.#animation;
    const share = clamp((now - startedAt) / animationMs, 0, 1);
    this.#camera = share >= 1 ? to : between(from, to, this.#size, share);
    if (share < 1) {
      this.requestDraw();
    } else {
      this.#animation = null;
      this.cameraMoved(to);
    }
  }

  #moveTo(camera: Camera, smooth: boolean): void {
    this.#isOpening = false;
    const scene = this.#scene();
    if (scene === null) return;
    const target = keepInSight(camera, scene.scene, this.#size);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (smooth && !still && this.#camera !== null) {
      this.#animation = { from: this.#camera, to: target, startedAt: performance.now() };
    } else {
      this.#animation = null;
      this.#camera = target;
      this.cameraMoved(target);
    }
    this.requestDraw();
  }

  #scene(): SceneModel | null {
    return this.state().scene;
  }

  pan(dx: number, dy: number): void {
    if (this.#camera !== null) this.#moveTo(panBy(this.#camera, dx, dy), false);
  }

  /** Zooms around a canvas pixel; around the middle without one. */
  zoom(factor: number, x = this.#size.width / 2, y = this.#size.height / 2, smooth = false): void {
    const scene = this.#scene();
    if (this.#camera === null || scene === null) return;
    const start = this.#animation?.to ?? this.#camera;
    this.#moveTo(zoomAt(start, factor, x, y, minZoom(scene.scene, this.#size)), smooth);
  }

  fit(): void {
    const scene = this.#scene();
    if (scene !== null) this.#moveTo(fitRect({ x: 0, y: 0, ...sizeOf(scene) }, this.#size), true);
  }

  /** Puts a world point into the middle. */
  centerAt(x: number, y: number): void {
    if (this.#camera === null) return;
    const { width, height } = this.#size;
    const { zoom } = this.#camera;
    this.#moveTo({ x: x - width / zoom / 2, y: y - height / zoom / 2, zoom }, false);
  }

  /** Brings nodes into sight; nothing moves when they already are. */
  reveal(nodeIds: readonly string[], centered = false): void {
    const scene = this.#scene();
    if (scene === null || this.#camera === null) return;
    const rects = nodeIds.map((id) => shownNode(this.state(), id)).filter((node) => node !== undefined);
    const around = enclose(rects);
    if (around === undefined) return;
    const target = reveal(this.#animation?.to ?? this.#camera, around, this.#size, centered);
    if (target !== this.#camera) this.#moveTo(target, true);
  }
}

function readersOf({ outgoing, scene }: SceneModel, selected: ReadonlySet<number>): Set<number> {
  const edges = [...selected].flatMap((index) => outgoing[index] ?? []);
  return new Set(edges.flatMap((edge) => scene.edges[edge]?.to ?? []));
}

/** Where the plan cuts first. */
function cutOf({ plan, pills }: DisplayList): Point | undefined {
  const crossed = plan?.boundaries.find(({ tensors }) => tensors.length > 0);
  return pills.find(({ link }) => link === crossed?.link)?.anchor ?? undefined;
}

/** x at which the graph begins. */
function entryOf({ scene: { nodes, width } }: SceneModel): number {
  const [first] = nodes;
  return first === undefined ? width / 2 : first.x + first.width / 2;
}

const sizeOf = ({ scene }: SceneModel): Size => ({ width: scene.width, height: scene.height });

function enclose(rects: readonly Rect[]): Rect | undefined {
  if (rects.length === 0) return undefined;
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x, y, width: right - x, height: bottom - y };
}
