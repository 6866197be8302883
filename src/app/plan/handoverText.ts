import { createHash } from 'node:crypto';
import type { Handover } from '../../engine/handover/blocks';
import { documentHandover } from '../../engine/handover/documentHandover';
import { handoverHtml } from '../../engine/handover/html';
import { handoverMarkdown } from '../../engine/handover/markdown';
import { handoverStyle } from '../../engine/handover/style';
import { createDisplayList } from '../../engine/picture/displayList/displayList';
import { savedTheme } from '../../engine/picture/displayList/editorColors';
import { svgPicture } from '../../engine/picture/svgPicture';
import type { PlanDocument } from '../../shared/documents/plan';
import type { PictureTheme } from '../../shared/picture/picture';
import type { Scene, SceneOverlay } from '../../shared/picture/scene';
import type { HandoverFormat } from '../../shared/protocol/handoverFormats';

/** The report of a plan document by itself, without a picture of the graph. */
export function documentText(document: PlanDocument, format: HandoverFormat): string {
  const made = documentHandover(document);
  return format === 'md' ? handoverMarkdown(made) : handoverHtml(made, { style: handoverStyle, hash: styleHash() });
}

const styleHash = () => createHash('sha256').update(handoverStyle).digest('base64');

/** The file of a report; its picture shows the graph around the cut. */
export function handoverText(made: Handover, format: HandoverFormat, scene: Scene, overlay: SceneOverlay): string {
  if (format === 'md') return handoverMarkdown(made);
  const list = createDisplayList(scene, { overlay, metric: 'time' });
  const picture = (theme: PictureTheme) => Buffer.from(svgPicture(list, savedTheme(theme), 'cut')).toString('base64');
  return handoverHtml(
    made,
    { style: handoverStyle, hash: styleHash() },
    { light: picture('light'), dark: picture('dark') },
  );
}
