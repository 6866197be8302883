/** Shows text as it is: nothing of it is Markdown. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!|<>~&]/g, '\\$&');
}

/** Text that came from a model, as inline code in Markdown. */
export function inlineCode(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  return `${fence} ${text.replace(/[\r\n]+/g, ' ')} ${fence}`;
}

/** A factor against the plan: `3.2x`; small differences keep three decimals. */
export function factorText(factor: number): string {
  const digits = factor >= 100 ? 0 : factor < 1.05 ? 3 : 1;
  return `${factor.toFixed(digits)}x`;
}
