import * as z from 'zod';
import { Refusal } from '../../runtime/refusal';
import type { ContractDocument } from '../../shared/documents/contract';
import { type Sentence, say } from '../../shared/messages/say';
import { type Holding, holdingOf } from './holding';

/** The way of one request through the tiers, which the first one chooses and the others obey. */
export interface Route {
  readonly artifact: string;
  /** Version of the policy that it follows from. */
  readonly policy: string;
  /** The cut in force. */
  readonly cuts: readonly string[];
  /**
   * Bandwidths below which it is not worth waiting for, by the position of the tier below the link: that tier then says how
   * slow its link is, instead of an answer.
   */
  readonly leastMbps?: Readonly<Record<string, number>> | undefined;
}

const routeSchema = z.strictObject({
  artifact: z.string().min(1),
  policy: z.string().min(1),
  cuts: z.array(z.string().min(1)).length(1),
  leastMbps: z.record(z.string(), z.number().positive()).optional(),
});

/** Parameters of a refusal that say what its tier holds, and above which tier nothing answers. */
export const holdsParameter = 'dnnsplit_holds';
export const lostParameter = 'dnnsplit_lost_above';
/** Parameter of a refusal that says which link is too slow for the cut of a request, and about how slow it is. */
export const slowParameter = 'dnnsplit_slow_link';

/** Reads a route from the parameters of a request. @throws Refusal 400 for something else */
export function routeFrom(value: unknown): Route | undefined {
  if (value === undefined) return undefined;
  const parsed = routeSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(
    400,
    say('route.invalid', { place: issue?.path.join('.') || 'its root', problem: issue?.message ?? '' }),
  );
}

const slowSchema = z.object({ link: z.number(), mbps: z.number() });

/** Reads which link a tier has found too slow; nothing where it says nothing. */
export function slowLinkFrom(value: unknown): z.infer<typeof slowSchema> | undefined {
  return slowSchema.safeParse(value).data;
}

const holdingSchema = z.object({ artifact: z.string(), policy: z.string().optional(), cuts: z.array(z.string()) });

/** Reads what a tier says that it holds; nothing where it says nothing. */
export function holdingFrom(value: unknown): Holding | undefined {
  return holdingSchema.safeParse(value).data;
}

/**
 * Checks a route that the tier below has sent against what a tier holds.
 * @returns the id of the cut; none for contracts of version 1, which have but one
 * @throws Refusal 409 that says what the tier holds
 */
export function obeyedCut(contract: ContractDocument, route: Route | undefined): string | undefined {
  const { tier } = contract;
  if (contract.formatVersion === 1) {
    if (route === undefined) return undefined;
    throw new Refusal(409, say('route.oneCut', { tier }));
  }
  const refuse = (said: Sentence) => new Refusal(409, said, undefined, {}, { [holdsParameter]: holdingOf(contract) });
  if (route === undefined) throw refuse(say('route.none', { tier }));
  if (route.artifact !== contract.artifact)
    throw refuse(say('route.artifact', { tier, held: contract.artifact, wanted: route.artifact }));
  const [wanted = ''] = route.cuts;
  const held = contract.cuts.find(({ id }) => id === wanted);
  if (held !== undefined) return held.id;
  const names = contract.cuts.map(({ id }) => id).join(', ');
  throw refuse(say('route.otherCuts', { tier, cut: wanted, names }));
}
