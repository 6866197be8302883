import { contractTensorOf } from '../../engine/deploy/contracts';
import { unknownFact } from '../../engine/shapes/facts/fact';
import { whyNotCarried } from '../../shared/documents/carriedTensors';
import { say } from '../../shared/messages/say';
import type { LinkReport } from '../../shared/reports/reports';
import type { AnalyzedModel } from '../model/analyzeFile';

/** What a plan sends between tiers, or back, that no relay can carry: a sentence for each such tensor whose type is known. */
export function uncarriedCrossings(
  { inferred }: Pick<AnalyzedModel, 'inferred'>,
  links: readonly Pick<LinkReport, 'tensors' | 'answers'>[],
): string[] {
  const names = new Set(links.flatMap(({ tensors, answers = [] }) => [...tensors, ...answers].map(({ name }) => name)));
  return [...names].flatMap((name) => {
    const fact = inferred.tensors.get(name) ?? unknownFact;
    if (fact.dtype === unknownFact.dtype) return [];
    const reason = whyNotCarried(contractTensorOf(name, fact, inferred), 'protocol');
    return reason === undefined ? [] : [say('plan.uncarried', { tensor: name, reason }).text];
  });
}
