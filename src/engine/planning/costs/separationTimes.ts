import { kernelBonds } from '../../split/kernelBonds';
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
  const bonds = kernelBonds(graph);
  const priced = (secondsOf: (bytes: number, launches: number) => number) =>
    Float64Array.from(bonds, ({ main, bytes, launches }) => (measured[main] === 1 ? 0 : secondsOf(bytes, launches)));
  const above = priced((bytes, launches) => bytes * perByte + launches * perLaunch);
  if (!above.some((seconds) => seconds > 0)) return undefined;
  return { below: priced((bytes) => bytes * perByte), above };
}
