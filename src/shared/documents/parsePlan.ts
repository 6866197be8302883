import { type DocumentProblem, type ParsedDocument, parseDocument, problemAtPath } from './parsedDocument';
import { type PlanDocument, planDocumentSchema } from './plan';

/** Parses the text of a `*.splitplan.json`. */
export function parsePlan(text: string): ParsedDocument<PlanDocument> {
  const parsed = parseDocument(text, planDocumentSchema, 'plan');
  if (parsed.document === undefined) return parsed;
  const problems = relationProblems(parsed, parsed.document);
  return problems.length === 0 ? parsed : { ...parsed, document: undefined, problems };
}

function relationProblems(parsed: ParsedDocument<unknown>, plan: PlanDocument): DocumentProblem[] {
  const needed = plan.tiers.length - 1;
  if (plan.links.length !== needed) {
    const message = `A plan over ${plan.tiers.length} tiers has ${needed} links, but there are ${plan.links.length}.`;
    return [problemAtPath(parsed, ['links'], message)];
  }
  return plan.links.flatMap((link, index) => {
    const from = plan.tiers[index]?.id;
    const to = plan.tiers[index + 1]?.id;
    if (link.from === from && link.to === to) return [];
    return [problemAtPath(parsed, ['links', index, 'from'], `This link must join '${from}' to '${to}'.`)];
  });
}
