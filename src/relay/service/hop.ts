import type { Call, Executor } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import type { ContractDocument, ContractTensor } from '../../shared/documents/contract';
import { DnnSplitError } from '../../shared/errors';
import { say } from '../../shared/messages/say';
import { checkInputs, checkReturned } from '../inference/fit';
import type { InferenceResponse } from '../inference/message';
import { timingParameter } from '../inference/travelling';
import { encodeForWire } from '../inference/wireEncoding';
import { Admission } from './admission';
import type { Metrics } from './metrics';

/** Where a tier sends what the tiers above need. */
export interface Upstream {
  /** What keeps it from serving, in a sentence; nothing where it is ready. */
  obstacle(): Promise<string | undefined>;
  infer(inputs: readonly Tensor[], call: Call): Promise<Pick<InferenceResponse, 'outputs' | 'parameters'>>;
}

/** Times of one tier for one request, in milliseconds. */
export interface HopTiming {
  readonly tier: string;
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
}

/**
 * What one tier does with a request: check it against the contract, run its sub-model when its turn comes, send on what
 * the tiers above need, and put the model's outputs together. It keeps nothing between requests, so that it scales by copies.
 */
export class Hop {
  constructor(
    private readonly contract: ContractDocument,
    private readonly executor: Executor | undefined,
    private readonly upstream: Upstream | undefined,
    private readonly metrics: Metrics,
    private readonly admission = new Admission(Number.POSITIVE_INFINITY, 0),
  ) {
    if (contract.segment !== null && executor === undefined) {
      throw new DnnSplitError('bad-usage', say('relay.noEngine', { tier: contract.tier }));
    }
    if (contract.sends.length > 0 && upstream === undefined) {
      throw new DnnSplitError('bad-usage', say('relay.noUpstream', { tier: contract.tier }));
    }
  }

  /** What keeps this tier or one above from serving, in a sentence; nothing where all are ready. */
  async obstacle(): Promise<string | undefined> {
    const [runs, above] = await Promise.all([this.executor?.isReady() ?? true, this.upstream?.obstacle()]);
    return runs ? above : `The engine of tier ${this.contract.tier} is not ready.`;
  }

  /** @throws Refusal as the contract, the engine or the tier above demand */
  async answer(inputs: readonly Tensor[], call: Call): Promise<HopAnswer> {
    const known = new Map(checkInputs(this.contract, inputs).map((tensor) => [tensor.name, tensor]));
    const times = await this.compute(known, call);
    const own: HopTiming = { tier: this.contract.tier, ...times };
    const answers = this.contract.answers.map((tensor) => pick(known, tensor));
    if (this.contract.sends.length === 0) return { outputs: answers, timings: [own] };
    const above = await this.sendOn(known, call);
    const { upstreamMs, sentBytes } = above;
    return {
      outputs: [...answers, ...checkReturned('The tier above', this.contract.answersAbove, above.outputs)],
      timings: [{ ...own, upstreamMs, sentBytes }, ...above.timings],
    };
  }

  private async compute(known: Map<string, Tensor>, call: Call) {
    const { segment } = this.contract;
    if (segment === null || this.executor === undefined) return { computeMs: 0 };
    const asked = performance.now();
    const leave = await this.admission.enter(call.signal);
    const start = performance.now();
    this.metrics.queue.observe((start - asked) / 1e3);
    const inputs = segment.inputs.map((tensor) => pick(known, tensor));
    // A sub-model that runs cannot be stopped: it keeps its place until it ends, even where nobody waits any more.
    const running = this.executor.run(inputs, call).finally(leave);
    let outcome = 'failed';
    try {
      const results = await untilAborted(running, call.signal, this.contract.tier);
      for (const tensor of results) known.set(tensor.name, tensor);
      outcome = 'done';
    } finally {
      this.metrics.compute.observe((performance.now() - start) / 1e3, `outcome="${outcome}"`);
    }
    return { computeMs: performance.now() - start, queueMs: start - asked };
  }

  private async sendOn(known: ReadonlyMap<string, Tensor>, call: Call) {
    if (this.upstream === undefined) throw new Refusal(500, 'No upstream is configured.');
    const sent = this.contract.sends.map((tensor) => this.encoded(pick(known, tensor)));
    const start = performance.now();
    const { outputs, parameters } = await this.upstream.infer(sent, call);
    const upstreamMs = performance.now() - start;
    const sentBytes = sent.reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
    return { outputs, timings: timingsOf(parameters[timingParameter]), upstreamMs, sentBytes };
  }

  private encoded(tensor: Tensor): Tensor {
    const { sendsAs } = this.contract;
    const encoded = encodeForWire(tensor, sendsAs);
    if (encoded === tensor && tensor.datatype === 'FP32' && sendsAs !== 'original') this.metrics.sentUnencoded();
    return encoded;
  }
}

/** @throws Refusal 504 that names the tier, or the reason why the request ended */
function untilAborted<Value>(running: Promise<Value>, signal: AbortSignal, tier: string): Promise<Value> {
  return new Promise((done, fail) => {
    const giveUp = () => {
      const reason: unknown = signal.reason;
      const isLate = !Refusal.is(reason) || reason.status === 504;
      fail(
        isLate
          ? new Refusal(504, `The sub-model of tier ${tier} did not finish within the time limit of the request.`)
          : reason,
      );
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    running.then(done, fail).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

function pick(known: ReadonlyMap<string, Tensor>, { name }: ContractTensor): Tensor {
  const tensor = known.get(name);
  if (tensor === undefined) throw new Refusal(502, `Tensor "${name}" of the contract was not delivered.`);
  return tensor;
}

function timingsOf(value: unknown): HopTiming[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (item): item is HopTiming => typeof item === 'object' && item !== null && 'tier' in item && 'computeMs' in item,
  );
}
