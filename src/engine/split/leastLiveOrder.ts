import type { SplitGraph } from './splitGraph';

/**
 * Runs next, of all nodes that can run, the one after which the fewest bytes are live; among equals the one that became
 * ready last, which stays within a branch. Shrinking steps (a cast of a mask, a strided shortcut) come as early as they can.
 */
export function leastLiveOrder(graph: SplitGraph): Int32Array {
  const n = graph.nodes.length;
  const state = new ReadyState(graph);
  const order = new Int32Array(n);
  for (let place = 0; place < n; place++) {
    const node = state.takeBest();
    if (node < 0) break;
    order[place] = node;
    state.run(node);
  }
  return order;
}

class ReadyState {
  private readonly missingInputs: Int32Array;
  private readonly remaining: Int32Array;
  /** Sum of the indices of the consumers that have not run: once one remains, it is that consumer. */
  private readonly remainingSum: Float64Array;
  private readonly growth: Float64Array;
  private readonly version: Int32Array;
  private readonly done: Uint8Array;
  private readonly queue = new ReadyQueue();
  private stamp = 0;

  constructor(private readonly graph: SplitGraph) {
    const n = graph.nodes.length;
    this.missingInputs = new Int32Array(n);
    this.growth = new Float64Array(n);
    this.version = new Int32Array(n);
    this.done = new Uint8Array(n);
    this.remaining = new Int32Array(graph.tensors.length);
    this.remainingSum = new Float64Array(graph.tensors.length);
    for (const [index, { producer, consumers }] of graph.tensors.entries()) {
      this.remaining[index] = consumers.length;
      let sum = 0;
      for (const consumer of consumers) {
        sum += consumer;
        if (producer >= 0) this.missingInputs[consumer] = (this.missingInputs[consumer] ?? 0) + 1;
      }
      this.remainingSum[index] = sum;
    }
    for (const [index, node] of graph.nodes.entries()) {
      for (const tensor of node.writes) {
        if ((this.remaining[tensor] ?? 0) > 0) this.grow(index, this.bytes(tensor));
      }
      for (const tensor of node.reads) if (this.remaining[tensor] === 1) this.grow(index, -this.bytes(tensor));
    }
    for (let index = n - 1; index >= 0; index--) if (this.missingInputs[index] === 0) this.offer(index);
  }

  takeBest(): number {
    for (;;) {
      const entry = this.queue.pop();
      if (entry === undefined) return -1;
      if (this.done[entry.node] === 0 && this.version[entry.node] === entry.version) return entry.node;
    }
  }

  run(node: number): void {
    this.done[node] = 1;
    for (const tensor of this.graph.nodes[node]?.reads ?? []) this.release(tensor, node);
    const writes = this.graph.nodes[node]?.writes ?? [];
    for (let w = writes.length - 1; w >= 0; w--) {
      const consumers = this.graph.tensors[writes[w] ?? -1]?.consumers ?? [];
      for (let c = consumers.length - 1; c >= 0; c--) {
        const consumer = consumers[c] ?? 0;
        const missing = (this.missingInputs[consumer] ?? 0) - 1;
        this.missingInputs[consumer] = missing;
        if (missing === 0) this.offer(consumer);
      }
    }
  }

  private release(tensor: number, node: number): void {
    const left = (this.remaining[tensor] ?? 0) - 1;
    this.remaining[tensor] = left;
    this.remainingSum[tensor] = (this.remainingSum[tensor] ?? 0) - node;
    if (left !== 1) return;
    const last = this.remainingSum[tensor] ?? 0;
    this.grow(last, -this.bytes(tensor));
    if (this.missingInputs[last] === 0) this.offer(last);
  }

  private grow(node: number, bytes: number): void {
    this.growth[node] = (this.growth[node] ?? 0) + bytes;
  }

  private offer(node: number): void {
    const version = (this.version[node] ?? 0) + 1;
    this.version[node] = version;
    this.queue.push({ node, version, growth: this.growth[node] ?? 0, stamp: this.stamp++ });
  }

  private bytes(tensor: number): number {
    return this.graph.tensors[tensor]?.bytes ?? 0;
  }
}

interface ReadyEntry {
  readonly node: number;
  readonly version: number;
  readonly growth: number;
  readonly stamp: number;
}

/** Binary heap: least growth first, then the latest stamp. */
class ReadyQueue {
  private readonly heap: ReadyEntry[] = [];

  push(entry: ReadyEntry): void {
    let place = this.heap.length;
    this.heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.heap[parent];
      if (above === undefined || !comesBefore(entry, above)) break;
      this.heap[place] = above;
      place = parent;
    }
    this.heap[place] = entry;
  }

  pop(): ReadyEntry | undefined {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (top === undefined || last === undefined || this.heap.length === 0) return top;
    let place = 0;
    for (;;) {
      const child = this.smallerChild(place);
      const below = this.heap[child];
      if (below === undefined || !comesBefore(below, last)) break;
      this.heap[place] = below;
      place = child;
    }
    this.heap[place] = last;
    return top;
  }

  private smallerChild(place: number): number {
    const left = 2 * place + 1;
    const a = this.heap[left];
    const b = this.heap[left + 1];
    return a !== undefined && b !== undefined && comesBefore(b, a) ? left + 1 : left;
  }
}

function comesBefore(a: ReadyEntry, b: ReadyEntry): boolean {
  return a.growth < b.growth || (a.growth === b.growth && a.stamp > b.stamp);
}
