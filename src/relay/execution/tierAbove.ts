import * as z from 'zod';
import type { Call } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import type { ContractDocument } from '../../shared/documents/contract';
import { artifactMismatch, artifactOf } from '../inference/artifact';
import type { InferenceResponse } from '../inference/message';
import { artifactParameter, receivedParameter } from '../inference/travelling';
import { relayPlatform } from '../service/description';
import type { Upstream } from '../service/hop';
import type { LinkEstimate } from '../service/metrics';
import type { ServerDescription, TensorServer } from './tensorServer';

/**
 * The relay of the tier above, or a server of another maker that holds the rest of the model. A relay must hold a part of
 * the same export, which is compared before anything is sent and again with every answer.
 */
export class TierAbove implements Upstream {
  private readonly own: { readonly name: string; readonly artifact: string };

  constructor(
    private readonly client: TensorServer,
    private readonly contract: ContractDocument,
    /** Hears what each request showed of the link. */
    private readonly linkSeen: (estimate: Partial<LinkEstimate>) => void = () => undefined,
  ) {
    this.own = { name: `tier ${contract.tier}`, artifact: artifactOf(contract) };
  }

  async obstacle(): Promise<string | undefined> {
    const [isReady, description] = await Promise.all([
      this.client.isReady(),
      this.client.describe().catch(() => undefined),
    ]);
    if (!isReady || description === undefined) return `The tier above ${this.contract.tier} is not ready.`;
    return this.mismatch(announcedBy(description));
  }

  async infer(inputs: readonly Tensor[], call: Call): Promise<InferenceResponse> {
    const start = performance.now();
    const response = await this.client.infer(inputs, call, {
      parameters: { [artifactParameter]: this.own.artifact },
      check: (description) => this.refuseMismatch(announcedBy(description)),
    });
    this.refuseMismatch(response.parameters[artifactParameter]);
    this.linkSeen(linkEstimate(response.parameters[receivedParameter], performance.now() - start));
    return response;
  }

  private refuseMismatch(artifact: unknown): void {
    const wrong = this.mismatch(artifact);
    if (wrong === undefined) return;
    // It may have been replaced since: the next request shall find that out.
    void this.client.describe().catch(() => undefined);
    throw new Refusal(409, wrong);
  }

  /** @param artifact of the tier above; none for servers of other makers */
  private mismatch(artifact: unknown): string | undefined {
    if (typeof artifact !== 'string') return undefined;
    return artifactMismatch(this.own, { name: 'the tier above it', artifact });
  }
}

const receivedSchema = z.object({ bytes: z.number(), ms: z.number(), totalMs: z.number() });
/** Smaller bodies arrive at once, whatever the link is like. */
const leastBytes = 64 * 1024;

/**
 * What a request showed of the link to the tier above, which timed its arrival itself: no clocks are compared.
 * @param elapsedMs from its first byte out to its answer in
 */
export function linkEstimate(received: unknown, elapsedMs: number): Partial<LinkEstimate> {
  const parsed = receivedSchema.safeParse(received);
  if (!parsed.success) return {};
  const { bytes, ms, totalMs } = parsed.data;
  return {
    roundTripMs: Math.max(0, elapsedMs - totalMs),
    ...(bytes >= leastBytes && ms > 0 && { bandwidthMbps: (bytes * 8) / (ms * 1e3) }),
  };
}

function announcedBy({ metadata }: ServerDescription): unknown {
  const { parameters, platform } = metadata;
  const artifact: unknown =
    typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, artifactParameter) : undefined;
  return artifact ?? (platform === relayPlatform ? 'none' : undefined);
}
