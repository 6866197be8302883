import type { Ending } from '../../runtime/ending';
import type { Call, Executor } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import { bytesOfAll, type Tensor } from '../../runtime/tensor';
import type { ContractBlock, ContractCut, ContractDocument, ContractTensor } from '../../shared/documents/contract';
import { blocksOf, cutsOf, interfaceOf } from '../../shared/documents/contractParts';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { Route } from '../adaptive/route';
import { checkInputs, checkReturned } from '../inference/fit';
import type { InferenceResponse } from '../inference/message';
import { timingParameter } from '../inference/travelling';
import { encodeForWire } from '../inference/wireEncoding';
import { traced } from '../tracing/traced';
import { Admission } from './admission';
import type { Metrics } from './metrics';

/** Where a tier sends what the tiers above need. */
export interface Upstream {
  /** What keeps it from serving, in a sentence; nothing where it is ready. */
  obstacle(): Promise<string | undefined>;
  /** @param route that the tier above has to obey; none where it holds one cut alone */
  infer(
    inputs: readonly Tensor[],
    call: Call,
    route?: Route,
  ): Promise<Pick<InferenceResponse, 'outputs' | 'parameters'>>;
}

/** Times of one tier for one request, in milliseconds. */
export interface HopTiming {
  readonly tier: string;
  /** Where the tier holds several: the cut that the request took. */
  readonly cut?: string;
  readonly computeMs: number;
  /** Until its turn for the sub-model came. */
  readonly queueMs?: number;
  /** Until the tier above answered, its own work included; absent on the last tier. */
  readonly upstreamMs?: number;
  readonly sentBytes?: number;
}

export interface HopAnswer {
  readonly outputs: readonly Tensor[];
  /** This tier's times first, then those of the tiers above. */
  readonly timings: readonly HopTiming[];
  /** What the tiers above said beside their tensors. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What runs the sub-models of a tier, by the ids of its blocks. */
export type Executors = ReadonlyMap<string, Executor>;

/** A request on its way through one tier: the tensors that are there, and the blocks that have run. */
export interface Progress {
  readonly known: Map<string, Tensor>;
  readonly done: Set<string>;
  /** What goes to the tier above as it came, beside the tensors of the cut. */
  readonly passedOn: readonly Tensor[];
  computeMs: number;
  queueMs: number;
}

/**
 * What one tier does with a request: check it against the contract, run the blocks of its cut when its turn comes, send on
 * what the tiers above need, and put the model's outputs together. It keeps nothing between requests, so that it scales by
 * copies.
 */
export class Hop {
  private readonly blocks: ReadonlyMap<string, ContractBlock>;
  private readonly cuts: readonly ContractCut[];
  /** Place of each of the model's outputs in an answer, the same whichever tier makes it. */
  private readonly order: ReadonlyMap<string, number>;

  constructor(
    private readonly contract: ContractDocument,
    private readonly executors: Executors,
    private readonly upstream: Upstream | undefined,
    private readonly metrics: Metrics,
    private readonly admission = new Admission(Number.POSITIVE_INFINITY, 0),
    /** Whether tensors that their link's encoding would change beyond rounding end the request; they travel as they are otherwise. */
    private readonly refusesUnencoded = false,
  ) {
    this.blocks = new Map(blocksOf(contract).map((block) => [block.id, block]));
    this.cuts = cutsOf(contract);
    this.order = new Map(interfaceOf(contract).outputs.map(({ name }, index) => [name, index]));
    if ([...this.blocks.keys()].some((id) => !executors.has(id))) {
      throw new DnnSplitError('bad-usage', say('relay.noEngine', { tier: contract.tier }));
    }
    if (this.cuts.some(({ sends }) => sends.length > 0) && upstream === undefined) {
      throw new DnnSplitError('bad-usage', say('relay.noUpstream', { tier: contract.tier }));
    }
  }

  /** True where nobody reads a request's tensors any more once it is answered. */
  get letsInputsGo(): boolean {
    return (
      this.upstream === undefined && [...this.executors.values()].every(({ letsInputsGo }) => letsInputsGo === true)
    );
  }

  /** What keeps this tier or one above from serving, in a sentence; nothing where some cut can be answered. */
  async obstacle(): Promise<string | undefined> {
    const engines = [...this.executors.values()].map((executor) => executor.isReady());
    const needsAbove = this.cuts.every(({ sends }) => sends.length > 0);
    const [runs, above] = await Promise.all([Promise.all(engines), needsAbove ? this.upstream?.obstacle() : undefined]);
    return runs.every((isReady) => isReady) ? above : `The engine of tier ${this.contract.tier} is not ready.`;
  }

  /** Takes a request in. @throws Refusal 400 for inputs that do not fit the cut */
  begin(inputs: readonly Tensor[], cut?: string, passedOn: readonly Tensor[] = []): Progress {
    const { receives } = this.cut(cut);
    const known = new Map(checkInputs(this.contract.tier, receives, inputs).map((tensor) => [tensor.name, tensor]));
    return { known, done: new Set(), passedOn, computeMs: 0, queueMs: 0 };
  }

  /** @throws Refusal as the contract, the engine or the tier above demand */
  async answer(inputs: readonly Tensor[], call: Call, route?: Route): Promise<HopAnswer> {
    return await this.follow(this.begin(inputs, route?.cuts[0]), call, route);
  }

