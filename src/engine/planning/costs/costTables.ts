import { namesOf, recordOf } from '../../../shared/recordOf';
import type { AnswerPlace } from '../../../shared/reports/answers';
import { sessionLimits } from '../../../shared/vocabulary/session';
import { brokenBonds } from '../../split/brokenBonds';
import { fusedGroups } from '../../split/fusedGroups';
import { type KernelBond, kernelBonds } from '../../split/kernelBonds';
import { liveBytes } from '../../split/liveBytes';
import { callsOf, sessionGraph } from '../../split/sessionGraph';
import type { SplitGraph } from '../../split/splitGraph';
import { carriedState, statePerPosition } from '../../split/stateTensors';
import { type TensorTopology, topologyOf } from '../../split/topology';
import type { Constraints, Infrastructure, Link, Tier } from '../infrastructure/infrastructure';
import { type AnswerTable, answerTable } from './answers';
import { type BusySpans, spansOf } from './busySpans';
import { estimatedSeconds, fusesNodes, measuredSeconds, wireBytes } from './costModel';
import { type SeparationTimes, separationTimes } from './separationTimes';

/** Times of every node on one tier. */
export interface TierTable {
  readonly tier: Tier;
  readonly seconds: Float64Array;
  /** Seconds of the first i nodes of the order, i = 0..n. */
  readonly prefixSeconds: Float64Array;
  /** What it is busy with between positions of the order. */
  readonly spans: BusySpans;
  /** 1 for nodes whose time is measured. */
  readonly measured: Uint8Array;
  /** What cuts inside of kernels cost; absent where they cost nothing. */
  readonly separation?: SeparationTimes;
  /** Per node the one whose estimated time includes its own; absent where every node has a time of its own. */
  readonly fusedInto?: Int32Array;
}

/** Bytes under one way to encode tensors; links with the same encoding share one. */
export interface WireTable {
  readonly wireDtype: Link['wireDtype'];
  /** Bytes per tensor; `Infinity` where unknown. */
  readonly tensorBytes: Float64Array;
  /** Bytes that cross at position i of the order, i = 0..n, state that is read above it included; `Infinity` where unknown. */
  readonly positionBytes: Float64Array;
}

/**
 * Everything that planning reads in its inner loops. A table depends only on what it is made from, so a change of one
 * bandwidth or price keeps all of them, and a change of one tier's speed rebuilds that tier's alone.
 */
export interface CostTables {
  readonly graph: SplitGraph;
  /**
   * Its `answer` is `returned` where any output of the graph is, or where state may come down; the latencies of its links
   * are of all calls that the graph stands for.
   */
  readonly infrastructure: Infrastructure;
  readonly topology: TensorTopology;
  /** Per tier. */
  readonly tiers: readonly TierTable[];
  /** Per link. */
  readonly wires: readonly WireTable[];
  /** What cuts inside of kernels break; none where that costs nothing on any tier. */
  readonly bonds: readonly KernelBond[];
  /** What comes back, and where outputs are wanted that are not named. */
  readonly answers: AnswerTable;
  readonly statedAnswer: AnswerPlace;
  /** Links as they are stated, for one call. */
  readonly statedLinks: readonly Link[];
  /** Of a session that has limits on its calls: the tables of those until the first token, and of the call in the middle. */
  readonly phases?: { readonly first: CostTables; readonly token: CostTables };
  /** Nodes whose MACs and traffic are both unknown: their time is only the overhead. */
  readonly unknownTimes: number;
}

/**
 * Builds the tables of a graph on an infrastructure, or takes over from `previous` what still holds.
 * @param previous tables of the same graph under another infrastructure.
 */
export function createCostTables(graph: SplitGraph, stated: Infrastructure, previous?: CostTables): CostTables {
  const base = previous?.graph === graph ? previous : undefined;
  const { answers, infrastructure } = withAnswers(graph, stated, base);
  const tiers = infrastructure.tiers.map((tier) => {
    const known = base?.tiers.find((table) => sameTimes(table.tier, tier));
    return known === undefined ? buildTierTable(graph, tier) : { ...known, tier };
  });
  const sameInputs =
    base !== undefined && sameRecord(base.infrastructure.inputWireBytes, infrastructure.inputWireBytes);
  const wires: WireTable[] = [];
  for (const link of infrastructure.links) {
    const reusable = [...(sameInputs ? base.wires : []), ...wires];
    const known = reusable.find((table) => table.wireDtype === link.wireDtype);
    wires.push(known ?? buildWireTable(graph, link.wireDtype, infrastructure.inputWireBytes));
  }
  const phases = hasSessionLimits(stated.constraints) ? phaseTables(graph, stated) : undefined;
  return {
    graph,
    infrastructure,
    ...(phases && { phases }),
    topology: topologyOf(graph),
    tiers,
    wires,
    bonds: tiers.some(({ separation }) => separation !== undefined) ? kernelBonds(graph) : noBonds,
    answers,
    statedAnswer: stated.answer,
    statedLinks: stated.links,
    unknownTimes: base?.unknownTimes ?? countUnknownTimes(graph),
  };
}

