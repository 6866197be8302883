import type { AdaptiveContract, ContractCut } from '../../shared/documents/contract';
import { type SwitchReason, switchReasons } from '../../shared/reports/live';
import {
  type ControllerState,
  follow,
  followTable,
  leftBelowMbps,
  regimeAt,
  type SwitchingTable,
  startingController,
} from '../../shared/vocabulary/policy';
import type { Holding } from './holding';
import type { Route } from './route';

type WatchedLink = AdaptiveContract['policy']['links'][number];

/** The table of a link by the regimes that its cuts belong to; a cut without a row of its own stays. */
function tableOf({ borders, table }: WatchedLink): SwitchingTable | undefined {
  if (table === undefined) return undefined;
  const regimeOf = (cut: string) => borders.findIndex((border) => border.cut === cut);
  return borders.map(({ cut: inForce }) =>
    table.flatMap(({ before, cut, fromMbps }) => {
      const next = regimeOf(cut);
      return before === inForce && next >= 0 ? [{ fromMbps, next }] : [];
    }),
  );
}

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
  /** From the slowest to the fastest. */
  readonly regimes: WatchedLink['borders'];
}

/**
 * Chooses the cut of each request on the first tier: what the policy says of the bandwidth as it was measured last, among the
 * cuts that the tier above holds too and that need no tier that is lost.
 */
export class Steering {
  private readonly policy: AdaptiveContract['policy'];
  private readonly borders: WatchedLink['borders'];
  /** Decides instead of the borders, where there is one. */
  private readonly table: SwitchingTable | undefined;
  readonly link: number;
  private controller: ControllerState = startingController;
  private bandwidthMbps: number;
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
    const { policy } = contract;
    const [watched] = policy.links;
    this.policy = policy;
    this.borders = watched?.borders ?? [];
    this.table = watched && tableOf(watched);
    this.link = watched?.link ?? 0;
    this.bandwidthMbps = watched?.startMbps ?? 0;
    this.controller = { ...startingController, regime: regimeAt(this.borders, this.bandwidthMbps) };
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

  routeOf(cut: ContractCut): Route {
    return { artifact: this.contract.artifact, policy: this.policy.version, cuts: [cut.id] };
  }

  /**
   * Takes in a bandwidth of the link that the policy watches.
   * @param isSure no measurement that may waver, but what a request that waits for its answer proves
   */
  measured(bandwidthMbps: number, isSure = false): void {
    this.bandwidthMbps = bandwidthMbps;
    const measured = { bandwidthMbps, nowMs: this.now() };
    const rules = isSure ? { ...this.policy, minimumDwellMs: 0, minimumSamples: 0 } : this.policy;
    this.controller =
      this.table === undefined
        ? follow(this.borders, this.controller, measured, rules)
        : followTable(this.table, this.controller, measured, rules);
  }

  /** The bandwidth below which a request that waits on a cut would be better off on another one; 0 where it never is. */
  leftBelowMbps(cut: string): number {
    const { regime } = this.controller;
    const own = this.borders[regime]?.cut === cut ? regime : this.borders.findIndex((border) => border.cut === cut);
    if (this.table === undefined) {
      const range = this.borders[own];
      return range === undefined ? 0 : leftBelowMbps(range, this.policy.hysteresis);
    }
    const rows = this.table[own] ?? [];
    let row = regimeAt(rows, this.bandwidthMbps);
    while (rows[row - 1]?.next === own) row -= 1;
    return rows[row]?.next === own ? (rows[row]?.fromMbps ?? 0) : 0;
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
    return this.borders
      .map(({ cut }) => this.cutNamed(cut))
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
      bandwidthMbps: lostAbove === undefined ? this.bandwidthMbps : 0,
      lostAbove,
      switches: switchReasons.reduce((sum, reason) => sum + this.switchesFor[reason], 0),
      switchesFor: this.switchesFor,
      regimes: this.borders,
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
    return this.cutNamed(this.borders[this.controller.regime]?.cut);
  }

  private held(wanted: ContractCut | undefined): ContractCut | undefined {
    const isHeld = (cut: ContractCut | undefined): cut is ContractCut =>
      cut !== undefined && (this.heldAbove === undefined || cut.sends.length === 0 || this.heldAbove.has(cut.id));
    if (isHeld(wanted)) return wanted;
    const before = this.used.map((id) => this.cutNamed(id)).find(isHeld);
    return before ?? this.nearest().find(isHeld);
  }

  /** Cuts of all regimes, those beside the one in force first. */
  private nearest(): readonly (ContractCut | undefined)[] {
    const { regime } = this.controller;
    return this.borders
      .map(({ cut }, index) => ({ cut, distance: Math.abs(index - regime) }))
      .sort((a, b) => a.distance - b.distance)
      .map(({ cut }) => this.cutNamed(cut));
  }

  private cutNamed(id: string | undefined): ContractCut | undefined {
    return this.contract.cuts.find((cut) => cut.id === id);
  }
}
