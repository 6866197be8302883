import { createHash } from 'node:crypto';
import { documentHandover } from '../../engine/handover/documentHandover';
import { handoverHtml } from '../../engine/handover/html';
import { editorStyle } from '../../engine/handover/style';
import type { NamedText } from '../../shared/protocol/requests';
import { planDiff } from './planDiff';
import { parsePlanText } from './planFile';

/**
 * A plan document for reading in the editor, or what it does otherwise than an older one: one page without scripts, in the
 * colors of the editor.
 * @throws DnnSplitError `invalid-plan`
 */
export function planPage({ name, text }: NamedText, older?: NamedText): string {
  const document = parsePlanText(text, name);
  const made =
    older === undefined
      ? documentHandover(document)
      : planDiff({ name: older.name, document: parsePlanText(older.text, older.name) }, { name, document });
  const hash = createHash('sha256').update(editorStyle).digest('base64');
  return handoverHtml(made, { style: editorStyle, hash });
}
