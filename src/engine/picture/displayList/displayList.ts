/**
 * Everything that a picture of a split graph shows, decided once and in the coordinates of its scene: which boxes, lines,
 * bands, pills, badges and legend there are, their texts, places and colors (by what they are for). Two pens draw it: the
 * SVG document and the canvas of the graph view. A pen decides nothing but how much of it is worth drawing from afar.
 */

import type { HeatMetric } from '../../../shared/picture/picture';
import type { Scene, SceneOverlay } from '../../../shared/picture/scene';
import type { NodeData } from '../../../shared/reports/nodeData';
import { type Pill, pillOf } from './boundaries';
import { type BoxFacts, type BoxShapes, boxShapes } from './boxShapes';
import { type GroupFrame, groupFrame } from './groupFrames';
import { createHeatScale, figureText, type HeatScale, heatOf } from './heat';
import { type Legend, legendOf } from './legend';
import { createPlannedScene, type PlannedScene } from './plannedScene';
import { withRepeats } from './repeats';
import { type PictureText, pictureText } from './texts';
import { type TierBadge, tierBadgesOf } from './tierBadges';
import { spanLetters, type TierSpan, tierSpans } from './tiers';

/** What is drawn of a scene. */
export interface Shown {
  readonly overlay: SceneOverlay | null;
  readonly metric: HeatMetric;
  /** Another plan that the plan is held against. */
  readonly other?: Pick<SceneOverlay, 'tierOfNode'> | null;
  /** What the metric `data` tells. */
  readonly data?: NodeData | null;
}

export interface DisplayList {
  readonly scene: Scene;
  readonly plan: PlannedScene | null;
  readonly heat: HeatScale;
  /** By group of the scene; none for those that are folded. */
  readonly groups: readonly (GroupFrame | null)[];
  readonly pills: readonly Pill[];
  readonly tierBadges: readonly TierBadge[];
  readonly legend: Legend | null;
  /** First line of a box, at its full length. */
  title(index: number): string;
  /** The tiers of a box under the other plan, where they are not the same as under this one. */
  movedTo(index: number): TierSpan | null;
  /** Letters of the tiers of a box, where the bands do not say them. */
  tierLetters(index: number): string | null;
  /** Made when it is first asked for: of a large graph few boxes are ever seen from near. */
  box(index: number): BoxShapes;
}

const isSameSpan = (a: TierSpan, b: TierSpan) => a.first === b.first && a.last === b.last;

/**
 * Decides what a picture shows. Cheap enough to be made again whenever plan or metric change, but not in every frame.
 * @param text the words of the picture; English without
 */
export function createDisplayList(scene: Scene, shown: Shown, text: PictureText = pictureText()): DisplayList {
  const { overlay, metric, other, data } = shown;
  const plan = overlay === null ? null : createPlannedScene(scene, overlay);
  const otherTiers = other ? tierSpans(scene, other) : null;
  const heat = createHeatScale(metric, scene, plan, data);
  const boxes: BoxShapes[] = [];

  const movedTo = (index: number): TierSpan | null => {
    const [own, elsewhere] = [plan?.tiers[index] ?? null, otherTiers?.[index] ?? null];
    return own === null || elsewhere === null || isSameSpan(own, elsewhere) ? null : elsewhere;
  };
  // Bands say which tier a box runs on, unless it runs on two of them or the other plan has it elsewhere.
  const letters = (index: number): string | null => {
    const span = plan?.tiers[index] ?? null;
    if (plan === null || span === null) return null;
    const moved = movedTo(index);
    if (plan.bands.length > 0 && span.first === span.last && moved === null) return null;
    const own = spanLetters(span, plan.letters);
    return moved === null ? own : `${own} → ${plan.letters[moved.first] ?? ''}`;
  };
  const title = (index: number): string => {
    const node = scene.nodes[index];
    return node === undefined ? '' : withRepeats(node.title, node.repeats);
  };
  const figure = (index: number): BoxFacts['figure'] => {
    const value = heat.values[index] ?? null;
    if (value === null) return null;
    const isMeasured = metric === 'time' && plan?.measured[index] === true;
    const sign = metric === 'time' && !isMeasured ? '~' : '';
    const text = heat.data?.texts[index] ?? `${sign}${figureText(metric, value)}`;
    return { text, share: heatOf(heat, value), isMeasured, color: heat.data?.colors[index] ?? null };
  };
  const makeBox = (index: number): BoxShapes => {
    const node = scene.nodes[index];
    if (node === undefined) throw new RangeError(`no box at place ${index}`);
    const own = letters(index);
    return boxShapes({
      node,
      title: title(index),
      figure: figure(index),
      badge: own === null ? null : { text: own, tier: plan?.tiers[index]?.first ?? 0 },
      movedTo: movedTo(index)?.first ?? null,
    });
  };
  return {
    scene,
    plan,
    heat,
    groups: scene.groups.map((group) => (group.folded ? null : groupFrame(group))),
    pills: plan?.boundaries.map((boundary) => pillOf(scene, plan.tiers, plan.letters, boundary, text)) ?? [],
    tierBadges: plan === null ? [] : tierBadgesOf(plan),
    legend: legendOf(scene, heat, plan?.measured.includes(true) === true, text),
    title,
    movedTo,
    tierLetters: letters,
    box: (index) => {
      const known = boxes[index] ?? makeBox(index);
      boxes[index] = known;
      return known;
    },
  };
}
