import type { ContractPolicy } from '../../shared/documents/contract';
import { followPlans, type PlanRange, rankedAt, regimesAlong } from '../../shared/vocabulary/linkPlans';
import {
  type ControllerState,
  follow,
  followTable,
  leftBelowMbps,
  regimeAt,
  type SwitchingRules,
  type SwitchingTable,
  startingController,
} from '../../shared/vocabulary/policy';

type WatchedLink = ContractPolicy['links'][number];

/** A cut for bandwidths of a link from one on. */
export interface CourseRange {
  readonly fromMbps: number;
  readonly cut: string;
}

/** What a policy makes of the bandwidths that are measured. */
export interface Course {
  /** Id of the cut that it asks for now. */
  readonly wanted: string;
  measured(link: number, bandwidthMbps: number, nowMs: number, isSure: boolean): void;
  /** Bandwidth of a link that was measured last. */
  bandwidthMbps(link: number): number;
  /** The bandwidth of a link below which a request that waits on a cut would be better off on another one; 0 where it never is. */
  leftBelowMbps(cut: string, link: number): number;
  /** Ids of cuts in the order in which they stand in for the one that is wanted. */
  standIns(): readonly string[];
  /** The same where tiers above are lost. */
  standInsWhereLost(): readonly string[];
  /** Along the bandwidth of the first link, from the slowest to the fastest. */
  regimes(): readonly CourseRange[];
}

export function courseOf(policy: ContractPolicy): Course {
  const [watched] = policy.links;
  if (watched === undefined) throw new Error('a policy without links');
  return policy.plans === undefined ? new OneLink(watched, policy) : new SeveralLinks(policy, policy.plans);
}

/** Measurements waver and have to be patient; what a request that waits for its answer proves is not. */
function rulesFor(rules: SwitchingRules, isSure: boolean): SwitchingRules {
  return isSure ? { ...rules, minimumDwellMs: 0, minimumSamples: 0 } : rules;
}

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

/** By the regimes of one link, or by a table for them. */
class OneLink implements Course {
  /** Decides instead of the borders, where there is one. */
  private readonly table: SwitchingTable | undefined;
  private controller: ControllerState;
  private mbps: number;

  constructor(
    private readonly watched: WatchedLink,
    private readonly rules: SwitchingRules,
  ) {
    this.table = tableOf(watched);
    this.mbps = watched.startMbps;
    this.controller = { ...startingController, regime: regimeAt(watched.borders, this.mbps) };
  }

  get wanted(): string {
    return this.watched.borders[this.controller.regime]?.cut ?? '';
  }

  measured(link: number, bandwidthMbps: number, nowMs: number, isSure: boolean): void {
    if (link !== this.watched.link) return;
    this.mbps = bandwidthMbps;
    const measured = { bandwidthMbps, nowMs };
    const rules = rulesFor(this.rules, isSure);
    this.controller =
      this.table === undefined
        ? follow(this.watched.borders, this.controller, measured, rules)
        : followTable(this.table, this.controller, measured, rules);
  }

  bandwidthMbps(): number {
    return this.mbps;
  }

  leftBelowMbps(cut: string, link: number): number {
    if (link !== this.watched.link) return 0;
    const { borders } = this.watched;
    const { regime } = this.controller;
    const own = borders[regime]?.cut === cut ? regime : borders.findIndex((border) => border.cut === cut);
    if (this.table === undefined) {
      const range = borders[own];
      return range === undefined ? 0 : leftBelowMbps(range, this.rules.hysteresis);
    }
    const rows = this.table[own] ?? [];
    let row = regimeAt(rows, this.mbps);
    while (rows[row - 1]?.next === own) row -= 1;
    return rows[row]?.next === own ? (rows[row]?.fromMbps ?? 0) : 0;
  }

