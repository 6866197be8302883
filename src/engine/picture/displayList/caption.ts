import type { Rect, Size } from '../../../shared/picture/geometry';
import { textWidth } from '../../../shared/wording/textWidth';
import { type TextShape, textStyles } from './shapes';

const captionLine = 17;
const captionMargin = 10;
/** A caption is no reason for a picture to be wider, but it needs some room. */
const leastCaption = 160;

/** What a picture of a model shows: its name, and the verdict on the plan where there is one. */
export function pictureCaption(modelName: string, verdict: string | undefined): string {
  return verdict === undefined ? modelName : `${modelName}: ${verdict.replaceAll('`', '')}`;
}

/** The lines of a caption, as wide as the picture. */
export function captionLines(caption: string | undefined, { width }: Pick<Size, 'width'>): string[] {
  const room = Math.max(leastCaption, width - 2 * captionMargin);
  const lines: string[] = [];
  for (const word of caption?.split(' ') ?? []) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && textWidth(longer, textStyles.caption.px) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Height that a caption takes below a picture. */
export function captionHeight(lines: readonly string[]): number {
  return lines.length === 0 ? 0 : lines.length * captionLine + 2 * captionMargin;
}

/** Lines of a caption below an area. */
export function captionShapes(lines: readonly string[], { x, y, width, height }: Rect): TextShape[] {
  return lines.map((text, index) => ({
    kind: 'text',
    text,
    x: x + captionMargin,
    y: y + height + captionMargin + (index + 0.5) * captionLine,
    align: 'start',
    style: 'caption',
    ink: 'foreground',
    room: width,
  }));
}
