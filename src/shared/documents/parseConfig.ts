import { say } from '../messages/say';
import { type ConfigDocument, configSchema } from './config';
import { nameText } from './nearest';
import {
  type DocumentProblem,
  mostProblems,
  type ParsedDocument,
  parseDocument,
  problemAtPath,
  withProblems,
} from './parsedDocument';

/** Parses the text of a `dnnsplit.json`; problems that only show between fields come after those of single fields. */
export function parseConfig(text: string): ParsedDocument<ConfigDocument> {
  const parsed = parseDocument(text, configSchema, 'configuration');
  if (parsed.document === undefined) return parsed;
  const problems = relationProblems(parsed, parsed.document);
  return problems.length === 0 ? parsed : withProblems(parsed, problems);
}

/** What no schema can say: tier names are unique, links join neighbors, names that are referred to exist. */
function relationProblems(parsed: ParsedDocument<unknown>, config: ConfigDocument): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  const ids = new Set<string>();
  config.tiers.forEach((tier, index) => {
    if (ids.has(tier.id)) {
      problems.push(
        problemAtPath(parsed, ['tiers', index, 'id'], say('document.repeatedTier', { tier: nameText(tier.id) }).text),
      );
    }
    ids.add(tier.id);
  });
  const needed = config.tiers.length - 1;
  if (config.links !== undefined && config.links.length !== needed) {
    const counts = { tiers: config.tiers.length, needed, links: config.links.length };
    problems.push(problemAtPath(parsed, ['links'], say('document.linkCount', counts).text));
  }
  const scopes: readonly (readonly [readonly string[], ConfigDocument['constraints']])[] = [
    [[], config.constraints],
    ...Object.entries(config.models ?? {}).map(([name, model]) => [['models', name], model.constraints] as const),
  ];
  for (const [path, constraints] of scopes) {
    const names = [...ids].map(nameText).join(', ');
    for (const [node, tier] of Object.entries(constraints?.pin ?? {})) {
      if (ids.has(tier)) continue;
      if (problems.length >= mostProblems) break;
      const message = say('document.pinTier', { tier: nameText(tier), node: nameText(node), known: names }).text;
      problems.push(problemAtPath(parsed, [...path, 'constraints', 'pin', node], message));
    }
    (constraints?.excludeTiers ?? []).forEach((tier, index) => {
      if (ids.has(tier) || problems.length >= mostProblems) return;
      const message = say('document.excludeTier', { tier: nameText(tier), known: names }).text;
      problems.push(problemAtPath(parsed, [...path, 'constraints', 'excludeTiers', index], message));
    });
    if (constraints?.excludeTiers !== undefined && [...ids].every((id) => constraints.excludeTiers?.includes(id))) {
      const message = say('document.allExcluded', {}).text;
      problems.push(problemAtPath(parsed, [...path, 'constraints', 'excludeTiers'], message));
    }
  }
  return problems;
}