  /** Those of the regimes beside the one in force first. */
  standIns(): readonly string[] {
    const { regime } = this.controller;
    return this.watched.borders
      .map(({ cut }, index) => ({ cut, distance: Math.abs(index - regime) }))
      .sort((a, b) => a.distance - b.distance)
      .map(({ cut }) => cut);
  }

  standInsWhereLost(): readonly string[] {
    return this.watched.borders.map(({ cut }) => cut);
  }

  regimes(): readonly CourseRange[] {
    return this.watched.borders;
  }
}

const noBandwidths: readonly number[] = [];

/** By the figures of plans over the bandwidths of several links. */
class SeveralLinks implements Course {
  private readonly links: readonly number[];
  private bandwidthsMbps: readonly number[];
  private controller: ControllerState;
  private along = { of: noBandwidths, regimes: new Map<number, readonly PlanRange[]>() };

  constructor(
    private readonly policy: ContractPolicy,
    private readonly plans: NonNullable<ContractPolicy['plans']>,
  ) {
    this.links = policy.links.map(({ link }) => link);
    this.bandwidthsMbps = policy.links.map(({ startMbps }) => startMbps);
    this.controller = this.next(startingController, 0, true);
  }

  get wanted(): string {
    return this.cutOf(this.controller.regime);
  }

  measured(link: number, bandwidthMbps: number, nowMs: number, isSure: boolean): void {
    const at = this.links.indexOf(link);
    if (at < 0) return;
    this.bandwidthsMbps = this.bandwidthsMbps.with(at, bandwidthMbps);
    this.controller = this.next(this.controller, nowMs, isSure);
  }

  bandwidthMbps(link: number): number {
    return this.bandwidthsMbps[this.links.indexOf(link)] ?? 0;
  }

  leftBelowMbps(cut: string, link: number): number {
    const mbps = this.bandwidthMbps(link);
    if (mbps === 0) return 0;
    const own = this.regimesAlong(link).filter(({ plan }) => this.cutOf(plan) === cut);
    const here = own.find(({ fromMbps, toMbps }) => fromMbps <= mbps && mbps < (toMbps ?? Number.POSITIVE_INFINITY));
    const range = here ?? own[0];
    // Hysteresis alone holds it where it is best nowhere along this link.
    return leftBelowMbps(range ?? { fromMbps: mbps }, this.policy.hysteresis);
  }

  /** The better ones first. */
  standIns(): readonly string[] {
    return rankedAt(this.plans, this.bandwidthsMbps).map((plan) => this.cutOf(plan));
  }

  standInsWhereLost(): readonly string[] {
    return this.standIns();
  }

  /** While the other links stay as they are; the cut in force stands for the one that hysteresis does not take yet. */
  regimes(): readonly CourseRange[] {
    const [link = 0] = this.links;
    const regimes = this.regimesAlong(link);
    const here = regimeAt(regimes, this.bandwidthMbps(link));
    const { regime: inForce } = this.controller;
    const isShown = regimes.some(({ plan }) => plan === inForce);
    return regimes.map(({ fromMbps, plan }, index) => ({
      fromMbps,
      cut: this.cutOf(index === here && !isShown ? inForce : plan),
    }));
  }

  private next(state: ControllerState, nowMs: number, isSure: boolean): ControllerState {
    const { plans, bandwidthsMbps, policy } = this;
    return followPlans(plans, state, { bandwidthsMbps, nowMs }, rulesFor(policy, isSure));
  }

  private cutOf(plan: number): string {
    return this.plans[plan]?.cut ?? '';
  }

  /** Requests ask for it over and over while nothing changes. */
  private regimesAlong(link: number): readonly PlanRange[] {
    const { plans, bandwidthsMbps } = this;
    if (this.along.of !== bandwidthsMbps) this.along = { of: bandwidthsMbps, regimes: new Map() };
    const { regimes } = this.along;
    const known = regimes.get(link) ?? regimesAlong(plans, bandwidthsMbps, this.links.indexOf(link));
    regimes.set(link, known);
    return known;
  }
}
