import type { Call } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import type { ContractDocument, StartTensor } from '../../shared/documents/contract';
import { cutsOf, startsWithOf, stateOf } from '../../shared/documents/contractParts';
import type { Route } from '../adaptive/route';
import { checkInputs } from '../inference/fit';
import type { Executors, Hop, HopAnswer } from '../service/hop';
import { initialState, sizesIn } from './initialState';
import type { SessionStep, Sessions } from './sessions';

/** A tier of a model that remembers: what the hop of the tier leaves for the next step is kept for the session. */
export class StatefulHop implements Pick<Hop, 'answer'> {
  private readonly startsWith: ReadonlyMap<string, StartTensor>;
  private readonly own: ReturnType<typeof stateOf>;
  private readonly startsAbove: ReadonlySet<string>;

  constructor(
    private readonly contract: ContractDocument,
    private readonly hop: Pick<Hop, 'begin' | 'follow'>,
    private readonly sessions: Sessions,
    private readonly executors: Executors = new Map(),
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
    return await this.sessions.step(sequence, call.ending.signal, (step) =>
      this.follow(plain, carried, step, call, route),
    );
  }

  private async follow(
    plain: readonly Tensor[],
    carried: readonly Tensor[],
    step: SessionStep,
    call: Call,
    route: Route | undefined,
  ) {
    const elsewhere = await this.keptElsewhere();
    const inEngine = carried.find(({ name }) => elsewhere.has(name));
    if (inEngine !== undefined) {
      throw new Refusal(
        400,
        `The engine of tier ${this.contract.tier} begins state "${inEngine.name}" with zeros; no request can carry it.`,
      );
    }
    const passedOn = carried.filter(({ name }) => this.startsAbove.has(name));
    const progress = this.hop.begin(plain, route?.cuts[0], passedOn);
    for (const tensor of step.state ?? this.beginning(plain, carried)) progress.known.set(tensor.name, tensor);
    if (elsewhere.size > 0) step.cannotRepeat();
    const result = await this.hop.follow(progress, { ...call, sequence: step.above }, route);
    return {
      result,
      state: this.own.map(({ input, output }) =>
        elsewhere.has(input) ? standInFor(input) : this.next(progress.known, input, output),
      ),
    };
  }

  /** State that an engine of the tier keeps itself. */
  private async keptElsewhere(): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    for (const executor of this.executors.values()) {
      for (const { input } of this.own) if ((await executor.keeps?.(input)) === true) kept.add(input);
    }
    return kept;
  }

  /** @param given state that the first request carries */
  private beginning(plain: readonly Tensor[], given: readonly Tensor[]): readonly Tensor[] {
    const { tier } = this.contract;
    const sizes = sizesIn(
      [...(cutsOf(this.contract)[0]?.receives ?? []), ...this.startsWith.values()],
      [...plain, ...given],
    );
    return this.own.map(({ input }) => {
      const wanted = this.startsWith.get(input);
      if (wanted === undefined) throw new Refusal(500, `The contract does not describe state "${input}".`);
      const found = given.find(({ name }) => name === input);
      if (found === undefined) return initialState(wanted, sizes);
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

/** In the place of an input that the engine has already. */
function standInFor(name: string): Tensor {
  return { name, datatype: 'UINT8', shape: [0], data: new Uint8Array(0) };
}
