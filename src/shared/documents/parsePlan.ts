import { say } from '../messages/say';
import { nameText } from './nearest';
import {
  type DocumentProblem,
  type ParsedDocument,
  parseDocument,
  problemAtPath,
  withProblems,
} from './parsedDocument';
import { type PlanDocument, planDocumentSchema } from './plan';

/** Parses the text of a `*.splitplan.json`. */
export function parsePlan(text: string): ParsedDocument<PlanDocument> {
  const parsed = parseDocument(text, planDocumentSchema, 'plan');
  if (parsed.document === undefined) return parsed;
  const problems = relationProblems(parsed, parsed.document);
  return problems.length === 0 ? parsed : withProblems(parsed, problems);
}

function relationProblems(parsed: ParsedDocument<unknown>, plan: PlanDocument): DocumentProblem[] {
  const needed = plan.tiers.length - 1;
  if (plan.links.length !== needed) {
    const message = say('document.planLinks', { tiers: plan.tiers.length, needed, links: plan.links.length }).text;
    return [problemAtPath(parsed, ['links'], message)];
  }
  const ids = plan.tiers.map(({ id }) => id);
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (repeated >= 0) {
    const message = say('document.repeatedTier', { tier: nameText(ids[repeated] ?? '') }).text;
    return [problemAtPath(parsed, ['tiers', repeated, 'id'], message)];
  }
  return plan.links.flatMap((link, index) => {
    const from = plan.tiers[index]?.id;
    const to = plan.tiers[index + 1]?.id;
    if (link.from === from && link.to === to) return [];
    return [
      problemAtPath(
        parsed,
        ['links', index, 'from'],
        say('document.planLink', { from: nameText(from ?? ''), to: nameText(to ?? '') }).text,
      ),
    ];
  });
}
