import type { Executor } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import { datatypeOf, type Tensor } from '../../runtime/tensor';
import type { ContractDocument, ContractTensor } from '../../shared/documents/contract';
import { DnnSplitError } from '../../shared/errors';
import { type InferenceResponse, timingParameter } from '../inference/message';
import { decodeFromWire, encodeForWire } from '../inference/wireEncoding';
import type { Metrics } from './metrics';

/** Where a tier sends what the tiers above need. */
export interface Upstream {
  isReady(): Promise<boolean>;
  infer(
    inputs: readonly Tensor[],
    wantsTiming: boolean,
    signal: AbortSignal,
  ): Promise<Pick<InferenceResponse, 'outputs' | 'parameters'>>;
}

/** Times of one tier for one request, in milliseconds. */
export interface HopTiming {
  readonly tier: string;
  readonly computeMs: number;
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
 * What one tier does with a request: check it against the contract, run its sub-model, send on what the tiers above
 * need, and put the model's outputs together. It keeps nothing between requests, so that it scales by copies.
 */
export class Hop {
  constructor(
    private readonly contract: ContractDocument,
    private readonly executor: Executor | undefined,
    private readonly upstream: Upstream | undefined,
    private readonly metrics: Metrics,
  ) {
    if (contract.segment !== null && executor === undefined) {
      throw new DnnSplitError('bad-usage', `Tier ${contract.tier} has a sub-model to run, but no engine to run it.`);
    }
    if (contract.sends.length > 0 && upstream === undefined) {
      throw new DnnSplitError(
        'bad-usage',
        `Tier ${contract.tier} sends tensors on: name the tier above with --upstream.`,
      );
    }
  }

  /** True once this tier and everything above it can serve. */
  async isReady(): Promise<boolean> {
    const parts = await Promise.all([this.executor?.isReady() ?? true, this.upstream?.isReady() ?? true]);
    return parts.every(Boolean);
  }

  /** @throws Refusal as the contract, the engine or the tier above demand */
  async answer(inputs: readonly Tensor[], wantsTiming: boolean, signal: AbortSignal): Promise<HopAnswer> {
    const known = new Map(checkInputs(this.contract, inputs).map((tensor) => [tensor.name, tensor]));
    const computeMs = await this.compute(known, signal);
    const own: HopTiming = { tier: this.contract.tier, computeMs };
    const answers = this.contract.answers.map((tensor) => pick(known, tensor));
    if (this.contract.sends.length === 0) return { outputs: answers, timings: [own] };
    const above = await this.sendOn(known, wantsTiming, signal);
    const returned = new Map(above.outputs.map((tensor) => [tensor.name, tensor]));
    const { upstreamMs, sentBytes } = above;
    return {
      outputs: [...answers, ...this.contract.answersAbove.map((tensor) => pick(returned, tensor))],
      timings: [{ ...own, upstreamMs, sentBytes }, ...above.timings],
    };
  }

  private async compute(known: Map<string, Tensor>, signal: AbortSignal): Promise<number> {
    const { segment } = this.contract;
    if (segment === null || this.executor === undefined) return 0;
    const start = performance.now();
    const results = await this.executor.run(
      segment.inputs.map((tensor) => pick(known, tensor)),
      signal,
    );
    for (const tensor of results) known.set(tensor.name, tensor);
    const elapsedMs = performance.now() - start;
    this.metrics.compute.observe(elapsedMs / 1e3);
    return elapsedMs;
  }

  private async sendOn(known: ReadonlyMap<string, Tensor>, wantsTiming: boolean, signal: AbortSignal) {
    if (this.upstream === undefined) throw new Refusal(500, 'This tier has nobody to send to.');
    const sent = this.contract.sends.map((tensor) => encodeForWire(pick(known, tensor), this.contract.sendsAs));
    const start = performance.now();
    const { outputs, parameters } = await this.upstream.infer(sent, wantsTiming, signal);
    const upstreamMs = performance.now() - start;
    this.metrics.upstream.observe(upstreamMs / 1e3);
    const sentBytes = sent.reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
    return { outputs, timings: timingsOf(parameters[timingParameter]), upstreamMs, sentBytes };
  }
}

/** Inputs in the contract's order and types. @throws Refusal 400 for a missing, unknown or unfit one */
function checkInputs(contract: ContractDocument, inputs: readonly Tensor[]): Tensor[] {
  const expectedNames = new Set(contract.receives.map(({ name }) => name));
  const unknown = inputs.find(({ name }) => !expectedNames.has(name));
  if (unknown !== undefined) {
    throw new Refusal(
      400,
      `Tier ${contract.tier} takes no input "${unknown.name}"; it takes ${[...expectedNames].map((name) => `"${name}"`).join(', ')}.`,
    );
  }
  return contract.receives.map((expected) => {
    const given = inputs.find(({ name }) => name === expected.name);
    if (given === undefined) throw new Refusal(400, `Input "${expected.name}" is missing.`);
    const datatype = datatypeOf(expected.dtype);
    if (datatype === undefined)
      throw new Refusal(400, `Input "${expected.name}" is ${expected.dtype}, which the protocol cannot carry.`);
    checkShape(expected, given.shape);
    return decodeFromWire(given, datatype);
  });
}

function checkShape(expected: ContractTensor, shape: readonly number[]): void {
  if (expected.shape === null) return;
  const fits =
    expected.shape.length === shape.length &&
    expected.shape.every((dim, axis) => typeof dim === 'string' || dim === shape[axis]);
  if (fits) return;
  throw new Refusal(
    400,
    `Input "${expected.name}" has shape [${shape.join(', ')}], but [${expected.shape.join(', ')}] is wanted.`,
  );
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
