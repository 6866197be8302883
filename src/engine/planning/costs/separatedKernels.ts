import { brokenBonds } from '../../split/brokenBonds';
import type { Assignment } from '../plan/plan';
import type { CostTables } from './costTables';

/** What cuts inside of kernels cost. */
export interface SeparatedKernels {
  /** Nodes of kernels of which another part runs on a higher tier: the last of each kernel on its tier. */
  readonly lastBelow: readonly number[];
  /** Per tier the seconds that it is busy with because of them, beyond what the whole kernels take. */
  readonly extraSeconds: readonly number[];
}

/**
 * The kernels that a plan separates (`docs/theory.md` section 4): on every link that breaks a bond the tier below it writes
 * what the kernel would have kept, and the tier above it reads that and launches a part for itself. Nothing on tiers that do
 * not fuse, have no bandwidth of their memory and no fixed time of a kernel, or where the kernel's time is measured.
 */
export function separatedKernels({ bonds, tiers }: CostTables, assignment: Assignment): SeparatedKernels {
  const extraSeconds = tiers.map(() => 0);
  const lastBelow = new Set<number>();
  const add = (tier: number, seconds = 0) => {
    extraSeconds[tier] = (extraSeconds[tier] ?? 0) + seconds;
  };
  for (const bond of bondsAtChanges(bonds, assignment)) {
    const { maker = 0, readers = [] } = bonds[bond] ?? {};
    const from = assignment[maker] ?? 0;
    let to = from;
    for (const reader of readers) to = Math.max(to, assignment[reader] ?? 0);
    if (to > from) lastBelow.add(maker);
    for (let link = from; link < to; link++) {
      add(link, tiers[link]?.separation?.below[bond]);
      add(link + 1, tiers[link + 1]?.separation?.above[bond]);
    }
  }
  return { lastBelow: [...lastBelow], extraSeconds };
}

/** Past so many places it is quicker to look at all bonds. */
const mostChanges = 100;

/** The bonds over some place of the order at which the tier changes, ascending; no others can be broken. */
function bondsAtChanges(bonds: CostTables['bonds'], assignment: Assignment): Iterable<number> {
  if (bonds.length === 0) return [];
  const changes: number[] = [];
  for (let node = 1; node < assignment.length; node++)
    if (assignment[node] !== assignment[node - 1]) changes.push(node);
  if (changes.length > mostChanges) return bonds.keys();
  const broken = brokenBonds(bonds);
  const found = new Set(changes.flatMap((position) => broken.by({ position })));
  return [...found].sort((a, b) => a - b);
}