const noBonds: CostTables['bonds'] = [];

/** True where a session has limits on its calls. */
export function hasSessionLimits(constraints: Constraints): boolean {
  return namesOf(sessionLimits).some((limit) => constraints[limit] !== undefined);
}

/** Tables of the calls of a session until the first token, and of the call in the middle of the generation. */
export function phaseTables({ session }: SplitGraph, stated: Infrastructure): CostTables['phases'] {
  if (session === undefined) return undefined;
  const unlimited = { ...stated, constraints: {} };
  const first = sessionGraph(session.middle, { ...session, generation: [] });
  return { first: createCostTables(first, unlimited), token: createCostTables(session.middle, unlimited) };
}

/** The answers, and the infrastructure with `returned` where there are any. */
function withAnswers(graph: SplitGraph, stated: Infrastructure, base: CostTables | undefined) {
  const isSame =
    base !== undefined &&
    base.statedAnswer === stated.answer &&
    sameRecord(base.infrastructure.outputAnswers, stated.outputAnswers);
  const answers = isSame ? base.answers : answerTable(graph, stated);
  const answer: AnswerPlace = answers.comesBack ? 'returned' : 'stays';
  const answered = answer === stated.answer ? stated : { ...stated, answer };
  return { answers, infrastructure: calledOften(answered, callsOf(graph)) };
}

/** Links whose latency is that of so many calls in turn. */
function calledOften(infrastructure: Infrastructure, calls: number): Infrastructure {
  if (calls === 1) return infrastructure;
  const times = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : milliseconds * calls);
  const links = infrastructure.links.map(({ latencyMs, downLatencyMs, hopMs, ...link }) => ({
    ...link,
    latencyMs: latencyMs * calls,
    downLatencyMs: times(downLatencyMs),
    hopMs: times(hopMs),
  }));
  return { ...infrastructure, links };
}

function buildTierTable(graph: SplitGraph, tier: Tier): TierTable {
  const n = graph.nodes.length;
  const seconds = estimatedSeconds(graph, tier);
  const measured = new Uint8Array(n);
  const calls = callsOf(graph);
  const { profile, speed = 1 } = tier;
  for (let index = 0; index < n; index += 1) {
    const node = graph.nodes[index];
    const known = profile === undefined || node === undefined ? undefined : measuredSeconds(node, tier);
    measured[index] = known === undefined ? 0 : 1;
    seconds[index] = (known === undefined ? (seconds[index] ?? 0) : known * calls) / speed;
  }
  const prefixSeconds = new Float64Array(n + 1);
  let sum = 0;
  for (let index = 0; index < n; index += 1) {
    sum += seconds[index] ?? 0;
    prefixSeconds[index + 1] = sum;
  }
  const fusedInto = fusesNodes(tier) ? { fusedInto: fusedGroups(graph).mainOf } : {};
  const separation = separationTimes(graph, tier, measured);
  const broken = separation && brokenBonds(kernelBonds(graph));
  const spans = spansOf(prefixSeconds, separation, (position) => broken?.by({ position }) ?? []);
  return { tier, seconds, prefixSeconds, spans, measured, ...(separation && { separation }), ...fusedInto };
}

function buildWireTable(
  graph: SplitGraph,
  wireDtype: Link['wireDtype'],
  inputWireBytes: Infrastructure['inputWireBytes'],
): WireTable {
  const calls = callsOf(graph);
  const given =
    calls === 1 ? inputWireBytes : recordOf(namesOf(inputWireBytes), (name) => (inputWireBytes[name] ?? 0) * calls);
  const tensorBytes = new Float64Array(graph.tensors.length);
  for (const [index, tensor] of graph.tensors.entries()) tensorBytes[index] = wireBytes(tensor, wireDtype, given);
  const positionBytes = liveBytes(graph, tensorBytes).bytes;
  const carried = carriedState(graph);
  if (carried.length === 0) return { wireDtype, tensorBytes, positionBytes };
  const { up } = statePerPosition(carried, graph.nodes.length);
  return { wireDtype, tensorBytes, positionBytes: positionBytes.map((bytes, position) => bytes + (up[position] ?? 0)) };
}

function countUnknownTimes(graph: SplitGraph): number {
  return graph.nodes.filter((node) => node.macs === undefined && node.trafficBytes === undefined).length;
}

function sameTimes(a: Tier, b: Tier): boolean {
  const figures = ({ gflops, memoryGBps, weightGBps, overheadUs, rates, kernelOverheadUs, fusion, speed }: Tier) =>
    JSON.stringify([gflops, memoryGBps, weightGBps, overheadUs, rates, kernelOverheadUs, fusion, speed]);
  return a.profile === b.profile && figures(a) === figures(b);
}

function sameRecord<Value>(a: Readonly<Record<string, Value>>, b: Readonly<Record<string, Value>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
