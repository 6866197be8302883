/** Compares the operators that the engine knows with those that ONNX publishes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ readonly domain: string, readonly operators: readonly string[] }} DomainOperators */
/** @typedef {{ readonly source: string, readonly domains: readonly DomainOperators[] }} Published */
/**
 * @typedef {{
 *   domain: string, known: readonly string[], published: number | undefined, missing: readonly string[], extra: readonly string[],
 * }} DomainComparison
 */

/** The published operators by domain, and where the list is from. @returns {Published} */
export function publishedOperators() {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'published.json'), 'utf8'));
}

/**
 * Per domain what is known, what of the published is missing, and what is known beyond it.
 * @param {readonly DomainOperators[]} coverage @param {Published} published @returns {DomainComparison[]}
 */
export function compareOperators(coverage, published) {
  const domains = [...new Set([...coverage, ...published.domains].map((one) => one.domain))].sort();
  return domains.map((domain) => {
    const known = [...(coverage.find((one) => one.domain === domain)?.operators ?? [])].sort();
    const listed = published.domains.find((one) => one.domain === domain)?.operators;
    return {
      domain,
      known,
      published: listed?.length,
      missing: (listed ?? []).filter((name) => !known.includes(name)),
      extra: listed === undefined ? [] : known.filter((name) => !listed.includes(name)),
    };
  });
}

/** @param {string} domain */
export function domainName(domain) {
  return domain === '' ? 'ai.onnx' : domain;
}

/** The text of docs/operators.md. @param {readonly DomainOperators[]} coverage @param {Published} published */
export function operatorsDocument(coverage, published) {
  const comparisons = compareOperators(coverage, published);
  const lines = [
    '# Operators',
    '',
    'Operators whose shapes, small values and counts inference knows. Written by `npm run coverage`.',
    'An operator that is not here never stops an analysis: what it makes is unknown unless the model states it.',
    '',
    `Compared with ${published.source}; a domain without a number there is not part of that list.`,
    '',
    '| domain | known | published | of these not known |',
    '|---|---:|---:|---:|',
    ...comparisons.map(
      ({ domain, known, published: count, missing }) =>
        `| ${domainName(domain)} | ${known.length} | ${count ?? '-'} | ${count === undefined ? '-' : missing.length} |`,
    ),
  ];
  for (const comparison of comparisons) lines.push('', ...domainSection(comparison));
  return `${lines.join('\n')}\n`;
}

/** @param {DomainComparison} comparison */
function domainSection({ domain, known, missing, extra }) {
  const section = [`## ${domainName(domain)}`];
  if (known.length > 0) section.push('', known.join(', '));
  if (missing.length > 0) section.push('', `Not known: ${missing.join(', ')}`);
  if (extra.length > 0) section.push('', `Known beyond the published list (old or experimental): ${extra.join(', ')}`);
  return section;
}
