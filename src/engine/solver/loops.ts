import { type Costs, consumersOf, type ExactProblem, tensorCount } from './problem';

/**
 * Something that one node makes and others read in the next round, so that no order holds between them: it costs on every
 * link that lies between, upwards where it is made below a reader, downwards where it is made above one, once per link.
 */
export interface Loop {
  readonly maker: number;
  /** Ascending; the maker may be one of them. */
  readonly readers: readonly number[];
}

/** What a loop costs on each link, in both directions. */
export interface LoopCosts {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

export type Topology = Omit<ExactProblem, keyof Costs>;

/**
 * A problem without loops that has the same optimum. Each loop gets two nodes that run for nothing: one that runs below its
 * maker and all its readers, so that what lies between it and the maker comes down, and one that runs above them, so
 * that what lies between the maker and it goes up. At an optimum they are as near as they can be.
 */
export class LoopFrame {
  /** The graph with both nodes of every loop. */
  readonly topology: Topology;
  /** Where each node of the problem is in there. */
  private readonly placeOf: Int32Array;
  private readonly lowest: Int32Array;
  private readonly highest: Int32Array;

  constructor(
    private readonly inner: Topology,
    private readonly loops: readonly Loop[],
  ) {
    const order = this.order();
    const { nodeCount } = inner;
    const place = Int32Array.from(order.keys());
    this.placeOf = new Int32Array(nodeCount);
    this.lowest = new Int32Array(loops.length);
    this.highest = new Int32Array(loops.length);
    for (const at of place) {
      const one = order[at] ?? 0;
      if (one < nodeCount) this.placeOf[one] = at;
      else if (one < nodeCount + loops.length) this.lowest[one - nodeCount] = at;
      else this.highest[one - nodeCount - loops.length] = at;
    }
    this.topology = this.expanded(order.length);
  }

  /** Costs of the problem's nodes and tensors together with those of its loops. */
  costs(own: Costs, loopCosts: readonly LoopCosts[]): Costs {
    const { tierCount, nodeCount } = this.topology;
    const links = tierCount - 1;
    const nodeCost = new Float64Array(nodeCount * tierCount);
    for (const [node, place] of this.placeOf.entries()) {
      nodeCost.set(own.nodeCost.subarray(node * tierCount, (node + 1) * tierCount), place * tierCount);
    }
    const crossingCost = new Float64Array(this.topology.producer.length * links);
    crossingCost.set(own.crossingCost);
    let tensor = tensorCount(this.inner);
    for (const [index, { readers }] of this.loops.entries()) {
      const { up = [], down = [] } = loopCosts[index] ?? {};
      crossingCost.set(down, tensor * links);
      crossingCost.set(up, (tensor + 1) * links);
      tensor += 2 + tensorsOfReaders * readers.length;
    }
    return { nodeCost, crossingCost, linkCost: own.linkCost, reachCost: own.reachCost };
  }

  /** Values of nodes, with one for the nodes that run for nothing. */
  spread(values: Uint8Array, other: number): Uint8Array {
    const spread = new Uint8Array(this.topology.nodeCount).fill(other);
    for (const [node, place] of this.placeOf.entries()) spread[place] = values[node] ?? 0;
    return spread;
  }

  /** An assignment of the problem's nodes with the nearest places for the others. */
  whole(tierOfNode: Uint8Array): Uint8Array {
    const whole = this.spread(tierOfNode, 0);
    for (const [index, { maker, readers }] of this.loops.entries()) {
      const tiers = [maker, ...readers].map((node) => tierOfNode[node] ?? 0);
      whole[this.lowest[index] ?? 0] = tiers.reduce((low, tier) => Math.min(low, tier));
      whole[this.highest[index] ?? 0] = tiers.reduce((high, tier) => Math.max(high, tier));
    }
    return whole;
  }

  /** The problem's part of an assignment. */
  own(tierOfNode: Uint8Array): Uint8Array {
    return Uint8Array.from(this.placeOf, (place) => tierOfNode[place] ?? 0);
  }

  /** All nodes in an order in which each loop's are right before the first and right after the last of its own. */
  private order(): number[] {
    const { nodeCount } = this.inner;
    const before = new Map<number, number[]>();
    const after = new Map<number, number[]>();
    for (const [index, { maker, readers }] of this.loops.entries()) {
      const first = Math.min(maker, readers[0] ?? maker);
      const last = Math.max(maker, readers.at(-1) ?? maker);
      before.set(first, [...(before.get(first) ?? []), nodeCount + index]);
      after.set(last, [...(after.get(last) ?? []), nodeCount + this.loops.length + index]);
    }
    return Array.from({ length: nodeCount }, (_, node) => [
      ...(before.get(node) ?? []),
      node,
      ...(after.get(node) ?? []),
    ]).flat();
  }

  private expanded(nodeCount: number): Topology {
    const producer: number[] = [];
    const consumerStart = [0];
    const consumers: number[] = [];
    const add = (maker: number, readers: readonly number[]) => {
      producer.push(maker);
      for (const reader of readers) consumers.push(reader);
      consumerStart.push(consumers.length);
    };
    const at = (node: number) => this.placeOf[node] ?? 0;
    for (let tensor = 0; tensor < tensorCount(this.inner); tensor += 1) {
      const maker = this.inner.producer[tensor] ?? -1;
      add(maker < 0 ? -1 : at(maker), [...consumersOf(this.inner, tensor)].map(at));
    }
    for (const [index, { maker, readers }] of this.loops.entries()) {
      const [low, high] = [this.lowest[index] ?? 0, this.highest[index] ?? 0];
      add(low, [at(maker)]);
      add(at(maker), [high]);
      for (const reader of readers) {
        add(low, [at(reader)]);
        add(at(reader), [high]);
      }
    }
    return {
      tierCount: this.inner.tierCount,
      nodeCount,
      producer: Int32Array.from(producer),
      consumerStart: Int32Array.from(consumerStart),
      consumers: Int32Array.from(consumers),
    };
  }
}

/** Tensors that hold each reader between a loop's two nodes, for nothing. */
const tensorsOfReaders = 2;
