import type {
  OpFamily,
  Scene,
  SceneEdge,
  SceneGroup,
  SceneNode,
  SceneOverlay,
  ScenePosition,
} from '../../../src/shared/picture/scene';
import { decidesPlan } from '../../../src/shared/protocol/overrides';
import type { PlanOverrides } from '../../../src/shared/protocol/requests';
import type {
  AlternativeReport,
  AnalysisReport,
  CandidateReport,
  PlanReport,
} from '../../../src/shared/reports/reports';
import { figures } from '../../../src/shared/vocabulary/metrics';

/** One operator of the generated network, before it has a place. */
interface Operator {
  readonly id: string;
  readonly op: string;
  readonly family: OpFamily;
  readonly shape: readonly number[];
  readonly macs: number;
  readonly weightBytes: number;
  readonly inputs: readonly string[];
  /** Block that it belongs to; equal kinds are identical copies. */
  readonly block: number;
  readonly column: number;
}

export interface Network {
  readonly operators: readonly Operator[];
  readonly blocks: number;
}

const product = (values: readonly number[]) => values.reduce((all, value) => all * value, 1);
const bytesOf = (shape: readonly number[]) => product(shape) * 4;

/** A residual network: a stem, `blocks` blocks of three convolutions beside a skip, a classifier. */
export function residualNetwork(blocks: number): Network {
  const operators: Operator[] = [];
  const add = (
    op: string,
    family: OpFamily,
    shape: readonly number[],
    inputs: readonly string[],
    block: number,
    { macs = 0, weightBytes = 0, column = 0 } = {},
  ): string => {
    const id = `${op.toLowerCase()}_${operators.length}`;
    operators.push({ id, op, family, shape, macs, weightBytes, inputs, block, column });
    return id;
  };
  let last = add('Conv', 'convolution', [1, 64, 112, 112], ['input'], -1, { macs: 118e6, weightBytes: 37_632 });
  last = add('Relu', 'activation', [1, 64, 112, 112], [last], -1);
  last = add('MaxPool', 'pooling', [1, 64, 56, 56], [last], -1);
  for (let block = 0; block < blocks; block++) {
    const stage = Math.min(3, Math.floor((block * 4) / blocks));
    const side = 56 >> stage;
    const channels = 256 << stage;
    const narrow = [1, channels / 4, side, side];
    const wide = [1, channels, side, side];
    const weights = { macs: 64e6, weightBytes: (channels * channels) / 4 };
    const start = last;
    last = add('Conv', 'convolution', narrow, [start], block, weights);
    last = add('Relu', 'activation', narrow, [last], block);
    last = add('Conv', 'convolution', narrow, [last], block, { macs: 115e6, weightBytes: channels * channels });
    last = add('Relu', 'activation', narrow, [last], block);
    last = add('Conv', 'convolution', wide, [last], block, weights);
    const side2 = add('Conv', 'convolution', wide, [start], block, { ...weights, column: 1 });
    last = add('Add', 'elementwise', wide, [last, side2], block);
    last = add('Relu', 'activation', wide, [last], block);
  }
  last = add('GlobalAveragePool', 'reduction', [1, 2048, 1, 1], [last], -1);
  last = add('Flatten', 'shape', [1, 2048], [last], -1);
  add('Gemm', 'matrix', [1, 1000], [last], -1, { macs: 2.05e6, weightBytes: 8_196_000 });
  return { operators, blocks };
}

const nodeWidth = 168;
const nodeHeight = 40;
const rowPitch = 68;
const columnPitch = 200;
const left = 60;

