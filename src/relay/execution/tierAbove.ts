import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { Ending } from '../../runtime/ending';
import type { Call } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import { bytesOfAll, type Tensor } from '../../runtime/tensor';
import type { ContractDocument } from '../../shared/documents/contract';
import { cutsOf } from '../../shared/documents/contractParts';
import { type Sentence, say } from '../../shared/messages/say';
import {
  assumedLink,
  hasChanged,
  type LinkEstimate,
  type LinkObservation,
  probeBytes,
  probePauseMs,
  tellingBytes,
  withLowerBound,
  withObservation,
  withUpperBound,
} from '../adaptive/bandwidthEstimate';
import type { Holding } from '../adaptive/holding';
import { Patience, SlowLinkError, type Worth } from '../adaptive/patience';
import { holdingFrom, lostParameter, type Route, slowParameter } from '../adaptive/route';
import { artifactMismatch, artifactOf } from '../inference/artifact';
import type { InferenceResponse } from '../inference/message';
import { parametersOf } from '../inference/sequence';
import {
  artifactParameter,
  holdingParameter,
  linksParameter,
  receivedParameter,
  routeParameter,
  senderField,
} from '../inference/travelling';
import { relayPlatform } from '../service/description';
import type { Upstream } from '../service/hop';
import type { ServerDescription, TensorServer } from './tensorServer';

/** Hears what requests show of the tiers above and of the way there. */
export interface AboveListener {
  /** @param link position of the tier below it */
  readonly linkSeen?: (link: number, estimate: Pick<LinkEstimate, 'bandwidthMbps' | 'roundTripMs'>) => void;
  /** A request is given up, since the link must have become about as slow as this. */
  readonly slow?: (likelyMbps: number) => void;
  readonly found?: () => void;
  /** What the tier above holds; nothing for servers that do not say. */
  readonly holds?: (holding: Holding | undefined) => void;
  /** For how long a cut is worth waiting for, on the first tier. */
  readonly worthOf?: (cut: string) => Worth | undefined;
}

/**
 * The relay of the tier above, or a server of another maker that holds the rest of the model. A relay must hold a part of
 * the same export, which is compared before anything is sent and again with every answer.
 */
export class TierAbove implements Upstream {
  private readonly own: { readonly name: string; readonly artifact: string };
  private readonly sender = { [senderField]: randomUUID() };
  /** True where a tier above keeps state for each session. */
  private readonly remembers: boolean;
  /** True where requests can be answered without the tiers above: they are not waited for to the last moment. */
  private readonly isDispensable: boolean;
  private link: LinkEstimate;
  /** When something last showed how fast the link is. */
  private toldMs = performance.now();
  private isProbing = false;
  private hasTimedOut = false;
  /** Pause before the link is looked at again that has changed lately; longer each time that it has not since. */
  private lookAgainMs = firstLookMs;
  private readonly patience = new Patience();

  constructor(
    private readonly client: TensorServer,
    private readonly contract: ContractDocument,
    private readonly listener: AboveListener = {},
  ) {
    const { position } = contract;
    this.own = { name: `tier ${contract.tier}`, artifact: artifactOf(contract) };
    this.remembers = cutsOf(contract).some(({ startsAbove = [] }) => startsAbove.length > 0);
    this.isDispensable = position === 0 && cutsOf(contract).some(({ lastTier }) => lastTier <= position);
    const watched =
      contract.formatVersion === 2 ? contract.policy.links.find(({ link }) => link === position) : undefined;
    this.link = assumedLink(watched?.startMbps);
  }

  async obstacle(): Promise<string | undefined> {
    const [isReady, description] = await Promise.all([
      this.client.isReady(),
      this.client.describe().catch(() => undefined),
    ]);
    if (!isReady || description === undefined) return `The tier above ${this.contract.tier} is not ready.`;
    return this.mismatch(announcedBy(description))?.text;
  }

  /** @throws SlowLinkError where its cut is no longer worth waiting for, and Refusal */
  async infer(inputs: readonly Tensor[], call: Call, route?: Route): Promise<InferenceResponse> {
    const start = performance.now();
    const ask = (within: Call) => this.askPatiently(inputs, within, route);
    const response = await (this.isDispensable ? hurried(call, ask) : ask(call));
    this.refuseMismatch(response.parameters[artifactParameter]);
    this.listener.found?.();
    this.observe(response.parameters[receivedParameter], performance.now() - start);
    this.hear(response.parameters[linksParameter]);
    return response;
  }

