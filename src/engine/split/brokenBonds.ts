import type { KernelBond } from './kernelBonds';
import type { Cut } from './splitGraph';

const known = new WeakMap<readonly KernelBond[], BrokenBonds>();

/** Which bonds cuts break, by their places among the bonds of a graph; made once for these. */
export function brokenBonds(bonds: readonly KernelBond[]): BrokenBonds {
  const broken = known.get(bonds) ?? new BrokenBonds(bonds);
  known.set(bonds, broken);
  return broken;
}

const none: readonly number[] = [];

class BrokenBonds {
  /** Per position of the order, and per node that makes any; nothing where there are none. */
  private readonly atPosition: (number[] | undefined)[] = [];
  private readonly madeBy: (number[] | undefined)[] = [];

  constructor(private readonly bonds: readonly KernelBond[]) {
    for (const [bond, { maker, readers }] of bonds.entries()) {
      addTo(this.madeBy, maker, bond);
      const last = readers.at(-1) ?? maker;
      for (let position = maker + 1; position <= last; position++) addTo(this.atPosition, position, bond);
    }
  }

  /** Those that a cut breaks. */
  by({ position, downset }: Pick<Cut, 'position' | 'downset'>): readonly number[] {
    return downset === undefined ? (this.atPosition[position] ?? none) : this.above(downset);
  }

  /** Those that a cut above ascending nodes breaks: all before the first that is missing, and some after it. */
  private above(downset: readonly number[]): readonly number[] {
    const missing = firstMissing(downset);
    const beyond = new Set(downset.slice(missing));
    const isBelow = (node: number) => node < missing || beyond.has(node);
    const perhaps = [this.atPosition[missing] ?? none, ...[...beyond].map((node) => this.madeBy[node] ?? none)].flat();
    return perhaps.filter((bond) => this.bonds[bond]?.readers.every(isBelow) === false);
  }
}

function addTo(lists: (number[] | undefined)[], at: number, bond: number): void {
  const list = lists[at];
  if (list === undefined) lists[at] = [bond];
  else list.push(bond);
}

/** How many of ascending nodes are the first ones of the order. */
function firstMissing(nodes: readonly number[]): number {
  let [low, high] = [0, nodes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (nodes[middle] === middle) low = middle + 1;
    else high = middle;
  }
  return low;
}