/** Lays the network out in rows; blocks named in `folded` become one card. */
export function sceneOf({ operators, blocks }: Network, folded: readonly string[]): Scene {
  const nodes: SceneNode[] = [];
  const groups: SceneGroup[] = [];
  const indexOf = new Map<string, number>();
  const cutLines: { position: number; y: number }[] = [];
  let y = 20;
  const place = (node: Omit<SceneNode, 'x' | 'y' | 'width' | 'height'>, column: number, row: number) => {
    nodes.push({ ...node, x: left + column * columnPitch, y: row, width: nodeWidth, height: nodeHeight });
    return nodes.length - 1;
  };
  const end = {
    macs: null,
    outputBytes: 2_408_448,
    weightBytes: 0,
    orderIndices: [],
    subtitle: '1x3x448x448 float32',
  } as const;
  const inputNode = { ...end, id: 'input', kind: 'input', title: 'input', label: 'input', family: 'input' } as const;
  indexOf.set('input', place(inputNode, 0, y));
  cutLines.push({ position: 0, y: y + nodeHeight + 14 });
  y += rowPitch;
  const idOfBlock = (block: number) => `fold:block${block}`;
  for (let order = 0; order < operators.length; ) {
    const operator = operators[order];
    if (operator === undefined) break;
    const members = operators.filter(({ block }) => block >= 0 && block === operator.block);
    const last = members.at(-1);
    if (last !== undefined && folded.includes(idOfBlock(operator.block))) {
      const from = order;
      const index = place(
        {
          id: idOfBlock(operator.block),
          kind: 'fold',
          title: 'Residual block',
          subtitle: `${last.shape.join('x')} float32`,
          family: 'fold',
          label: `layer${operator.block}`,
          orderIndices: members.map((_, at) => from + at),
          repeats: 36,
          macs: members.reduce((sum, { macs }) => sum + macs, 0),
          outputBytes: bytesOf(last.shape),
          weightBytes: members.reduce((sum, { weightBytes }) => sum + weightBytes, 0),
        },
        0,
        y,
      );
      for (const member of members) indexOf.set(member.id, index);
      order += members.length;
      y += rowPitch;
      cutLines.push({ position: order, y: y - (rowPitch - nodeHeight) / 2 });
      continue;
    }
    const top = y;
    const group = operator.block >= 0 ? members : [operator];
    if (operator.block >= 0) y += 20;
    let sideY = y;
    for (const [at, member] of group.entries()) {
      const row = member.column === 1 ? sideY : y;
      const node = {
        id: member.id,
        kind: 'node',
        title: member.op,
        subtitle: `${member.shape.join('x')} float32`,
        family: member.family,
        label: `layer${Math.max(0, member.block)}.${member.id}`,
        orderIndices: [order + at],
        macs: member.macs,
        outputBytes: bytesOf(member.shape),
        weightBytes: member.weightBytes,
      } as const;
      indexOf.set(member.id, place(node, member.column, row));
      if (member.column === 0) y += rowPitch;
      else sideY += rowPitch;
    }
    order += group.length;
    if (operator.block >= 0) {
      groups.push({
        id: idOfBlock(operator.block),
        label: `layer${operator.block}`,
        folded: false,
        x: left - 14,
        y: top - 18,
        width: columnPitch + nodeWidth + 28,
        height: y - top - rowPitch + nodeHeight + 30,
        repeats: 36,
      });
      y += 8;
    }
    cutLines.push({ position: order, y: y - (rowPitch - nodeHeight) / 2 + (operator.block >= 0 ? 4 : 0) });
  }
  const output = { ...end, subtitle: '1x1000 float32', outputBytes: 4000 };
  const outputIndex = place(
    { ...output, id: 'output', kind: 'output', title: 'output', label: 'output', family: 'output' },
    0,
    y,
  );
  const edges = edgesOf(operators, indexOf, nodes, outputIndex);
  const shown = groups.map(({ id }) => id);
  const blockIds = Array.from({ length: blocks }, (_, block) => idOfBlock(block));
  return {
    width: left * 2 + columnPitch + nodeWidth,
    height: y + nodeHeight + 20,
    nodes,
    edges,
    groups,
    folded: blockIds.filter((id) => !shown.includes(id)),
    cutLines,
    positions: positionsOf(operators),
  };
}

