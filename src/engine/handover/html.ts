import { escapeXml } from '../../shared/escape/markup';
import { visibleText } from '../../shared/escape/visible';
import { barsSvg } from './barsSvg';
import type { Block, Handover } from './blocks';
import { curveSvg } from './curveSvg';

/** The graph in both themes, as base64 of SVG documents. */
export interface GraphPictures {
  readonly light: string;
  readonly dark: string;
}

/** The only style sheet of a report. */
export interface StyleSheet {
  readonly style: string;
  /** Base64 of its SHA-256, by which the page's policy knows it. */
  readonly hash: string;
}

const plain = (text: string) => escapeXml(visibleText(text));

/** A sentence in which names between backticks are set as code. */
function sentence(text: string): string {
  const parts = text.split('`').map((part, at) => (at % 2 === 1 ? `<code>${plain(part)}</code>` : plain(part)));
  return parts.join('');
}

const image = (base64: string) => `data:image/svg+xml;base64,${base64}`;

function blockHtml(block: Block, graph: GraphPictures | undefined): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${plain(block.text)}</h2>`;
    case 'lead':
      return `<p class="lead">${sentence(block.text)}</p>`;
    case 'text':
      return `<p>${sentence(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${sentence(item)}</li>`).join('')}</ul>`;
    case 'command':
      return `<pre><code>${plain(block.text)}</code></pre>`;
    case 'bars':
      return `<figure>${barsSvg(block.bars, block.caption)}</figure>`;
    case 'curve':
      return `<figure>${curveSvg(block.curve, plain(block.caption))}<figcaption>${plain(block.caption)}</figcaption></figure>`;
    case 'graph':
      if (graph === undefined) return '';
      return [
        '<figure class="graph"><picture>',
        `<source media="screen and (prefers-color-scheme: dark)" srcset="${image(graph.dark)}">`,
        `<img alt="${plain(block.caption)}" src="${image(graph.light)}"></picture>`,
        `<figcaption>${plain(block.caption)}</figcaption></figure>`,
      ].join('');
    case 'table': {
      const look = (at: number) => (block.columns[at]?.isNumber ? ' class="number"' : '');
      const head = block.columns.map(({ title }, at) => `<th scope="col"${look(at)}>${plain(title)}</th>`).join('');
      const rows = block.rows.map(
        (row) => `<tr>${row.map((cell, at) => `<td${look(at)}>${plain(cell)}</td>`).join('')}</tr>`,
      );
      return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
    }
  }
}

/**
 * A report as one HTML file that needs nothing else: no script, nothing from the network.
 */
export function handoverHtml({ title, blocks }: Handover, { style, hash }: StyleSheet, graph?: GraphPictures): string {
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${plain(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${plain(title)}</h1>
${blocks.map((block) => blockHtml(block, graph)).join('\n')}
</main>
</body>
</html>
`;
}
