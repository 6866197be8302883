/** Compares the operators that the engine knows with those that ONNX publishes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ readonly domain: string, readonly operators: readonly string[] }} DomainOperators */
/** @typedef {DomainOperators & { readonly reasons: Readonly<Record<string, string>> }} Coverage */
/** @typedef {{ readonly source: string, readonly domains: readonly DomainOperators[] }} PublishedList */
/** @typedef {{ readonly lists: readonly PublishedList[] }} Published */
/** @typedef {{ readonly operator: string, readonly reason: string | undefined }} Missing */
/**
 * @typedef {{
 *   domain: string, known: readonly string[], published: number | undefined, missing: readonly Missing[], extra: readonly string[],
 * }} DomainComparison
 */

/** The published operators by domain, and where each list is from. @returns {Published} */
export function publishedOperators() {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'published.json'), 'utf8'));
}

/**
 * Per domain what is known, what of the published is missing, and what is known beyond it.
 * @param {readonly Coverage[]} coverage @param {Published} published @returns {DomainComparison[]}
 */
export function compareOperators(coverage, published) {
  const publishedDomains = published.lists.flatMap((list) => list.domains);
  const domains = [...new Set([...coverage, ...publishedDomains].map((one) => one.domain))].sort();
  return domains.map((domain) => {
    const covered = coverage.find((one) => one.domain === domain);
    const known = [...(covered?.operators ?? [])].sort();
    const listed = publishedDomains.find((one) => one.domain === domain)?.operators;
    return {
      domain,
      known,
      published: listed?.length,
      missing: (listed ?? [])
        .filter((name) => !known.includes(name))
        .map((operator) => ({ operator, reason: covered?.reasons[operator] })),
      extra: listed === undefined ? [] : known.filter((name) => !listed.includes(name)),
    };
  });
}

/** @param {string} domain */
export function domainName(domain) {
  return domain === '' ? 'ai.onnx' : domain;
}

/** An operator that is not known, with the reason where there is one. @param {Missing} missing */
export function missingText({ operator, reason }) {
  return reason === undefined ? operator : `${operator} (${reason})`;
}

/** The text of docs/operators.md. @param {readonly Coverage[]} coverage @param {Published} published */
export function operatorsDocument(coverage, published) {
  const comparisons = compareOperators(coverage, published);
  const lines = [
    '# Operators',
    '',
    'Operators whose shapes, small values and counts inference knows. Written by `npm run coverage`.',
    'An operator that is not here never stops an analysis: what it makes is unknown unless the model states it.',
    '',
    `Compared with ${published.lists.map((list) => list.source).join(' and ')}; a domain without a number is in neither list.`,
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
  if (missing.length > 0) section.push('', `Not known: ${missing.map(missingText).join(', ')}`);
  if (extra.length > 0)
    section.push('', `Known beyond the published list (old, experimental, or of other builds): ${extra.join(', ')}`);
  return section;
}
