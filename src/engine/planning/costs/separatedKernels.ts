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
  const { makers, readerStart, readers } = endsOf(bonds);
  for (let bond = 0; bond < makers.length; bond++) {
    const maker = makers[bond] ?? 0;
    const from = assignment[maker] ?? 0;
    let to = from;
    const end = readerStart[bond + 1] ?? 0;
    for (let at = readerStart[bond] ?? 0; at < end; at++) to = Math.max(to, assignment[readers[at] ?? 0] ?? 0);
    if (to === from) continue;
    lastBelow.add(maker);
    for (let link = from; link < to; link++) {
      add(link, tiers[link]?.separation?.below[bond]);
      add(link + 1, tiers[link + 1]?.separation?.above[bond]);
    }
  }
  return { lastBelow: [...lastBelow], extraSeconds };
}

/** Makers and readers of bonds, the latter of bond b at `readerStart[b] .. readerStart[b + 1]`: every plan looks at them all. */
interface BondEnds {
  readonly makers: Int32Array;
  readonly readerStart: Int32Array;
  readonly readers: Int32Array;
}

const ends = new WeakMap<CostTables['bonds'], BondEnds>();

function endsOf(bonds: CostTables['bonds']): BondEnds {
  const known = ends.get(bonds);
  if (known !== undefined) return known;
  const readerStart = new Int32Array(bonds.length + 1);
  for (const [bond, { readers }] of bonds.entries()) readerStart[bond + 1] = (readerStart[bond] ?? 0) + readers.length;
  const found = {
    makers: Int32Array.from(bonds, ({ maker }) => maker),
    readerStart,
    readers: Int32Array.from(bonds.flatMap(({ readers }) => readers)),
  };
  ends.set(bonds, found);
  return found;
}
