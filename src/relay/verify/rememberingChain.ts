import { randomUUID } from 'node:crypto';
import { type Executor, type Sequence, unhurriedCall } from '../../runtime/executor';
import type { Tensor } from '../../runtime/tensor';
import type { ContractDocument } from '../../shared/documents/contract';
import { interfaceOf, startsWithOf } from '../../shared/documents/contractParts';
import type { Route } from '../adaptive/route';
import type { Hop } from '../service/hop';
import { initialState, sizesIn } from '../sessions/initialState';
import { Sessions } from '../sessions/sessions';
import { StatefulHop } from '../sessions/statefulHop';
import type { RandomStream, WholeState } from './randomStream';

/** One process that ends with the verification keeps whatever it is given. */
const withoutLimits = {
  maxSessions: Number.POSITIVE_INFINITY,
  maxSessionBytes: Number.POSITIVE_INFINITY,
  sessionIdleMs: Number.POSITIVE_INFINITY,
};

/** The hop of a tier, with sessions where the model remembers. */
export function answeringHop(contract: ContractDocument, hop: Hop): Pick<Hop, 'answer'> {
  if (startsWithOf(contract).length === 0) return hop;
  return new StatefulHop(contract, hop, new Sessions(contract.tier, withoutLimits));
}

/** The answers of a chain to the requests of one session, or to the one of a model that remembers nothing, as they come. */
export async function* chainAnswers(
  chain: {
    answer(inputs: readonly Tensor[], route: Route | undefined, sequence?: Sequence): Promise<readonly Tensor[]>;
  },
  { carried, steps, remembers }: RandomStream,
  route: Route | undefined,
): AsyncGenerator<readonly Tensor[]> {
  const id = randomUUID();
  for (const [step, inputs] of steps.entries()) {
    const isStart = step === 0;
    const sequence = { caller: '', id, isStart, isEnd: step === steps.length - 1 };
    yield await chain.answer(isStart ? [...inputs, ...carried] : inputs, route, remembers ? sequence : undefined);
  }
}

/** The answers of the whole model to the same steps, each with the state that the one before left. */
export async function wholeAnswers(
  whole: Executor,
  first: ContractDocument,
  { pairs, startsWith }: WholeState,
  { carried, steps }: RandomStream,
): Promise<readonly Tensor[][]> {
  const { inputs } = interfaceOf(first);
  const sizes = sizesIn([...inputs, ...startsWith], [...(steps[0] ?? []), ...carried]);
  let state = startsWith.map(
    (tensor) => carried.find(({ name }) => name === tensor.name) ?? initialState(tensor, sizes),
  );
  const answers: Tensor[][] = [];
  for (const given of steps) {
    const made = new Map((await whole.run([...given, ...state], unhurriedCall)).map((tensor) => [tensor.name, tensor]));
    state = pairs.flatMap(({ input, output }) => {
      const tensor = made.get(output);
      made.delete(output);
      return tensor === undefined ? [] : [{ ...tensor, name: input }];
    });
    answers.push([...made.values()]);
  }
  return answers;
}
