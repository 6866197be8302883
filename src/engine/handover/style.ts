/** The only style sheet of a report: light and dark, and two pages of paper. */
export const handoverStyle = `
:root {
  color-scheme: light dark;
  --text: #1f2328; --dimmed: #57606a; --line: #d0d7de; --paper: #ffffff; --code: #f3f4f6;
  --t0: #1a7fd4; --t1: #388a34; --t2: #7d4fb5; --t3: #a87900; --t4: #c72e2e; --t5: #c4560a;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --text: #e6e6e6; --dimmed: #a5adb5; --line: #3c4248; --paper: #1e1e1e; --code: #2b2b2b;
    --t0: #4ea3ee; --t1: #7dc97b; --t2: #b794e6; --t3: #d9b44a; --t4: #f08080; --t5: #f0a060;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--text); font: 14px/1.5 system-ui, "Segoe UI", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 32px 24px; }
h1 { margin: 0 0 4px; font-size: 24px; overflow-wrap: anywhere; }
h2 { margin: 24px 0 6px; font-size: 15px; break-after: avoid; }
p, ul { margin: 0 0 8px; overflow-wrap: anywhere; }
ul { padding-left: 20px; }
.lead { margin-bottom: 16px; font-size: 18px; line-height: 1.4; }
code, pre { font-family: ui-monospace, "Cascadia Mono", monospace; font-size: 0.92em; }
pre { margin: 0 0 8px; padding: 8px 12px; border-radius: 4px; background: var(--code); white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 0 0 12px; break-inside: avoid; }
figcaption { color: var(--dimmed); font-size: 12px; }
.bars, .chart { display: block; width: 100%; max-width: 720px; }
.graph img { display: block; max-width: 100%; max-height: 480px; border: 1px solid var(--line); border-radius: 4px; }
table { width: 100%; margin: 0 0 12px; border-collapse: collapse; font-size: 13px; break-inside: avoid; }
th, td { padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--dimmed); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number { white-space: normal; }
th:first-child, td:first-child { min-width: 7em; }
svg text { fill: var(--text); font: 12px system-ui, "Segoe UI", sans-serif; }
svg .letter { font-size: 11px; font-weight: 700; }
svg .chosen { font-weight: 700; }
svg .middle { text-anchor: middle; }
svg .end { text-anchor: end; }
svg .tick { fill: var(--dimmed); font-size: 11px; }
svg rect { stroke-width: 1; fill-opacity: 0.4; }
.tier-0 { fill: var(--t0); stroke: var(--t0); }
.tier-1 { fill: var(--t1); stroke: var(--t1); }
.tier-2 { fill: var(--t2); stroke: var(--t2); }
.tier-3 { fill: var(--t3); stroke: var(--t3); }
.tier-4 { fill: var(--t4); stroke: var(--t4); }
.tier-5 { fill: var(--t5); stroke: var(--t5); }
svg rect.link { fill: url(#hatch); fill-opacity: 1; stroke: var(--dimmed); }
.hatch { stroke: var(--dimmed); stroke-width: 1.2; }
.grid { stroke: var(--line); }
.now { stroke: var(--text); stroke-dasharray: 4 3; }
.curve { fill: none; stroke-width: 2; stroke: var(--t0); }
.piece-1 { stroke: var(--t5); }
@page { margin: 14mm; }
@media print {
  body { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 16pt; }
  h2 { margin: 9pt 0 3pt; font-size: 10.5pt; }
  .lead { margin-bottom: 8pt; font-size: 12pt; }
  table { margin-bottom: 6pt; font-size: 8.5pt; }
  th, td { padding-top: 1pt; padding-bottom: 1pt; }
  .graph img { max-height: 90mm; }
  .chart { max-width: 120mm; }
  .bars { max-width: 150mm; }
}
`;

/** The same for a page inside of the editor, in its colors, whatever theme it has. */
export const editorStyle = `${handoverStyle}
body {
  --text: var(--vscode-foreground); --dimmed: var(--vscode-descriptionForeground);
  --line: var(--vscode-contrastBorder, var(--vscode-editorWidget-border)); --paper: var(--vscode-editor-background);
  --code: var(--vscode-textCodeBlock-background);
  --t0: var(--vscode-charts-blue); --t1: var(--vscode-charts-green); --t2: var(--vscode-charts-purple);
  --t3: var(--vscode-charts-yellow); --t4: var(--vscode-charts-red); --t5: var(--vscode-charts-orange);
  padding: 0; font: var(--vscode-font-size, 13px)/1.5 var(--vscode-font-family, sans-serif);
}
main { padding: 20px 24px; }
h1 { font-size: 18px; font-weight: 600; }
.lead { font-size: 15px; }
code, pre { color: inherit; background: var(--code); }
`;