  /** Takes in what the tiers above say of their links. */
  private hear(links: unknown): void {
    for (const { link, mbps, roundTripMs } of linksSchema.safeParse(links).data ?? [])
      this.listener.linkSeen?.(link, { bandwidthMbps: mbps, roundTripMs });
  }

  /**
   * Looks whether the tier above is there, and what it holds. A link on which a request has timed out is measured first.
   * @param probes whether it may be
   */
  async look(probes: boolean): Promise<void> {
    if (this.isProbing || (await this.obstacle()) !== undefined) return;
    const description = await this.client.describe().catch(() => undefined);
    if (description === undefined) return;
    if (this.hasTimedOut && probes) await this.measure();
    this.hasTimedOut = false;
    this.listener.found?.();
    this.listener.holds?.(holdingFrom(parameterOf(description, holdingParameter)));
  }

  /**
   * Sends a probe where requests have shown too little of the link for a while: soon after it has changed, then less and less
   * often, down to where probes take a small part of it. A change is so seen within half the time that what was before it has lasted.
   */
  async probe(): Promise<void> {
    const { bandwidthMbps } = this.link;
    if (bandwidthMbps === undefined || this.isProbing) return;
    const pauseMs = Math.min(this.lookAgainMs, probePauseMs(probeBytes(this.link), bandwidthMbps));
    if (performance.now() - this.toldMs < pauseMs) return;
    await this.measure();
  }

  private async measure(): Promise<void> {
    const start = performance.now();
    this.isProbing = true;
    this.lookAgainMs *= 1.5;
    try {
      const received = await this.client.probe?.(probeBytes(this.link), this.sender);
      this.observe(received, performance.now() - start);
      this.hear(probedSchema.safeParse(received).data?.links);
    } finally {
      this.toldMs = performance.now();
      this.isProbing = false;
    }
  }

  private observe(received: unknown, elapsedMs: number): void {
    const observation = observationFrom(received, elapsedMs);
    if (observation === undefined) return;
    if (observation.bodyBytes >= tellingBytes(this.link)) this.toldMs = performance.now();
    const before = this.link;
    this.link = withObservation(before, observation);
    // What came all at once shows no bandwidth, but none below what it took from end to end.
    if (observation.ms === 0) this.link = withLowerBound(this.link, observation.bodyBytes, elapsedMs);
    if (hasChanged(before, this.link)) this.lookAgainMs = firstLookMs;
    this.listener.linkSeen?.(this.contract.position, this.link);
  }

  /** Gives a request up once the link must be slower than its cut is good for. */
  private async askPatiently(inputs: readonly Tensor[], call: Call, route: Route | undefined) {
    const [cut] = route?.cuts ?? [];
    const worth = cut === undefined ? undefined : this.worthOf(cut, route);
    if (cut === undefined || worth === undefined || call.waits === true) return await this.ask(inputs, call, route);
    const waiting = this.patience.begin(cut, bytesOfAll(inputs));
    const isOver = new Refusal(499, 'the link is too slow for this cut');
    try {
      const response = await limited(
        call,
        () => waiting.leftMs(worth.leastMbps, worth.otherFactor),
        isOver,
        (within) => this.ask(inputs, within, route),
      );
      waiting.answered(observationFrom(response.parameters[receivedParameter], 0)?.ms ?? 0);
      return response;
    } catch (error) {
      if (error !== isOver) throw error;
      const likelyMbps = waiting.gaveUp();
      this.link = withUpperBound(this.link, likelyMbps);
      this.toldMs = performance.now();
      this.lookAgainMs = firstLookMs;
      this.listener.slow?.(likelyMbps);
      throw this.contract.position === 0 ? new SlowLinkError(isOver.message) : this.tooSlow(likelyMbps);
    } finally {
      waiting.end();
    }
  }

  /** For how long a request is worth waiting for: as the first tier says in its route; nothing where it always is. */
  private worthOf(cut: string, route: Route | undefined): Worth | undefined {
    const said = route?.leastMbps?.[this.contract.position];
    const worth = said === undefined ? this.listener.worthOf?.(cut) : { leastMbps: said };
    return worth?.leastMbps === 0 ? undefined : worth;
  }

  /** Tells the first tier, which knows other cuts, what the link is like. */
  private tooSlow(mbps: number): Refusal {
    const { position: link, tier } = this.contract;
    return new Refusal(504, say('hop.slowLink', { tier }), undefined, {}, { [slowParameter]: { link, mbps } });
  }

