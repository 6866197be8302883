import type { Assignment } from '../plan/plan';
import { launchSeconds } from './costModel';
import type { CostTables, TierTable } from './costTables';

/** What cuts inside of kernels cost. */
export interface SeparatedKernels {
  /** Nodes of kernels of which another part runs on a higher tier: the last of each kernel on its tier. */
  readonly lastBelow: readonly number[];
  /** Per tier the seconds that the parts take there beyond what the whole kernel does: in no figure of a plan. */
  readonly extraSeconds: readonly number[];
}

/**
 * The kernels that a plan separates, on tiers whose times count them as one: the part below writes a tensor that the whole
 * would have kept, the part above reads it and is a kernel of its own. Nothing for tiers without a bandwidth of their memory
 * or where the kernel's time is measured.
 */
export function separatedKernels({ graph, tiers }: CostTables, assignment: Assignment): SeparatedKernels {
  const tierOf = (node: number) => assignment[node] ?? 0;
  const extraSeconds = tiers.map(() => 0);
  const lastBelow = new Set<number>();
  const started = new Set<string>();
  const mainOf = tiers.find(({ fusedInto }) => fusedInto !== undefined)?.fusedInto;
  if (mainOf === undefined) return { lastBelow: [], extraSeconds };
  const add = (tier: number, seconds: number) => {
    extraSeconds[tier] = (extraSeconds[tier] ?? 0) + seconds;
  };
  for (const { producer, consumers, bytes = 0 } of graph.tensors) {
    const main = mainOf[producer];
    if (main === undefined) continue;
    const from = tierOf(producer);
    const above = new Set(consumers.filter((reader) => mainOf[reader] === main && tierOf(reader) > from).map(tierOf));
    if (above.size === 0) continue;
    lastBelow.add(producer);
    if (countsAsOne(tiers[from], main)) add(from, movingSeconds(bytes, tiers[from]));
    for (const tier of above) {
      if (!countsAsOne(tiers[tier], main)) continue;
      const key = `${main} ${tier}`;
      const isFirst = started.size !== started.add(key).size;
      add(tier, movingSeconds(bytes, tiers[tier]) + (isFirst ? launchingSeconds(tiers[tier]) : 0));
    }
  }
  return { lastBelow: [...lastBelow], extraSeconds };
}

function countsAsOne(table: TierTable | undefined, main: number): boolean {
  return table?.fusedInto !== undefined && table.measured[main] !== 1;
}

function movingSeconds(bytes: number, table: TierTable | undefined): number {
  const { memoryGBps, speed = 1 } = table?.tier ?? {};
  return memoryGBps === undefined ? 0 : bytes / (memoryGBps * 1e9) / speed;
}

function launchingSeconds(table: TierTable | undefined): number {
  return table === undefined ? 0 : launchSeconds(table.tier) / (table.tier.speed ?? 1);
}