  /**
   * Answers a request on one cut. Blocks that have run on the way of another cut need not run again: they make the same.
   * @throws Refusal as the engine or the tier above demand
   */
  async follow(progress: Progress, call: Call, route?: Route): Promise<HopAnswer> {
    const cut = this.cut(route?.cuts[0]);
    const { known } = progress;
    await this.compute(cut, progress, call);
    const { computeMs, queueMs } = progress;
    const named = this.contract.formatVersion === 2 ? { cut: cut.id } : {};
    const own: HopTiming = { tier: this.contract.tier, ...named, computeMs, queueMs };
    const answers = cut.answers.map((tensor) => pick(known, tensor));
    if (cut.sends.length === 0) return { outputs: this.ordered(answers), timings: [own], parameters: {} };
    const { upstreamMs, sentBytes, outputs, parameters } = await this.sendOn(cut, progress, call, route);
    const returned = checkReturned('The tier above', cut.answersAbove, outputs);
    const kept = checkReturned('The tier above', cut.returns ?? [], outputs);
    for (const tensor of [...returned, ...kept]) known.set(tensor.name, tensor);
    return {
      outputs: this.ordered([...answers, ...returned]),
      timings: [{ ...own, upstreamMs, sentBytes }, ...timingsOf(parameters[timingParameter])],
      parameters,
    };
  }

  private cut(id: string | undefined): ContractCut {
    const found = id === undefined ? this.cuts[0] : this.cuts.find((cut) => cut.id === id);
    if (found === undefined) throw new Refusal(409, say('route.noCut', { tier: this.contract.tier, cut: id ?? '' }));
    return found;
  }

  private ordered(outputs: Tensor[]): readonly Tensor[] {
    const place = ({ name }: Tensor) => this.order.get(name) ?? this.order.size;
    return outputs.sort((a, b) => place(a) - place(b));
  }

  private async compute(cut: ContractCut, progress: Progress, call: Call): Promise<void> {
    const waiting = cut.blocks.filter((id) => !progress.done.has(id));
    if (waiting.length === 0) return;
    const asked = performance.now();
    const leave = await this.admission.enter(call.ending);
    const start = performance.now();
    this.metrics.queue.observe((start - asked) / 1e3);
    const seen = { 'dnnsplit.cut': cut.id, 'dnnsplit.queue_ms': start - asked };
    const running = traced(call, ['compute', 'internal'], seen, (within) =>
      this.runBlocks(waiting, progress, within, leave),
    );
    let outcome = 'failed';
    try {
      await untilOver(running, call.ending, this.contract.tier);
      outcome = 'done';
    } finally {
      this.metrics.compute.observe((performance.now() - start) / 1e3, `outcome="${outcome}"`);
    }
    progress.computeMs += performance.now() - start;
    progress.queueMs += start - asked;
  }

  /** A sub-model that runs cannot be stopped: it keeps its place until it ends, even where nobody waits any more. */
  private async runBlocks(
    ids: readonly string[],
    { known, done }: Progress,
    call: Call,
    leave: () => void,
  ): Promise<void> {
    try {
      for (const id of ids) {
        const block = this.blocks.get(id);
        const executor = this.executors.get(id);
        if (block === undefined || executor === undefined) throw new Refusal(500, say('hop.noBlock', { block: id }));
        if (call.ending.isOver) return;
        const inputs = block.inputs.map((tensor) => pick(known, tensor));
        for (const tensor of await executor.run(inputs, call)) known.set(tensor.name, tensor);
        done.add(id);
      }
    } finally {
      leave();
    }
  }

  private async sendOn(cut: ContractCut, { known, passedOn }: Progress, call: Call, route: Route | undefined) {
    const { upstream } = this;
    if (upstream === undefined) throw new Refusal(500, say('hop.noUpstream', {}));
    const sent = [...cut.sends.map((tensor) => this.encoded(cut, pick(known, tensor))), ...passedOn];
    const sentBytes = bytesOfAll(sent);
    const seen = { 'dnnsplit.cut': cut.id, 'dnnsplit.sent_bytes': sentBytes };
    const start = performance.now();
    const { outputs, parameters } = await traced(call, ['tier above', 'client'], seen, (within) =>
      upstream.infer(sent, within, route),
    );
    const upstreamMs = performance.now() - start;
    return { outputs, parameters, upstreamMs, sentBytes };
  }

  /** @throws Refusal 400 for a tensor that the link's encoding cannot carry, where such are refused */
  private encoded({ sendsAs }: ContractCut, tensor: Tensor): Tensor {
    const encoded = encodeForWire(tensor, sendsAs);
    if (encoded !== tensor || tensor.datatype !== 'FP32' || sendsAs === 'original') return encoded;
    if (this.refusesUnencoded) {
      throw new Refusal(400, say('hop.unencoded', { name: tensor.name, tier: this.contract.tier, encoding: sendsAs }));
    }
    this.metrics.sentUnencoded();
    return encoded;
  }
}

/** @throws Refusal 504 that names the tier, or the reason why the request ended */
function untilOver<Value>(running: Promise<Value>, ending: Ending, tier: string): Promise<Value> {
  return new Promise((done, fail) => {
    const settle = () => ending.ignore(giveUp);
    const giveUp = () => {
      const { reason } = ending;
      const isLate = !Refusal.is(reason) || reason.status === 504;
      fail(isLate ? new Refusal(504, say('hop.late', { tier })) : reason);
    };
    ending.hear(giveUp);
    running.then(
      (value) => {
        settle();
        done(value);
      },
      (error: unknown) => {
        settle();
        fail(error);
      },
    );
  });
}

function pick(known: ReadonlyMap<string, Tensor>, { name }: ContractTensor): Tensor {
  const tensor = known.get(name);
  if (tensor === undefined) throw new Refusal(502, say('hop.undelivered', { name }));
  return tensor;
}

/** Times per tier as they come back with an answer; none where it has none. */
export function timingsOf(value: unknown): HopTiming[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (item): item is HopTiming => typeof item === 'object' && item !== null && 'tier' in item && 'computeMs' in item,
  );
}
