import type { Call } from '../../runtime/executor';
import { Refusal } from '../../runtime/refusal';
import type { ContractCut, ContractDocument } from '../../shared/documents/contract';
import { say } from '../../shared/messages/say';
import { SlowLinkError } from '../adaptive/patience';
import {
  holdingFrom,
  holdsParameter,
  lostParameter,
  obeyedCut,
  routeFrom,
  slowLinkFrom,
  slowParameter,
} from '../adaptive/route';
import type { Steering } from '../adaptive/steering';
import { artifactOf } from '../inference/artifact';
import type { InferenceRequest } from '../inference/message';
import type { Hop, HopAnswer } from './hop';

/**
 * Sends every request wholly over one cut: the first tier chooses it, and another one where the way up is lost or the tier
 * above does not hold it; the tiers above obey.
 */
export class Routing {
  constructor(
    private readonly contract: ContractDocument,
    private readonly hop: Pick<Hop, 'begin' | 'follow'>,
    /** Where there is one way alone. */
    private readonly answering: Pick<Hop, 'answer'>,
    /** On the first tier of a chain that holds several cuts. */
    private readonly steering: Steering | undefined,
  ) {}

  /** @throws Refusal 400 for a route that this tier takes from nobody, 409 for one that it does not hold, and as `Hop` */
  async answer({ inputs, route: given }: Pick<InferenceRequest, 'inputs' | 'route'>, call: Call): Promise<HopAnswer> {
    if (this.contract.position === 0 && given !== undefined) {
      throw new Refusal(400, say('route.own', { tier: this.contract.tier }));
    }
    if (this.steering !== undefined) return await this.steer(this.steering, inputs, call);
    const route = routeFrom(given);
    obeyedCut(this.contract, route);
    return await this.answering.answer(inputs, call, route);
  }

  private async steer(steering: Steering, inputs: InferenceRequest['inputs'], call: Call): Promise<HopAnswer> {
    let cut = steering.choose();
    let waits = false;
    const progress = this.hop.begin(inputs, cut.id);
    const tried = new Set<string>();
    const tooSlow = new Set<string>();
    for (;;) {
      tried.add(cut.id);
      try {
        return await this.hop.follow(progress, { ...call, waits }, steering.routeOf(cut, waits));
      } catch (error) {
        if (error instanceof SlowLinkError || slowLinkOf(error) !== undefined) tooSlow.add(cut.id);
        const other = call.ending.isOver ? undefined : this.otherCut(steering, cut, error);
        if (other === undefined) throw error;
        if (tried.has(other.id)) {
          if (waits || !tooSlow.has(other.id)) throw error;
          // There is no better one: it is waited for after all.
          waits = true;
        }
        cut = other;
      }
    }
  }

  /** Another cut for a request that its cut could not answer, or not soon enough; none where that would change nothing. */
  private otherCut(steering: Steering, cut: ContractCut, error: unknown): ContractCut | undefined {
    if (error instanceof SlowLinkError) return steering.bothHold() ?? cut;
    if (!Refusal.is(error)) return undefined;
    const slow = slowLinkOf(error);
    if (slow !== undefined) {
      steering.measured(slow.mbps, true, slow.link);
      return steering.bothHold() ?? cut;
    }
    const holding = holdingFrom(error.details[holdsParameter]);
    if (error.status === 409 && holding !== undefined) {
      if (holding.artifact !== artifactOf(this.contract)) return undefined;
      steering.holds(holding);
      return steering.bothHold();
    }
    const lostAbove = error.details[lostParameter];
    if (typeof lostAbove !== 'number') return undefined;
    steering.lose(lostAbove);
    return steering.within(lostAbove);
  }
}

/** The link further up that was too slow for a request, as its tier said; nothing where that is not the reason. */
function slowLinkOf(error: unknown) {
  return Refusal.is(error) ? slowLinkFrom(error.details[slowParameter]) : undefined;
}
