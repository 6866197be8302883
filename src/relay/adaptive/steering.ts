import type { AdaptiveContract, ContractCut } from '../../shared/documents/contract';
import { type SwitchReason, switchReasons } from '../../shared/reports/live';
import { type Course, type CourseRange, courseOf } from './course';
import type { Holding } from './holding';
import type { Worth } from './patience';
import type { Route } from './route';

/** How long a tier counts as lost that this one cannot look after itself. */
const lostForMs = 2000;

/** What the first tier does next, for those who watch. */
export interface SteeringStatus {
  readonly cut: string;
  readonly bandwidthMbps: number;
  /** Position above which nothing answers. */
  readonly lostAbove: number | undefined;
  readonly switches: number;
  readonly switchesFor: Readonly<Record<SwitchReason, number>>;
  /** From the slowest to the fastest first link; the others as they are now. */
  readonly regimes: readonly CourseRange[];
  /** Positions of the tiers below the links that decide. */
  readonly links: readonly number[];
}

/**
 * Chooses the cut of each request on the first tier: what the policy says of the bandwidths as they were measured last, among the
 * cuts that the tier above holds too and that need no tier that is lost.
 */
export class Steering {
  private readonly policy: AdaptiveContract['policy'];
  private readonly course: Course;
  /** Positions of the tiers below the links that the policy follows. */
  private readonly links: readonly number[];
  private lost: { readonly above: number; readonly sinceMs: number } | undefined;
  private heldAbove: ReadonlySet<string> | undefined;
  /** Cuts in the order of their last use, newest first. */
  private readonly used: string[] = [];
  private readonly switchesFor = { bandwidth: 0, lost: 0, found: 0, held: 0 };
  /** Why the cut in use is not the best one; nothing where it is. */
  private hindrance: 'lost' | 'held' | undefined;

  constructor(
    private readonly contract: AdaptiveContract,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.policy = contract.policy;
    this.course = courseOf(contract.policy);
    this.links = contract.policy.links.map(({ link }) => link);
  }

  /** The cut for a request that comes now. */
  choose(): ContractCut {
    const lostAbove = this.lostAbove();
    const inForce = this.inForce();
    const within = lostAbove === undefined ? undefined : this.within(lostAbove);
    const cut = within ?? this.held(inForce) ?? this.contract.cuts[0];
    if (cut === undefined) throw new Error('a contract without cuts');
    const before = this.hindrance;
    if (within !== undefined) this.hindrance = 'lost';
    else this.hindrance = cut === inForce ? undefined : 'held';
    if (this.used[0] !== cut.id) {
      const reason = this.hindrance ?? (before === 'lost' ? 'found' : 'bandwidth');
      if (this.used.length > 0) this.switchesFor[reason] += 1;
      const at = this.used.indexOf(cut.id);
      if (at >= 0) this.used.splice(at, 1);
      this.used.unshift(cut.id);
    }
    return cut;
  }

  /** @param waits whether the tiers above wait for their links however slow those are: the cut is the best one all the same */
  routeOf(cut: ContractCut, waits = false): Route {
    const { artifact } = this.contract;
    const least = waits ? [] : this.linksAbove(cut).map(({ link, leastMbps }) => [String(link), leastMbps] as const);
    return {
      ...{ artifact, policy: this.policy.version, cuts: [cut.id] },
      ...(least.length > 0 && { leastMbps: Object.fromEntries(least) }),
    };
  }

  /**
   * Takes in a bandwidth of a link; of those that the policy does not follow it takes no notice.
   * @param isSure no measurement that may waver, but what a request that waits for its answer proves
   */
  measured(bandwidthMbps: number, isSure = false, link = this.links[0] ?? 0): void {
    this.course.measured(link, bandwidthMbps, this.now(), isSure);
  }

  /** For how long a request on a cut is worth waiting for. */
  worthOf(id: string): Worth {
    const cut = this.cutNamed(id);
    const { position } = this.contract;
    const leastMbps = this.links.includes(position) ? this.course.leftBelowMbps(id, position) : 0;
    const slower = cut === undefined ? [] : this.linksAbove(cut).map((one) => one.bandwidthMbps / one.leastMbps);
    return { leastMbps, otherFactor: slower.reduce((most, factor) => Math.max(most, factor), 1) };
  }

  /** Links further up that a cut uses and that may become too slow for it. */
  private linksAbove({ id, lastTier }: ContractCut) {
    // Relays that know policies of one link alone take no more from a route.
    if (this.policy.plans === undefined) return [];
    const above = this.links.filter((link) => link > this.contract.position && link < lastTier);
    return above.flatMap((link) => {
      const leastMbps = this.course.leftBelowMbps(id, link);
      return leastMbps > 0 ? [{ link, leastMbps, bandwidthMbps: this.course.bandwidthMbps(link) }] : [];
    });
  }

  /** Nothing answers above a tier: a bandwidth of 0. */
  lose(above: number): void {
    this.lost = { above, sinceMs: this.now() };
  }

  /** The tier above answers. */
  found(above: number): void {
    if (this.lost !== undefined && above >= this.lost.above) this.lost = undefined;
  }

  /** What the tier above holds, as it said itself; nothing where that is not known. */
  holds(holding: Holding | undefined): void {
    this.heldAbove = holding === undefined ? undefined : new Set(holding.cuts);
  }

  /** True while it waits for the tier above to come back or to hold more. */
  get isRestricted(): boolean {
    return this.lost !== undefined || (this.heldAbove !== undefined && this.inForce() !== this.held(this.inForce()));
  }

  /** The cut for a request whose way up is lost, which needs no tier above the one at `position`; none where there is none. */
  within(position: number): ContractCut | undefined {
    return this.course
      .standInsWhereLost()
      .map((cut) => this.cutNamed(cut))
      .find((cut) => cut !== undefined && cut.lastTier <= position);
  }

  /** The cut that both hold: the one that was used last among them, else the one of the nearest regime. */
  bothHold(): ContractCut | undefined {
    return this.held(this.inForce());
  }

  status(): SteeringStatus {
    const lostAbove = this.lostAbove();
    return {
      cut: this.used[0] ?? this.inForce()?.id ?? '',
      bandwidthMbps: lostAbove === undefined ? this.course.bandwidthMbps(this.links[0] ?? 0) : 0,
      lostAbove,
      switches: switchReasons.reduce((sum, reason) => sum + this.switchesFor[reason], 0),
      switchesFor: this.switchesFor,
      regimes: this.course.regimes(),
      links: this.links,
    };
  }

  private lostAbove(): number | undefined {
    const { position } = this.contract;
    if (this.lost === undefined) return undefined;
    // The neighbor is looked after; of those further above only requests tell.
    const isOver = this.lost.above > position && this.now() - this.lost.sinceMs > lostForMs;
    if (isOver) this.lost = undefined;
    return this.lost?.above;
  }

  private inForce(): ContractCut | undefined {
    return this.cutNamed(this.course.wanted);
  }

  private held(wanted: ContractCut | undefined): ContractCut | undefined {
    const isHeld = (cut: ContractCut | undefined): cut is ContractCut =>
      cut !== undefined && (this.heldAbove === undefined || cut.sends.length === 0 || this.heldAbove.has(cut.id));
    if (isHeld(wanted)) return wanted;
    const before = this.used.map((id) => this.cutNamed(id)).find(isHeld);
    const standIns = () => this.course.standIns().map((cut) => this.cutNamed(cut));
    return before ?? standIns().find(isHeld);
  }

  private cutNamed(id: string | undefined): ContractCut | undefined {
    return this.contract.cuts.find((cut) => cut.id === id);
  }
}
