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
  const bonds: KernelBond[] = [];
  for (const [main, inner] of innerTensors(graph)) {
    const joints = jointsOf(main, inner);
    for (const { maker, readers, bytes, tensor } of inner) {
      const isJoint = joints.some((joint) => isAlike(joint, maker, readers));
      bonds.push({ main, maker, readers, bytes, launches: isJoint ? launches : 0, tensor });
    }
    for (const { maker, readers } of joints) {
      if (inner.some((one) => isAlike(one, maker, readers))) continue;
      bonds.push({ main, maker, readers, bytes: 0, launches, tensor: -1 });
    }
  }
  return bonds;
}

/** Per main node the tensors between nodes of its kernel. */
function innerTensors(graph: SplitGraph): Map<number, Inner[]> {
  const { tensors } = graph;
  const { mainOf } = fusedGroups(graph);
  const ofKernel = new Map<number, Inner[]>();
  for (let tensor = 0; tensor < tensors.length; tensor += 1) {
    const { producer: maker = -1, consumers = [], bytes = 0 } = tensors[tensor] ?? {};
    const main = maker < 0 ? -1 : (mainOf[maker] ?? -1);
    const readers = main < 0 ? [] : readersIn(mainOf, main, consumers);
    if (readers.length === 0) continue;
    const inner = { maker, readers, bytes, tensor: readers.length === consumers.length ? tensor : -1 };
    const known = ofKernel.get(main);
    if (known === undefined) ofKernel.set(main, [inner]);
    else known.push(inner);
  }
  return ofKernel;
}

/** The readers that are in a kernel. */
function readersIn(mainOf: Int32Array, main: number, readers: readonly number[]): readonly number[] {
  let inside = 0;
  for (let at = 0; at < readers.length; at += 1) if (mainOf[readers[at] ?? 0] === main) inside += 1;
  if (inside === 0) return [];
  return inside === readers.length ? readers : readers.filter((reader) => mainOf[reader] === main);
}

type Joint = Pick<KernelBond, 'maker' | 'readers'>;

/**
 * What is launched as one: each node that prepares an input with the main node, and the main node with the last ones. A kernel
 * has so few nodes that looking through lists is faster than sets.
 */
function jointsOf(main: number, inner: readonly Inner[]): Joint[] {
  const joints: Joint[] = [];
  const last: number[] = [];
  for (const { maker, readers } of inner) {
    if (maker < main && !joints.some((joint) => joint.maker === maker)) joints.push({ maker, readers: [main] });
    for (const reader of readers) {
      const isLast = reader !== main && !last.includes(reader) && !inner.some((one) => one.maker === reader);
      if (isLast) last.push(reader);
    }
  }
  if (last.length > 0) joints.push({ maker: main, readers: last.sort((a, b) => a - b) });
  return joints;
}

function isAlike(one: Joint, maker: number, readers: readonly number[]): boolean {
  return (
    one.maker === maker &&
    one.readers.length === readers.length &&
    one.readers.every((reader, at) => reader === readers[at])
  );
}
