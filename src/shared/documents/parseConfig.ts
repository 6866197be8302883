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
      problems.push(problemAtPath(parsed, ['tiers', index, 'id'], `There are two tiers named '${nameText(tier.id)}'.`));
    }
    ids.add(tier.id);
  });
  const needed = config.tiers.length - 1;
  if (config.links !== undefined && config.links.length !== needed) {
    const count = `${config.tiers.length} tier${needed === 0 ? '' : 's'} need${needed === 0 ? 's' : ''} ${needed} link${needed === 1 ? '' : 's'}`;
    problems.push(
      problemAtPath(
        parsed,
        ['links'],
        `${count}, one between each tier and the next, but there are ${config.links.length}.`,
      ),
    );
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
      const message = `There is no tier '${nameText(tier)}' to pin '${nameText(node)}' to; the tiers are ${names}.`;
      problems.push(problemAtPath(parsed, [...path, 'constraints', 'pin', node], message));
    }
    (constraints?.excludeTiers ?? []).forEach((tier, index) => {
      if (ids.has(tier) || problems.length >= mostProblems) return;
      const message = `There is no tier '${nameText(tier)}' to exclude; the tiers are ${names}.`;
      problems.push(problemAtPath(parsed, [...path, 'constraints', 'excludeTiers', index], message));
    });
    if (constraints?.excludeTiers !== undefined && [...ids].every((id) => constraints.excludeTiers?.includes(id))) {
      const message = 'Every tier is excluded, so nothing is left to run the model on.';
      problems.push(problemAtPath(parsed, [...path, 'constraints', 'excludeTiers'], message));
    }
  }
  return problems;
}