/** What crosses after each number of operators: all that is made before it and read after it. */
function positionsOf(operators: readonly Operator[]): ScenePosition[] {
  const lastReader = new Map(operators.flatMap(({ inputs }, place) => inputs.map((input) => [input, place])));
  const steps = new Float64Array(operators.length + 2);
  const live = (id: string, made: number, bytes: number) => {
    const last = lastReader.get(id);
    if (last === undefined) return;
    steps[made] = (steps[made] ?? 0) + bytes;
    steps[last + 1] = (steps[last + 1] ?? 0) - bytes;
  };
  live('input', 0, 2_408_448);
  operators.forEach(({ id, shape }, place) => {
    live(id, place + 1, bytesOf(shape));
  });
  let bytes = 0;
  let macsBefore = 0;
  return Array.from({ length: operators.length + 1 }, (_, position) => {
    bytes += steps[position] ?? 0;
    const point = { position, bytes, macsBefore };
    macsBefore += operators[position]?.macs ?? 0;
    return point;
  });
}

function edgesOf(
  operators: readonly Operator[],
  indexOf: ReadonlyMap<string, number>,
  nodes: readonly SceneNode[],
  output: number,
): SceneEdge[] {
  const edges: SceneEdge[] = [];
  const seen = new Set<string>();
  const connect = (tensor: string, from: number, to: number, shape: readonly number[]) => {
    const [source, target] = [nodes[from], nodes[to]];
    if (source === undefined || target === undefined || from === to || seen.has(`${from} ${to}`)) return;
    seen.add(`${from} ${to}`);
    const [x0, y0] = [source.x + source.width / 2, source.y + source.height];
    const [x1, y1] = [target.x + target.width / 2, target.y];
    const bend = x0 < x1 ? y0 + 10 : y1 - 12;
    const points = x0 === x1 ? [x0, y0, x1, y1] : [x0, y0, x0, bend, x1, bend, x1, y1];
    const shapeText = shape.join('x');
    edges.push({ id: `${from}-${to}`, from, to, points, tensor, tensorCount: 1, bytes: bytesOf(shape), shapeText });
  };
  const shapes = new Map(operators.map(({ id, shape }) => [id, shape]));
  for (const operator of operators) {
    const to = indexOf.get(operator.id);
    for (const input of operator.inputs) {
      const from = indexOf.get(input);
      if (from !== undefined && to !== undefined) connect(input, from, to, shapes.get(input) ?? [1, 3, 448, 448]);
    }
  }
  const last = operators.at(-1);
  const from = last === undefined ? undefined : indexOf.get(last.id);
  if (last !== undefined && from !== undefined) connect(last.id, from, output, last.shape);
  return edges;
}

/** Positions at which one tensor crosses: between blocks and along the stem and the classifier. */
function candidatesOf({ operators }: Network): CandidateReport[] {
  const totalMacs = operators.reduce((sum, { macs }) => sum + macs, 0);
  const totalWeights = operators.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
  const candidates: CandidateReport[] = [];
  let least = Infinity;
  let macsBefore = 0;
  let weightBytesBefore = 0;
  const offer = (position: number, after: Operator | null) => {
    const shape = after?.shape ?? [1, 3, 448, 448];
    const bytes = bytesOf(shape);
    if (bytes >= least) return;
    least = bytes;
    candidates.push({
      position,
      after: after === null ? null : `layer${Math.max(0, after.block)}.${after.id}`,
      afterNodeId: after?.id ?? null,
      tensors: [{ name: after?.id ?? 'input', dtype: 'float32', shape, bytes }],
      bytes,
      macsBefore,
      macsAfter: totalMacs - macsBefore,
      weightBytesBefore,
      weightBytesAfter: totalWeights - weightBytesBefore,
      peakActivationBytesBefore: bytes * 2,
      peakActivationBytesAfter: bytes,
      singleTensor: true,
      rulesOut: `Cuts up to position ${position} carry at least ${bytes} bytes.`,
    });
  };
  offer(0, null);
  operators.forEach((operator, index) => {
    macsBefore += operator.macs;
    weightBytesBefore += operator.weightBytes;
    const next = operators[index + 1];
    if (next === undefined || operator.block < 0 || next.block !== operator.block) offer(index + 1, operator);
  });
  return candidates;
}

