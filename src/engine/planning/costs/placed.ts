import { RecentResults } from '../../../shared/recentResults';
import { loadsOfSides, type SideLoad } from '../../split/peakActivations';
import type { SplitGraph, StateTensor } from '../../split/splitGraph';
import { crossesAt, residentState } from '../../split/stateTensors';
import type { Assignment, LinkLoad, StateLoad, TierLoad } from '../plan/plan';
import { answerBytesOf } from './answers';
import type { CostTables } from './costTables';
import { separatedKernels } from './separatedKernels';

/** What a plan puts where. */
export interface Placed {
  readonly tiers: readonly PlacedTier[];
  readonly links: readonly PlacedLink[];
}

interface PlacedTier extends Pick<TierLoad, 'nodes' | 'busyS' | 'measuredNodes'> {
  readonly side: SideLoad;
  readonly stateBytes: number;
}

interface PlacedLink extends Pick<LinkLoad, 'tensors' | 'bytes' | 'answers' | 'answerBytes'> {
  readonly state: StateLoad | undefined;
  /** True where anything runs above it. */
  readonly isReached: boolean;
}

/** The last plans of a graph, most of which come back while a bandwidth or a price is tried out. */
const recent = new RecentResults<SplitGraph, Placed>(12);

/** What a plan puts on each tier and sends over each link, which depends on no bandwidth, latency, power or price. */
export function placedBy(costs: CostTables, assignment: Assignment): Placed {
  const { graph, tiers, wires, answers } = costs;
  const tables = [...tiers.map(({ seconds }) => seconds), ...wires, answers];
  return recent.get(graph, [...tables, assignment.slice()], () => ({
    tiers: tiersOf(costs, assignment),
    links: linksOf(costs, assignment),
  }));
}

function linksOf(costs: CostTables, assignment: Assignment): PlacedLink[] {
  const crossing = crossingTensors(costs, assignment);
  const highest = highestTier(assignment);
  return costs.wires.map(({ tensorBytes }, l) => {
    const tensors = crossing[l] ?? [];
    const state = stateLoad(costs.answers.carried, assignment, l);
    const bytes = tensors.reduce((sum, tensor) => sum + (tensorBytes[tensor] ?? 0), state?.upBytes ?? 0);
    const isReached = highest > l;
    return { tensors, bytes, state, isReached, ...answersOf(costs, assignment, l, isReached, state?.downBytes ?? 0) };
  });
}

/** What comes back over a link; nothing where nothing runs above it. @param stateBytes of state that comes down */
function answersOf(costs: CostTables, assignment: Assignment, l: number, isReached: boolean, stateBytes: number) {
  const { graph, answers, topology } = costs;
  const made = (output: number) => assignment[topology.producer[output] ?? 0] ?? 0;
  const own = isReached ? answers.outputs.filter((output) => made(output) > l) : [];
  const answerBytes = own.reduce((sum, output) => sum + (answerBytesOf(graph, output) ?? 0), stateBytes);
  return { answers: own, answerBytes };
}

/** State that is made on one side of a link and read on the other one. */
function stateLoad(carried: readonly StateTensor[], assignment: Assignment, l: number): StateLoad | undefined {
  const crossing = (direction: 'up' | 'down') =>
    carried.filter((one) => crossesAt(one, (node) => (assignment[node] ?? 0) <= l) === direction);
  const [up, down] = [crossing('up'), crossing('down')];
  if (up.length + down.length === 0) return undefined;
  const bytesOf = (some: readonly StateTensor[]) => some.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const named = (some: readonly StateTensor[]) => some.map(({ output }) => output);
  return { up: named(up), upBytes: bytesOf(up), down: named(down), downBytes: bytesOf(down) };
}

/** The tensors that cross each link, ascending. */
function crossingTensors({ topology, wires }: CostTables, assignment: Assignment): number[][] {
  const { producer, consumerStart, consumers } = topology;
  const crossing = wires.map((): number[] => []);
  for (let tensor = 0; tensor < producer.length; tensor++) {
    const maker = producer[tensor] ?? -1;
    const from = maker < 0 ? 0 : (assignment[maker] ?? 0);
    let until = from;
    for (let at = consumerStart[tensor] ?? 0; at < (consumerStart[tensor + 1] ?? 0); at++) {
      until = Math.max(until, assignment[consumers[at] ?? 0] ?? 0);
    }
    for (let link = from; link < until; link++) crossing[link]?.push(tensor);
  }
  return crossing;
}

function highestTier(assignment: Assignment): number {
  let highest = 0;
  for (let node = 0; node < assignment.length; node++) highest = Math.max(highest, assignment[node] ?? 0);
  return highest;
}

const noLoad: SideLoad = { macs: 0, weightBytes: 0, peakActivationBytes: 0 };

function tiersOf(costs: CostTables, assignment: Assignment): PlacedTier[] {
  const kept = costs.graph.state && residentState(costs.graph);
  const sides = loadsOfSides(costs.graph, assignment, costs.tiers.length);
  const { extraSeconds } = separatedKernels(costs, assignment);
  return costs.tiers.map(({ seconds, measured }, k) => {
    const sums = sumsOn(k, assignment, seconds, measured, kept);
    return { ...sums, side: sides[k] ?? noLoad, busyS: sums.busyS + (extraSeconds[k] ?? 0) };
  });
}

function sumsOn(
  tier: number,
  assignment: Assignment,
  seconds: Float64Array,
  measured: Uint8Array,
  stateBytesOf: ArrayLike<number> | undefined,
): Omit<PlacedTier, 'side'> {
  let [nodes, busyS, measuredNodes, stateBytes] = [0, 0, 0, 0];
  for (let node = 0; node < assignment.length; node++) {
    if (assignment[node] !== tier) continue;
    nodes++;
    busyS += seconds[node] ?? 0;
    measuredNodes += measured[node] ?? 0;
    if (stateBytesOf !== undefined) stateBytes += stateBytesOf[node] ?? 0;
  }
  return { nodes, busyS, measuredNodes, stateBytes };
}
