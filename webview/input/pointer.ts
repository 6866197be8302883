import { headerZoom } from '../../src/engine/picture/displayList/groupFrames';
import { toWorld } from '../../src/engine/picture/displayList/view';
import { contains } from '../../src/shared/picture/geometry';
import type { Controller } from '../control/controller';
import { type CutLine, nearestCutLine, previewCut } from '../control/cutDrag';
import { withCut } from '../model/overrides';
import { hitGroupHeader, hitNode } from '../model/sceneModel';
import type { State } from '../model/state';
import { boundaryAt } from '../renderer/drawBoundaries';
import type { GraphView } from '../renderer/graphView';
import { minimapToWorld } from '../renderer/minimap';

/** What the pointer rests on: a box, or the handle or label of a boundary. */
export type HoverTarget =
  | { readonly kind: 'node'; readonly nodeId: string }
  | { readonly kind: 'boundary'; readonly link: number };

/** A press that moves less than this, in pixels, is a click. */
const clickSlack = 4;
const wheelLinePixels = 16;
/** A boundary that is held this near to the upper or lower edge of the canvas moves the graph along. */
const edgePixels = 28;
const edgeStepPixels = 9;

interface CutGesture {
  readonly kind: 'cut';
  readonly link: number;
  line: CutLine | undefined;
  /** The graph moves along until the pointer leaves the edge. */
  atEdge: boolean;
}

/** A place on the canvas, as an event of the mouse has it. */
type Place = Pick<MouseEvent, 'offsetX' | 'offsetY'>;

type Gesture =
  | { readonly kind: 'pan'; readonly startX: number; readonly startY: number; moved: boolean }
  | CutGesture
  | { readonly kind: 'minimap' };

/** Mouse, touch pad and pen on the canvas. */
export class PointerInput {
  #gesture: Gesture | null = null;
  #last = { x: 0, y: 0 };

  constructor(
    private readonly view: GraphView,
    private readonly state: () => State,
    private readonly controller: Controller,
    private readonly hovering: (target: HoverTarget | null, x: number, y: number) => void,
  ) {
    const { canvas } = view;
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener('pointerdown', (event) => this.#down(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    canvas.addEventListener('pointerup', (event) => this.#up(event));
    canvas.addEventListener('pointercancel', () => this.cancel());
    canvas.addEventListener('pointerleave', () => this.#hover(null));
    canvas.addEventListener('dblclick', (event) => this.#doubleClick(event));
  }

  /** Gives up a drag; true when there was one. */
  cancel(): boolean {
    const dragging = this.#gesture?.kind === 'cut';
    this.#gesture = null;
    this.view.showGhost(null);
    return dragging;
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? wheelLinePixels : 1;
    if (event.ctrlKey || event.metaKey) {
      // A pinch arrives as small steps, a wheel notch as a large one.
      const step = Math.max(-60, Math.min(60, event.deltaY * unit));
      this.view.zoom(Math.exp(-step * 0.008), event.offsetX, event.offsetY);
    } else {
      const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      this.view.pan(-dx * unit, -dy * unit);
    }
    if (this.#gesture?.kind === 'cut') this.#dragCut(this.#gesture, event);
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0 && event.button !== 1) return;
    this.view.canvas.setPointerCapture(event.pointerId);
    this.#last = { x: event.offsetX, y: event.offsetY };
    // What a card says may not hold any more once something has been moved.
    this.hovering(null, 0, 0);
    if (this.#isOnOverview(event)) {
      this.#gesture = { kind: 'minimap' };
      this.#centerFromOverview(event);
      return;
    }
    const frame = this.view.frame();
    const link = frame === undefined ? undefined : boundaryAt(frame, event.offsetX, event.offsetY);
    if (link !== undefined) this.#gesture = { kind: 'cut', link, line: undefined, atEdge: false };
    else this.#gesture = { kind: 'pan', startX: event.offsetX, startY: event.offsetY, moved: false };
  }

  #move(event: PointerEvent): void {
    const gesture = this.#gesture;
    if (gesture === null) {
      this.#hover(event);
    } else if (gesture.kind === 'minimap') {
      this.#centerFromOverview(event);
    } else if (gesture.kind === 'cut') {
      this.#dragCut(gesture, event);
    } else {
      const far = Math.hypot(event.offsetX - gesture.startX, event.offsetY - gesture.startY) > clickSlack;
      if (far && !gesture.moved) {
        gesture.moved = true;
        this.#hover(null);
      }
      if (gesture.moved) this.view.pan(event.offsetX - this.#last.x, event.offsetY - this.#last.y);
    }
    this.#last = { x: event.offsetX, y: event.offsetY };
    if (gesture?.kind === 'cut' && !gesture.atEdge) this.#moveAlong(gesture);
  }

  #moveAlong(gesture: CutGesture): void {
    const { x, y } = this.#last;
    const isBelow = y > this.view.size.height - edgePixels;
    gesture.atEdge = this.#gesture === gesture && (y < edgePixels || isBelow);
    if (!gesture.atEdge) return;
    this.view.pan(0, isBelow ? -edgeStepPixels : edgeStepPixels);
    this.#dragCut(gesture, { offsetX: x, offsetY: y });
    requestAnimationFrame(() => this.#moveAlong(gesture));
  }

  #up(event: PointerEvent): void {
    const gesture = this.#gesture;
    this.#gesture = null;
    if (gesture?.kind === 'cut') this.#dropCut(gesture);
    if (gesture?.kind === 'pan' && !gesture.moved && event.button === 0) this.#click(event);
  }

  #click(event: PointerEvent): void {
    const { scene } = this.state();
    const at = this.#world(event);
    if (scene === null || at === undefined) return;
    const node = hitNode(scene, at.x, at.y);
    const header = node === undefined ? this.#headerAt(at.x, at.y) : undefined;
    if (header !== undefined) this.controller.toggleGroup(header.id);
    else if (node === undefined) this.controller.select([]);
    else if (event.shiftKey) this.controller.extendSelection(node.id);
    else this.controller.select([node.id]);
  }

  #doubleClick(event: MouseEvent): void {
    const { scene } = this.state();
    const at = this.#world(event);
    if (scene === null || at === undefined) return;
    const node = hitNode(scene, at.x, at.y);
    if (node?.kind === 'fold') this.controller.toggleFoldAt(node.id);
    else if (node?.bodies !== undefined) this.controller.openBody(node.id);
    else if (this.#headerAt(at.x, at.y) === undefined)
      this.view.zoom(event.shiftKey ? 0.5 : 2, event.offsetX, event.offsetY, true);
  }

  #hover(event: PointerEvent | null): void {
    const target = event === null ? null : this.#targetAt(event);
    this.hovering(target, event?.offsetX ?? 0, event?.offsetY ?? 0);
    const at = event === null ? undefined : this.#world(event);
    const pointed = target !== null || (at !== undefined && this.#headerAt(at.x, at.y) !== undefined);
    this.view.canvas.style.cursor = target?.kind === 'boundary' ? 'ns-resize' : pointed ? 'pointer' : '';
  }

  #targetAt(event: PointerEvent): HoverTarget | null {
    if (this.#isOnOverview(event)) return null;
    const frame = this.view.frame();
    const link = frame === undefined ? undefined : boundaryAt(frame, event.offsetX, event.offsetY);
    if (link !== undefined) return { kind: 'boundary', link };
    const { scene } = this.state();
    const at = this.#world(event);
    const node = scene === null || at === undefined ? undefined : hitNode(scene, at.x, at.y);
    return node === undefined ? null : { kind: 'node', nodeId: node.id };
  }

  #isOnOverview({ offsetX, offsetY }: PointerEvent): boolean {
    const overview = this.view.minimap();
    return overview !== undefined && contains(overview.area, offsetX, offsetY);
  }

