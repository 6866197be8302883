import { Refusal } from '../../runtime/refusal';
import type { Tensor } from '../../runtime/tensor';
import type { ContractDocument } from '../../shared/documents/contract';
import { startsWithOf } from '../../shared/documents/contractParts';
import { say } from '../../shared/messages/say';
import { counted } from '../../shared/vocabulary/quantities';
import type { Arrival } from '../adaptive/arrivals';
import { artifactMismatch, artifactOf } from '../inference/artifact';
import type { InferenceRequest } from '../inference/message';
import { sequenceFrom } from '../inference/sequence';
import { artifactParameter, linksParameter, receivedParameter, timingParameter } from '../inference/travelling';
import type { Tracer } from '../tracing/tracer';
import type { Admission } from './admission';
import type { Hop } from './hop';
import type { Log } from './log';
import type { Metrics } from './metrics';
import { RequestCall } from './requestCall';
import type { Routing } from './routing';

export interface ServiceLimits {
  /** Time from a request's arrival until its answer is out. */
  readonly timeoutMs: number;
  /** Requests that are not answered yet, wherever they are; more are turned away. */
  readonly maxOpen: number;
}

export interface ServiceAnswer {
  readonly outputs: readonly Tensor[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Answers inference requests, however they arrive: what HTTP and gRPC have in common. */
export class InferenceService {
  private openCount = 0;
  private readonly keepsState: boolean;
  private isDraining = false;
  /** True where nobody reads a request any more once its answer is out. */
  readonly letsRequestsGo: boolean;

  constructor(
    readonly contract: ContractDocument,
    private readonly hop: Hop,
    private readonly routing: Pick<Routing, 'answer'>,
    private readonly admission: Admission,
    readonly metrics: Metrics,
    private readonly limits: ServiceLimits,
    private readonly log: Log,
    private readonly tracer?: Tracer,
  ) {
    this.keepsState = startsWithOf(contract).length > 0;
    this.letsRequestsGo = hop.letsInputsGo && !this.keepsState;
  }

  /** True from the moment on that it is told to stop: nobody new shall come, those who do are still answered. */
  get draining(): boolean {
    return this.isDraining;
  }

  drain(): void {
    this.isDraining = true;
  }

  /** What keeps it from serving, in a sentence; nothing where it is ready. */
  async obstacle(): Promise<string | undefined> {
    if (this.isDraining) return `Tier ${this.contract.tier} is shutting down.`;
    return await this.hop.obstacle();
  }

  metricsText(): string {
    const { runningCount: running, waitingCount: waiting } = this.admission;
    return this.metrics.text({ running, waiting, open: this.openCount });
  }

  /** Takes a request in. `close` ends it. @throws Refusal 503 where too many are open or wait */
  open(headers: Readonly<Record<string, string | string[] | undefined>>): RequestCall {
    this.admission.refuseWhenFull();
    if (this.openCount >= this.limits.maxOpen)
      throw new Refusal(503, say('busy.open', { requests: counted(this.openCount, 'request') }), 1);
    this.openCount += 1;
    const call = new RequestCall(headers, this.limits.timeoutMs);
    call.span = this.tracer?.begin(`infer ${this.contract.model}`, call.headers);
    return call;
  }

  close(call: RequestCall): void {
    this.openCount -= 1;
    call.dispose();
  }

  /**
   * @param received how the request arrived, where that is known
   * @throws Refusal
   */
  async answer(asked: InferenceRequest, call: RequestCall, received?: Arrival): Promise<ServiceAnswer> {
    this.refuseOtherArtifact(asked.artifact);
    call.id = asked.id;
    call.wantsTiming = asked.wantsTiming;
    if (this.keepsState) call.sequence = sequenceFrom(asked.sequence ?? {}, call.caller, this.contract.tier);
    const readMs = call.elapsedMs;
    const { outputs, timings } = await this.routing.answer(asked, call);
    // Clients are told nothing of links.
    const links = asked.artifact === undefined ? [] : this.linksSeen();
    const [own, ...others] = timings;
    const waitedMs = readMs + (own?.queueMs ?? 0);
    const parameters = {
      ...(asked.wantsTiming && { [timingParameter]: [{ ...own, waitedMs }, ...others] }),
      ...(asked.artifact !== undefined && {
        [artifactParameter]: artifactOf(this.contract),
        ...(received !== undefined && { [receivedParameter]: { ...received, totalMs: call.elapsedMs } }),
        ...(links.length > 0 && { [linksParameter]: links }),
      }),
    };
    return { outputs, parameters };
  }

  /** Writes down what became of a request. */
  record(
    call: Pick<RequestCall, 'elapsedMs' | 'requestId'> & Partial<Pick<RequestCall, 'id' | 'span'>>,
    result: { readonly receivedBytes: number; readonly sentBytes: number; readonly refusal?: Refusal | undefined },
  ): void {
    const { receivedBytes, sentBytes, refusal } = result;
    const { elapsedMs, requestId: request, id } = call;
    const status = refusal?.status ?? 200;
    this.metrics.answered({ status, receivedBytes, sentBytes, elapsedMs });
    // A request that its sender got wrong is no failure of this tier (semantic conventions for HTTP, "Status").
    call.span?.end(
      {
        'dnnsplit.request': request,
        'dnnsplit.received_bytes': receivedBytes,
        'dnnsplit.sent_bytes': sentBytes,
        ...(refusal !== undefined && { 'error.type': String(status) }),
      },
      status >= 500 ? refusal?.message : undefined,
    );
    if (refusal === undefined) return;
    this.log(`request failed: ${refusal.message}`, {
      request,
      ...(id !== undefined && { id }),
      status,
      ms: Math.round(elapsedMs),
      bytes: receivedBytes,
    });
  }

  /** Turns anything thrown into what the sender may hear; the log has the rest. */
  refusalOf(error: unknown): Refusal {
    if (Refusal.is(error)) return error;
    this.log(error instanceof Error ? (error.stack ?? error.message) : String(error), { level: 'error' });
    return new Refusal(500, say('request.unexpected', {}));
  }

  /** What this tier and those above see of their links, for the one that chooses the route. */
  linksSeen(): { readonly link: number; readonly mbps: number; readonly roundTripMs: number }[] {
    return this.metrics
      .linksNow(this.contract.position)
      .flatMap(({ link, bandwidthMbps: mbps, roundTripMs = 0 }) =>
        mbps === undefined ? [] : [{ link, mbps, roundTripMs }],
      );
  }

  private refuseOtherArtifact(artifact: string | undefined): void {
    if (artifact === undefined) return;
    const own = { name: `tier ${this.contract.tier}`, artifact: artifactOf(this.contract) };
    const wrong = artifactMismatch(own, { name: 'the tier below it', artifact });
    if (wrong !== undefined) throw new Refusal(409, wrong);
  }
}
