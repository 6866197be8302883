import type { Call } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import {
  type ContractDocument,
  type ContractTensor,
  cutsOf,
  startsWithOf,
  stateOf,
} from '../../shared/documents/contract';
import type { Route } from '../adaptive/route';
import { checkInputs } from '../inference/fit';
import type { Hop, HopAnswer } from '../service/hop';
import { initialState, sizesIn } from './initialState';
import type { SessionStep, Sessions } from './sessions';

/** A tier of a model that remembers: what the hop of the tier leaves for the next step is kept for the session. */
export class StatefulHop implements Pick<Hop, 'answer'> {
  private readonly startsWith: ReadonlyMap<string, ContractTensor>;
  private readonly own: ReturnType<typeof stateOf>;
  private readonly startsAbove: ReadonlySet<string>;

  constructor(
    private readonly contract: ContractDocument,
    private readonly hop: Pick<Hop, 'begin' | 'follow'>,
    private readonly sessions: Sessions,
  ) {
    this.own = stateOf(contract);
    this.startsWith = new Map(startsWithOf(contract).map((tensor) => [tensor.name, tensor]));
    this.startsAbove = new Set(cutsOf(contract)[0]?.startsAbove?.map(({ name }) => name));
  }

  /** @throws Refusal 400 for state that comes at the wrong time or a request of no session, and as `Sessions` and `Hop` */
  async answer(inputs: readonly Tensor[], call: Call, route?: Route): Promise<HopAnswer> {
    const { sequence } = call;
    if (sequence === undefined) throw new Refusal(400, 'The request belongs to no session. Send a sequence_id.');
    const carried = inputs.filter(({ name }) => this.startsWith.has(name));
    const plain = inputs.filter(({ name }) => !this.startsWith.has(name));
    const [early] = carried;
    if (early !== undefined && !sequence.isStart) {
      throw new Refusal(400, `State "${early.name}" is kept here; only the first request of a session may carry it.`);
    }
    return await this.sessions.step(sequence, call.signal, (step) => this.follow(plain, carried, step, call, route));
  }

  private async follow(
    plain: readonly Tensor[],
    carried: readonly Tensor[],
    { state, above }: SessionStep,
    call: Call,
    route: Route | undefined,
  ) {
    const passedOn = carried.filter(({ name }) => this.startsAbove.has(name));
    const progress = this.hop.begin(plain, route?.cuts[0], passedOn);
    for (const tensor of state ?? this.beginning(plain, carried)) progress.known.set(tensor.name, tensor);
    const within = { ...call, sequence: this.startsAbove.size > 0 ? above : undefined };
    const result = await this.hop.follow(progress, within, route);
    return {
      result,
      state: this.own.map(({ input, output }) => this.next(progress.known, input, output)),
    };
  }

  /** @param given state that the first request carries */
  private beginning(plain: readonly Tensor[], given: readonly Tensor[]): readonly Tensor[] {
    const { tier } = this.contract;
    const sizes = sizesIn(
      [...(cutsOf(this.contract)[0]?.receives ?? []), ...this.startsWith.values()],
      [...plain, ...given],
    );
    return this.own.map(({ input, growsAlong }) => {
      const wanted = this.startsWith.get(input);
      if (wanted === undefined) throw new Refusal(500, `The contract does not describe state "${input}".`);
      const found = given.find(({ name }) => name === input);
      if (found === undefined) return initialState(wanted, growsAlong, sizes);
      const [checked = found] = checkInputs(tier, [wanted], [found]);
      return checked;
    });
  }

  /** Without the rest of a message that it may lie in. */
  private next(known: ReadonlyMap<string, Tensor>, input: string, output: string): Tensor {
    const made = known.get(output);
    if (made === undefined) throw new Refusal(502, `State "${output}" of the contract was not delivered.`);
    const { data } = made;
    return { ...made, name: input, data: data.byteLength === data.buffer.byteLength ? data : data.slice() };
  }
}