  /** Says with a failure that everything above is lost, where it is no failure of the request itself. */
  private async ask(inputs: readonly Tensor[], call: Call, route: Route | undefined): Promise<InferenceResponse> {
    const start = performance.now();
    try {
      return await this.client.infer(
        inputs,
        { ...call, headers: { ...call.headers, ...this.sender } },
        {
          parameters: {
            [artifactParameter]: this.own.artifact,
            ...(route !== undefined && { [routeParameter]: route }),
            ...(this.remembers && call.sequence !== undefined && parametersOf(call.sequence)),
          },
          check: (description) => this.refuseMismatch(announcedBy(description)),
        },
      );
    } catch (error) {
      const isLost = Refusal.is(error) && (error.status === 502 || error.status === 504);
      if (!isLost || lostParameter in error.details || slowParameter in error.details) throw error;
      if (error.status === 504) this.timedOut(inputs, performance.now() - start);
      const { status, message, retryAfterS, headers, details } = error;
      throw new Refusal(status, message, retryAfterS, headers, {
        ...details,
        [lostParameter]: this.contract.position,
      });
    }
  }

  /** Whether the link or the tier above was slow does not show: the next look measures the link. */
  private timedOut(inputs: readonly Tensor[], elapsedMs: number): void {
    this.link = withUpperBound(this.link, (bytesOfAll(inputs) * 8) / (elapsedMs * 1e3));
    this.hasTimedOut = true;
    this.listener.linkSeen?.(this.contract.position, this.link);
  }

  private refuseMismatch(artifact: unknown): void {
    const wrong = this.mismatch(artifact);
    if (wrong === undefined) return;
    // It may have been replaced since: the next request shall find that out.
    void this.client.describe().catch(() => undefined);
    throw new Refusal(409, wrong);
  }

  /** @param artifact of the tier above; none for servers of other makers */
  private mismatch(artifact: unknown): Sentence | undefined {
    if (typeof artifact !== 'string') return undefined;
    return artifactMismatch(this.own, { name: 'the tier above it', artifact });
  }
}

/** Pause after a change. */
const firstLookMs = 500;

const receivedSchema = z.object({
  bytes: z.number(),
  ms: z.number(),
  totalMs: z.number(),
  /** Relays that do not say time each body by itself. */
  bodyBytes: z.number().optional(),
});

/**
 * What a request showed of the link to the tier above, which timed its arrival itself.
 * @param elapsedMs from its first byte out to its answer in
 */
export function observationFrom(received: unknown, elapsedMs: number): LinkObservation | undefined {
  const parsed = receivedSchema.safeParse(received);
  if (!parsed.success) return undefined;
  const { bytes, ms, totalMs, bodyBytes = bytes } = parsed.data;
  return { bytes, ms, bodyBytes, roundTripMs: Math.max(0, elapsedMs - totalMs) };
}

const linksSchema = z.array(z.object({ link: z.number(), mbps: z.number(), roundTripMs: z.number() }));

/** What a probe is answered with beside how it arrived. */
const probedSchema = z.object({ links: z.unknown() });

function parameterOf({ metadata }: ServerDescription, name: string): unknown {
  const { parameters } = metadata;
  return typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, name) : undefined;
}

/** The export that a server says it holds a part of: `none` for relays that are older, nothing for servers of other makers. */
export function announcedBy(description: ServerDescription): unknown {
  const artifact = parameterOf(description, artifactParameter);
  return artifact ?? (description.metadata['platform'] === relayPlatform ? 'none' : undefined);
}

/** Lets work end early enough that as much time is left again for an answer without the tiers above. */
async function hurried<Value>(call: Call, work: (call: Call) => Promise<Value>): Promise<Value> {
  const leftMs = call.deadlineMs - performance.now();
  if (!Number.isFinite(leftMs)) return await work(call);
  const deadlineMs = performance.now() + Math.max(1, leftMs / 2);
  return await limited({ ...call, deadlineMs }, () => deadlineMs - performance.now(), undefined, work);
}

/** Timers take no longer ones. */
const longestTimerMs = 2 ** 31 - 1;

/** Ends work once no time is left for it. @param leftMs asked again whenever the time that it said has passed */
async function limited<Value>(
  call: Call,
  leftMs: () => number,
  reason: Refusal | undefined,
  work: (call: Call) => Promise<Value>,
): Promise<Value> {
  const limit = new Ending();
  const end = () => limit.end(call.ending.reason);
  call.ending.hear(end);
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const ms = leftMs();
    if (ms <= 0) limit.end(reason);
    else timer = setTimeout(wait, Math.min(longestTimerMs, Math.max(1, ms)));
  };
  wait();
  try {
    return await work({ ...call, ending: limit });
  } finally {
    clearTimeout(timer);
    call.ending.ignore(end);
  }
}
