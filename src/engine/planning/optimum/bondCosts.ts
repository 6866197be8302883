import type { KernelBond } from '../../split/kernelBonds';
import type { TensorTopology } from '../../split/topology';
import type { AdditiveObjective } from '../costs/costModel';
import type { CostTables } from '../costs/costTables';

/** Tensors, and after them the bonds that no tensor stands for. */
interface BondTopology extends TensorTopology {
  /** 1 for these bonds. */
  readonly follows?: Uint8Array;
}

/** By the bonds of a graph. */
const extended = new WeakMap<readonly KernelBond[], BondTopology>();

/** Who makes and who reads each tensor, and each bond of a kernel that is no tensor by itself. */
export function bondTopology({ topology, bonds }: Pick<CostTables, 'topology' | 'bonds'>): BondTopology {
  const known = extended.get(bonds);
  if (known !== undefined) return known;
  const further = bonds.filter(({ tensor }) => tensor < 0);
  if (further.length === 0) return topology;
  const made = withBonds(topology, further);
  extended.set(bonds, made);
  return made;
}

function withBonds(topology: TensorTopology, further: readonly KernelBond[]): BondTopology {
  const tensors = topology.producer.length;
  const readers = further.flatMap((bond) => bond.readers);
  const consumerStart = new Int32Array(tensors + further.length + 1);
  consumerStart.set(topology.consumerStart);
  for (const [place, bond] of further.entries()) {
    consumerStart[tensors + place + 1] = (consumerStart[tensors + place] ?? 0) + bond.readers.length;
  }
  return {
    producer: joined(
      topology.producer,
      Int32Array.from(further, ({ maker }) => maker),
    ),
    consumerStart,
    consumers: joined(topology.consumers, Int32Array.from(readers)),
    follows: new Uint8Array(tensors + further.length).fill(1, tensors),
  };
}

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const both = new Int32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/**
 * What broken kernels cost on each link, for the tensors of `bondTopology`: cost of tensor t on link k at `t * links + k`.
 * @returns nothing where none costs anything.
 */
export function bondCosts(costs: CostTables, { perSecond }: AdditiveObjective): Float64Array | undefined {
  return perBond(costs, (link) => [perSecond[link] ?? 0, perSecond[link + 1] ?? 0]);
}

/** Seconds that broken kernels take below and above each link, in the order of `bondCosts`; nothing where they take none. */
export function bondSeconds(
  costs: CostTables,
): { readonly below: Float64Array; readonly above: Float64Array } | undefined {
  const below = perBond(costs, () => [1, 0]);
  const above = perBond(costs, () => [0, 1]);
  return below && above && { below, above };
}

/**
 * A figure of each tensor on each link: the seconds that its bond takes on the tier below and on the one above, together.
 * @param weightsOf what a second counts below a link, and above it.
 */
function perBond(costs: CostTables, weightsOf: (link: number) => readonly [number, number]) {
  const { bonds, tiers } = costs;
  const links = tiers.length - 1;
  if (bonds.length === 0 || links === 0) return undefined;
  const figures = new Float64Array(bondTopology(costs).producer.length * links);
  const places = placesOf(costs);
  for (let link = 0; link < links; link += 1) {
    const [below, above] = [tiers[link]?.separation?.below, tiers[link + 1]?.separation?.above];
    const [weightBelow, weightAbove] = weightsOf(link);
    for (let bond = 0; bond < places.length; bond += 1) {
      const figure = (below?.[bond] ?? 0) * weightBelow + (above?.[bond] ?? 0) * weightAbove;
      figures[(places[bond] ?? 0) * links + link] = figure;
    }
  }
  return figures;
}

const placesKnown = new WeakMap<readonly KernelBond[], Int32Array>();

/** Per bond its tensor of `bondTopology`. */
function placesOf({ bonds, topology }: CostTables): Int32Array {
  let next = topology.producer.length;
  const places = placesKnown.get(bonds) ?? Int32Array.from(bonds, ({ tensor }) => (tensor < 0 ? next++ : tensor));
  placesKnown.set(bonds, places);
  return places;
}