  /** The unfolded group whose header is drawn at a world point. */
  #headerAt(x: number, y: number) {
    const { scene } = this.state();
    const zoom = this.view.camera?.zoom ?? 0;
    return scene === null || zoom < headerZoom ? undefined : hitGroupHeader(scene, x, y);
  }

  #dragCut(gesture: CutGesture, event: Place): void {
    const { scene, overlay, overrides } = this.state();
    const at = this.#world(event);
    const line = scene === null || at === undefined ? undefined : nearestCutLine(scene, at.y);
    const isNew = line?.position !== gesture.line?.position;
    gesture.line = line;
    if (line !== undefined && isNew && overlay !== null) {
      const cut = { link: gesture.link, position: line.position };
      this.controller.preview(cut, withCut(overrides, overlay.tierNames.length - 1, cut.link, cut.position));
    }
    this.#showGhost(gesture);
  }

  /** What the dragged cut would give has become known. */
  refresh(): void {
    if (this.#gesture?.kind === 'cut') this.#showGhost(this.#gesture);
  }

  #showGhost({ link, line }: CutGesture): void {
    const { scene } = this.state();
    if (scene === null || line === undefined) return;
    const label = previewCut({ link, position: line.position }, this.state(), scene);
    this.view.showGhost({ link, y: line.y, label });
  }

  #dropCut({ link, line }: { readonly link: number; readonly line: CutLine | undefined }): void {
    const { overlay, list } = this.state();
    this.view.showGhost(null);
    if (line === undefined || overlay === null) return;
    const unmoved = list?.plan?.boundaries.find((boundary) => boundary.link === link)?.position === line.position;
    if (!unmoved) this.controller.cut({ link, position: line.position });
  }

  #centerFromOverview(event: PointerEvent): void {
    const overview = this.view.minimap();
    if (overview === undefined) return;
    const { x, y } = minimapToWorld(overview, event.offsetX, event.offsetY);
    this.view.centerAt(x, y);
  }

  #world(event: Place) {
    const { camera } = this.view;
    return camera === null ? undefined : toWorld(camera, event.offsetX, event.offsetY);
  }
}