const gflopsPerTier = [10, 60, 15_000];
const pricePerHour = [0.006, 0.526, 1.006];
const links = [
  { bandwidthMbps: 20, latencyMs: 5, pricePerGB: 0.05 },
  { bandwidthMbps: 1000, latencyMs: 2, pricePerGB: 0.01 },
];
const tierNames = ['device', 'edge', 'cloud'];

export interface Planned {
  readonly analysis: AnalysisReport;
  readonly plan: PlanReport;
  readonly overlay: SceneOverlay;
}

const timeMs = ({ macs }: Operator, tier: number) => (2 * macs) / ((gflopsPerTier[tier] ?? 1) * 1e6) + 0.02;

/** A plan by trying every pair of candidates, with the overrides of the view applied; good enough to look at. */
export function planOf(network: Network, overrides: PlanOverrides): Planned {
  const { operators } = network;
  const candidates = candidatesOf(network);
  const mbps = links.map(({ bandwidthMbps }, link) => overrides.bandwidthMbps?.[link] ?? bandwidthMbps);
  const latencies = links.map(({ latencyMs }, link) => overrides.latencyMs?.[link] ?? latencyMs);
  const speeds = tierNames.map((_, tier) => overrides.tierSpeed?.[tier] ?? 1);
  const shapeAt = (position: number) => operators[position - 1]?.shape ?? [1, 3, 448, 448];
  const transfer = (position: number, link: number) =>
    position === operators.length
      ? 0
      : (bytesOf(shapeAt(position)) * 8) / ((mbps[link] ?? 1) * 1000) + (latencies[link] ?? 0);
  const compute = (from: number, to: number, tier: number) =>
    operators.slice(from, to).reduce((sum, operator) => sum + timeMs(operator, tier) / (speeds[tier] ?? 1), 0);
  const evaluate = (first: number, second: number) => {
    const computeMs = [compute(0, first, 0), compute(first, second, 1), compute(second, operators.length, 2)];
    const transferMs = [transfer(first, 0), transfer(second, 1)];
    const latencyMs = [...computeMs, ...transferMs].reduce((sum, value) => sum + value, 0);
    const price = computeMs.reduce((sum, ms, tier) => sum + (ms * (pricePerHour[tier] ?? 0)) / 3.6e6, 0);
    const tierCosts = computeMs.map((ms, tier) => (ms * (pricePerHour[tier] ?? 0)) / 3.6e6);
    return { first, second, computeMs, transferMs, latencyMs, tierCosts, cost: price + 0.00002 };
  };
  const partsOf = ({ computeMs, transferMs, tierCosts }: ReturnType<typeof evaluate>) => ({
    computeMs,
    transferMs,
    tierCosts,
    linkCosts: [0.00002, 0],
  });
  const positions = [...candidates.map(({ position }) => position), operators.length];
  const fixed = overrides.cuts ?? [];
  const all = operators.length;
  const single = overrides.strategy?.replace(/^single:/, '') ?? '';
  const wholes: Readonly<Record<string, readonly [number, number]>> = {
    device: [all, all],
    edge: [0, all],
    cloud: [0, 0],
  };
  const firsts = typeof fixed[0] === 'number' ? [fixed[0]] : positions;
  const seconds = typeof fixed[1] === 'number' ? [fixed[1]] : positions;
  const plans = firsts.flatMap((first) =>
    seconds.filter((second) => second >= first).map((second) => evaluate(first, second)),
  );
  const start = evaluate(...(wholes[single] ?? [plans[0]?.first ?? 0, plans[0]?.second ?? 0]));
  const value = overrides.objective === 'cost' ? 'cost' : 'latencyMs';
  const choices = single in wholes ? [] : plans;
  const best = choices.reduce((least, plan) => (plan[value] < least[value] ? plan : least), start);
  const strategy = (name: string, plan: ReturnType<typeof evaluate>) => ({
    ...figures(() => 0),
    strategy: name,
    latencyMs: plan.latencyMs,
    costPerRequest: plan.cost,
    throughputPerSecond: 1000 / Math.max(...plan.computeMs, ...plan.transferMs),
    energyJ: 1.2,
    evaluatedPlans: plans.length,
    relative: plan[value] / best[value],
    parts: partsOf(plan),
  });
  const alternative = (plan: ReturnType<typeof evaluate>): AlternativeReport => ({
    ...strategy('dnnsplit', plan),
    nodesPerTier: [plan.first, plan.second - plan.first, operators.length - plan.second],
    cuts: [plan.first, plan.second],
    after: candidates.find(({ position }) => position === plan.first)?.after ?? null,
  });
  const every = (firstCuts: readonly number[]) =>
    firstCuts
      .flatMap((first) => positions.filter((second) => second >= first).map((second) => evaluate(first, second)))
      .sort((a, b) => a[value] - b[value]);
  const [recommended] = every(positions);
  const [runnerUp] = every(candidates.map(({ position }) => position).filter((position) => position !== best.first));
  const tierOfNode: readonly number[] = operators.map((_, index) =>
    index < best.first ? 0 : index < best.second ? 1 : 2,
  );
  const lastOn = (tier: number) => {
    const last = operators[tierOfNode.lastIndexOf(tier)];
    return last === undefined ? {} : { lastNode: `layer${Math.max(0, last.block)}.${last.id}` };
  };
  const cuts = [best.first, best.second];
  const boundaries = cuts.flatMap((position, link) => {
    if (position === operators.length) return [];
    const shape = shapeAt(position);
    const bytes = bytesOf(shape);
    const transferMs = best.transferMs[link] ?? 0;
    const text = `${shape.slice(1).join('x')} float32 · ${Math.round(bytes / 1000)} kB · ${transferMs.toPrecision(3)} ms · $0.00002`;
    return [{ link, tensor: operators[position - 1]?.id ?? 'input', text, bytes, transferMs, cost: 0.00002 }];
  });
  const timed = (latencyMs: number, bytes: number) => ({ latencyMs, fixedMs: latencyMs, bytes });
  const regimes = [
    { link: 0, fromMbps: 0, toMbps: 1.2, ...timed(780, 0), summary: 'device only', nodesPerTier: [all, 0, 0] },
    {
      link: 0,
      fromMbps: 1.2,
      toMbps: 34,
      ...timed(160, 90_000),
      summary: 'split',
      nodesPerTier: [Math.round(all * 0.6), 0, Math.round(all * 0.4)],
    },
    {
      link: 0,
      fromMbps: 34,
      toMbps: 410,
      ...timed(120, 400_000),
      summary: 'split early',
      nodesPerTier: [2, 0, all - 2],
    },
    { link: 0, fromMbps: 410, toMbps: null, ...timed(38, 1_200_000), summary: 'cloud only', nodesPerTier: [0, 0, all] },
  ];
  const plan: PlanReport = {
    ...strategy(overrides.strategy ?? 'dnnsplit', best),
    objective: overrides.objective ?? 'latency',
    tiers: tierNames.map((id, tier) => ({
      id,
      ...(speeds[tier] !== 1 && { speed: speeds[tier] ?? 1 }),
      nodes: tierOfNode.filter((of) => of === tier).length,
      macs: operators.reduce((sum, { macs }, index) => sum + (tierOfNode[index] === tier ? macs : 0), 0),
      computeMs: best.computeMs[tier] ?? 0,
      weightBytes: operators.reduce(
        (sum, { weightBytes }, index) => sum + (tierOfNode[index] === tier ? weightBytes : 0),
        0,
      ),
      peakActivationBytes: 3_211_264,
      costPerRequest: ((best.computeMs[tier] ?? 0) * (pricePerHour[tier] ?? 0)) / 3.6e6,
      energyJ: 0.4,
      measuredNodes: 0,
      ...lastOn(tier),
    })),
    links: links.map((_, link) => ({
      from: tierNames[link] ?? '',
      to: tierNames[link + 1] ?? '',
      bandwidthMbps: mbps[link] ?? 1,
      latencyMs: latencies[link] ?? 0,
      tensors: [],
      bytes: boundaries.find((boundary) => boundary.link === link)?.bytes ?? 0,
      transferMs: best.transferMs[link] ?? 0,
      costPerRequest: 0.00002,
    })),
    objectiveValue: best[value],
    exact: { latencyMs: best.latencyMs, objectiveValue: best[value], gapPercent: 0, proven: true },
    baselines: [
      strategy('single:device', evaluate(all, all)),
      strategy('single:edge', evaluate(0, all)),
      strategy('single:cloud', evaluate(0, 0)),
    ],
    strategies: [
      strategy('neurosurgeon', evaluate(0, 0)),
      { ...strategy('exhaustive', best), unavailable: 'More than 100,000 plans.' },
    ],
    regimes,
    linkRegimes: [
      regimes,
      [{ link: 1, fromMbps: 0, toMbps: null, ...timed(160, 0), summary: 'split', nodesPerTier: [all, 0, 0] }],
    ],
    audit: {
      metric: 'latency',
      holds: true,
      exceptionCount: 0,
      exceptions: [],
      consequence: 'The candidates are enough.',
    },
    verdict: `Split after \`${candidates.find(({ position }) => position === best.first)?.after ?? best.first}\`: ${Math.round(best.latencyMs)} ms, ${(evaluate(all, all).latencyMs / best.latencyMs).toPrecision(3)} times faster than everything on \`device\`.`,
    ...(runnerUp && { runnerUp: alternative(runnerUp) }),
    ...(decidesPlan(overrides) && recommended && { withoutTried: alternative(recommended) }),
    advice: `Run ${best.first} nodes on the device and ${all - best.second} in the cloud; every other split is slower.`,
    candidates: candidates.map(({ position }) => {
      const alone = evaluate(position, position);
      return {
        position,
        latencyMs: alone.latencyMs,
        costPerRequest: alone.cost,
        throughputPerSecond: 1000 / alone.latencyMs,
        link: 0,
        chosen: cuts.includes(position),
      };
    }),
  };
  const overlay: SceneOverlay = {
    tierNames,
    tierOfNode,
    timeMsOfNode: operators.map((operator, index) => timeMs(operator, tierOfNode[index] ?? 0)),
    measured: operators.map((_, index) => index % 7 === 0),
    boundaries,
  };
  return { analysis: analysisOf(network, candidates), plan, overlay };
}

function analysisOf({ operators }: Network, candidates: readonly CandidateReport[]): AnalysisReport {
  const macs = operators.reduce((sum, operator) => sum + operator.macs, 0);
  return {
    model: {
      path: 'residual.onnx',
      fileBytes: 240_000_000,
      irVersion: 8,
      opsets: { '': 17 },
      producer: 'harness',
      nodes: operators.length,
      inputs: [],
      outputs: [],
      parameters: 60_000_000,
      weightBytes: 240_000_000,
      macs,
      elementwiseOps: 0,
      peakActivationBytes: 3_211_264,
    },
    graph: {
      nodes: operators.length,
      dataTensors: operators.length,
      unknownTensors: 0,
      singleTensorCuts: candidates.length,
    },
    candidates,
    openDimensions: [],
    diagnostics: [],
  };
}
