import { escapeXml } from '../../shared/escape/markup';

/** What the page of the graph view is made of; all of it comes from the extension but the name of the file. */
export interface GraphPageParts {
  /** `webview.cspSource`. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Language of the workbench, for screen readers. */
  readonly language: string;
  /** The file that is being opened, and what is going on, for as long as the script has not begun. */
  readonly modelName: string;
  readonly stage: string;
}

/** Hash of the empty text: the widget library looks for `:focus-visible` by an empty style element. */
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/**
 * Content security policy: only the bundled script, by its nonce, and files of the extension. Nothing inline but the
 * widget library's empty style element, nothing from the network.
 */
export function contentSecurityPolicy({ cspSource, nonce }: Pick<GraphPageParts, 'cspSource' | 'nonce'>): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} ${emptyStyle}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The page itself: a place for the view, which says at once what is being opened, its style sheet and its script. */
export function graphPage(parts: GraphPageParts): string {
  return `<!DOCTYPE html>
<html lang="${escapeXml(parts.language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escapeXml(contentSecurityPolicy(parts))}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<link rel="stylesheet" href="${escapeXml(parts.styleUri)}">
<title>DNNSplit</title>
</head>
<body>
<div id="app"><div class="skeleton" role="status"><strong>${escapeXml(parts.modelName)}</strong><span>${escapeXml(parts.stage)}</span></div></div>
<script nonce="${escapeXml(parts.nonce)}" src="${escapeXml(parts.scriptUri)}"></script>
</body>
</html>
`;
}
