import type { Rect } from '../../../shared/picture/geometry';
import type { SceneGroup } from '../../../shared/picture/scene';
import { fitText, textWidth } from '../../../shared/wording/textWidth';
import { withRepeats } from './repeats';
import { type RectShape, type TextShape, textStyles } from './shapes';

/** The layout leaves this much at the top of every unfolded group. */
const headerHeight = 16;
const headerTop = 2;
const textLeft = 6;
const textRight = 8;

/** An unfolded group. */
export interface GroupFrame {
  readonly outline: RectShape;
  /** Behind the name, which edges run under. */
  readonly plate: RectShape;
  readonly name: TextShape;
}

/** Below this zoom the names of groups are too small to be drawn. */
export const headerZoom = 0.5;

/** The line at the top of a group's outline; a click there folds it. */
export function groupHeader({ x, y, width }: SceneGroup): Rect {
  return { x, y: y + headerTop, width, height: headerHeight };
}

/** Outline and name of an unfolded group. */
export function groupFrame(group: SceneGroup): GroupFrame {
  const header = groupHeader(group);
  const room = header.width - textLeft - textRight;
  const text = fitText(`▾ ${withRepeats(group.label, group.repeats)}`, room, textStyles.header.px);
  const left = header.x + textLeft;
  const { x, y, width, height } = group;
  return {
    outline: { kind: 'rect', x, y, width, height, radius: 0, stroke: 'group', dash: [2, 2] },
    plate: {
      kind: 'rect',
      x: left - 2,
      y: header.y,
      width: textWidth(text, textStyles.header.px) + 5,
      height: header.height,
      radius: 0,
      fill: 'background',
    },
    name: {
      kind: 'text',
      text,
      x: left,
      y: header.y + header.height / 2,
      align: 'start',
      style: 'header',
      ink: 'dimmed',
      room,
    },
  };
}
