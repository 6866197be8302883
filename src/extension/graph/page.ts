import { escapeXml } from '../../shared/escape/markup';
import type { PageStart } from '../../shared/protocol/webviewMessages';

/** What the page of the graph view is made of; all of it comes from the extension but the name of the file. */
export interface GraphPageParts {
  readonly nonce: string;
  /** Texts of the product's own files. */
  readonly script: string;
  readonly style: string;
  /** Language of the workbench, for screen readers. */
  readonly language: string;
  /** What the page begins with. */
  readonly start: PageStart;
  /** What is going on, for as long as the script has not begun. */
  readonly stage: string;
}

/** Hash of the empty text: the widget library looks for `:focus-visible` by an empty style element. */
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/**
 * Content security policy: the page runs its own script and uses its own style sheet, by their nonce, and loads nothing
 * from anywhere.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}' ${emptyStyle}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/**
 * The page itself: a place for the view, which says at once what is being opened, its style sheet and its script. Both are
 * in it: as files of their own the workbench takes several times as long to hand them over as to show the page.
 */
export function graphPage({ nonce, script, style, language, start, stage }: GraphPageParts): string {
  return `<!DOCTYPE html>
<html lang="${escapeXml(language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escapeXml(contentSecurityPolicy(nonce))}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<style nonce="${escapeXml(nonce)}">${inElement(style, '\\3c ')}</style>
<title>DNNSplit</title>
</head>
<body>
<div id="app" data-start="${escapeXml(JSON.stringify(start))}"><div class="skeleton" role="status"><strong>${escapeXml(start.modelName)}</strong><span>${escapeXml(stage)}</span></div></div>
<script nonce="${escapeXml(nonce)}">${inElement(script, '\\x3c')}</script>
</body>
</html>
`;
}

/** A text of ours for inside of its element: what would end it there can only be part of a literal. @param sign what `<` is in one */
function inElement(text: string, sign: string): string {
  return text.replace(/<(?=!--|\/?(?:script|style))/gi, () => sign);
}
