import { type KernelBond, kernelBonds } from '../../split/kernelBonds';
import type { SplitGraph } from '../../split/splitGraph';
import type { Tier } from '../infrastructure/infrastructure';
import { fusesNodes, launchSeconds } from './costModel';

/** What broken bonds take on a tier, in seconds, in the order of `kernelBonds`. */
export interface SeparationTimes {
  /** Where the tier runs what is below the cut: it writes what the kernel would have kept. */
  readonly below: Float64Array;
  /** Where it runs what is above the cut: it reads that, and launches a part of the kernel for itself. */
  readonly above: Float64Array;
}

/**
 * The price of cuts inside of kernels on a tier (`docs/theory.md` section 4): nothing where the tier does not fuse, has no
 * bandwidth of its memory and no fixed time of a kernel, or where the kernel's time is measured.
 * @param measured 1 for nodes whose time is measured.
 * @returns nothing where no cut costs anything.
 */
export function separationTimes(graph: SplitGraph, tier: Tier, measured: Uint8Array): SeparationTimes | undefined {
  if (!fusesNodes(tier)) return undefined;
  const { memoryGBps, speed = 1 } = tier;
  const perByte = memoryGBps === undefined ? 0 : 1 / (memoryGBps * 1e9) / speed;
  const perLaunch = launchSeconds(tier) / speed;
  if (perByte === 0 && perLaunch === 0) return undefined;
  const { mains, bytes, launches } = figuresOf(kernelBonds(graph));
  const below = new Float64Array(mains.length);
  const above = new Float64Array(mains.length);
  let isFree = true;
  for (let bond = 0; bond < mains.length; bond++) {
    if (measured[mains[bond] ?? 0] === 1) continue;
    const movingS = (bytes[bond] ?? 0) * perByte;
    below[bond] = movingS;
    above[bond] = movingS + (launches[bond] ?? 0) * perLaunch;
    isFree &&= above[bond] === 0;
  }
  return isFree ? undefined : { below, above };
}

/** Of each bond, in lists of their own: every tier looks at them all. */
interface BondFigures {
  readonly mains: Int32Array;
  readonly bytes: Float64Array;
  readonly launches: Float64Array;
}

const known = new WeakMap<readonly KernelBond[], BondFigures>();

function figuresOf(bonds: readonly KernelBond[]): BondFigures {
  const figures = known.get(bonds) ?? {
    mains: Int32Array.from(bonds, ({ main }) => main),
    bytes: Float64Array.from(bonds, (bond) => bond.bytes),
    launches: Float64Array.from(bonds, (bond) => bond.launches),
  };
  known.set(bonds, figures);
  return figures;
}
