import * as z from 'zod';
import type { Sequence } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import {
  endedParameter,
  sequenceEndParameter as endParameter,
  sequenceIdParameter as idParameter,
  sequenceStartParameter as startParameter,
  stepParameter,
} from './travelling';

const longestId = 256;
/** Sessions that one request may say are over. */
export const mostEnded = 64;

// gRPC gives whole numbers as texts of digits and what is no text as JSON; 0 and the empty text mean no session.
const id = z
  .union([z.int().nonnegative(), z.bigint().nonnegative(), z.string().max(longestId)])
  .transform((value) => (String(value) === '0' ? '' : String(value)));
const wire = z.object({
  [idParameter]: id.default(''),
  [startParameter]: z.boolean().default(false),
  [endParameter]: z.boolean().default(false),
  [stepParameter]: z.coerce.number().int().nonnegative().optional(),
  [endedParameter]: z.array(z.string().max(longestId)).max(mostEnded).optional(),
});

/** Which session a request belongs to. @throws Refusal 400 where its parameters do not say, or say it wrongly */
export function sequenceFrom(parameters: Readonly<Record<string, unknown>>, caller: string, tier: string): Sequence {
  const parsed = wire.safeParse(parameters);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refusal(400, `Parameter ${issue?.path.join('.')} is not valid: ${issue?.message ?? 'unknown problem'}.`);
  }
  const { [idParameter]: named, [startParameter]: isStart, [endParameter]: isEnd } = parsed.data;
  if (named === '') {
    throw new Refusal(
      400,
      `Tier ${tier} keeps state between requests: give each one the parameter sequence_id, the first one sequence_start and the last one sequence_end.`,
    );
  }
  const { [stepParameter]: step, [endedParameter]: ended } = parsed.data;
  return { caller, id: named, isStart, isEnd, step, ended };
}

/** The parameters of the protocol's extension for a step. */
export function protocolParametersOf({ id: named, isStart, isEnd }: Sequence): Record<string, unknown> {
  return {
    [idParameter]: named,
    ...(isStart && { [startParameter]: true }),
    ...(isEnd && { [endParameter]: true }),
  };
}

/** The parameters that tell the tier above of a step. */
export function parametersOf(sequence: Sequence): Record<string, unknown> {
  const { step, ended = [] } = sequence;
  return {
    ...protocolParametersOf(sequence),
    ...(step !== undefined && { [stepParameter]: step }),
    ...(ended.length > 0 && { [endedParameter]: ended }),
  };
}
