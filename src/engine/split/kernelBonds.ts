import { fusedGroups } from './fusedGroups';
import { callsOf } from './sessionGraph';
import type { SplitGraph } from './splitGraph';

/**
 * What a cut inside of a kernel breaks: a tensor that the kernel keeps to itself, or what is launched as one. A link breaks a
 * bond where its maker is below and some reader above; other tensors of the kernel lead from the one to the others, so that a
 * bond costs like a tensor that crosses.
 */
export interface KernelBond {
  /** The node that stands for the kernel. */
  readonly main: number;
  readonly maker: number;
  /** Ascending. */
  readonly readers: readonly number[];
  /** What is written below the cut and read above it only because of the cut. */
  readonly bytes: number;
  /** How often what is above the cut is launched for itself. */
  readonly launches: number;
  /** The tensor of the graph that crosses a cut exactly where this bond is broken; -1 for none. */
  readonly tensor: number;
}

const known = new WeakMap<SplitGraph, readonly KernelBond[]>();

/**
 * The bonds of all kernels of a graph: each tensor between nodes of one kernel, each node that prepares an input with the
 * kernel's main node, and the main node with what follows it.
 */
export function kernelBonds(graph: SplitGraph): readonly KernelBond[] {
  const bonds = known.get(graph) ?? findBonds(graph);
  known.set(graph, bonds);
  return bonds;
}

/** A bond without what it has to do with the kernel's launch. */
type Inner = Omit<KernelBond, 'main' | 'launches'>;

function findBonds(graph: SplitGraph): KernelBond[] {
  const launches = callsOf(graph);
  return [...innerTensors(graph)].flatMap(([main, inner]) => {
    const joints = jointsOf(main, inner);
    const isJoint = ({ maker, readers }: Inner) => joints.some((one) => isAlike(one, { maker, readers }));
    return [
      ...inner.map((one): KernelBond => ({ ...one, main, launches: isJoint(one) ? launches : 0 })),
      ...joints
        .filter((joint) => !inner.some((one) => isAlike(joint, one)))
        .map((joint): KernelBond => ({ ...joint, main, bytes: 0, launches, tensor: -1 })),
    ];
  });
}

/** Per main node the tensors between nodes of its kernel. */
function innerTensors(graph: SplitGraph): Map<number, Inner[]> {
  const { mainOf } = fusedGroups(graph);
  const ofKernel = new Map<number, Inner[]>();
  for (const [tensor, { producer: maker, consumers, bytes = 0 }] of graph.tensors.entries()) {
    const main = mainOf[maker];
    if (main === undefined || !consumers.some((reader) => mainOf[reader] === main)) continue;
    const readers = consumers.filter((reader) => mainOf[reader] === main);
    const inner = ofKernel.get(main) ?? [];
    inner.push({ maker, readers, bytes, tensor: readers.length === consumers.length ? tensor : -1 });
    ofKernel.set(main, inner);
  }
  return ofKernel;
}

type Joint = Pick<KernelBond, 'maker' | 'readers'>;

/** What is launched as one: each node that prepares an input with the main node, and the main node with the last ones. */
function jointsOf(main: number, inner: readonly Inner[]): Joint[] {
  const makers = new Set(inner.map(({ maker }) => maker));
  const prepared = [...makers].filter((maker) => maker < main).map((maker): Joint => ({ maker, readers: [main] }));
  const last = new Set(inner.flatMap(({ readers }) => readers).filter((one) => one !== main && !makers.has(one)));
  return last.size === 0 ? prepared : [...prepared, { maker: main, readers: [...last].sort((a, b) => a - b) }];
}

function isAlike(a: Joint, b: Joint): boolean {
  return (
    a.maker === b.maker && a.readers.length === b.readers.length && a.readers.every((one, at) => one === b.readers[at])
  );
}
