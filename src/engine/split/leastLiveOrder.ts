import { tensorBytes } from './liveBytes';
import type { SplitGraph } from './splitGraph';
import { type TensorTopology, topologyOf } from './topology';

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

const none: readonly number[] = [];

class ReadyState {
  private readonly topology: TensorTopology;
  private readonly bytesOf: Float64Array;
  private readonly missingInputs: Int32Array;
  private readonly remaining: Int32Array;
  /** Sum of the indices of the consumers that have not run: once one remains, it is that consumer. */
  private readonly remainingSum: Float64Array;
  private readonly done: Uint8Array;
  private readonly queue: ReadyQueue;

  constructor(private readonly graph: SplitGraph) {
    const n = graph.nodes.length;
    this.topology = topologyOf(graph);
    this.bytesOf = tensorBytes(graph);
    this.missingInputs = new Int32Array(n);
    this.done = new Uint8Array(n);
    this.queue = new ReadyQueue(n);
    this.remaining = new Int32Array(graph.tensors.length);
    this.remainingSum = new Float64Array(graph.tensors.length);
    this.countConsumers();
    for (let index = 0; index < n; index++) this.countGrowth(index);
    for (let index = n - 1; index >= 0; index--) if (this.missingInputs[index] === 0) this.queue.offer(index);
  }

  private countConsumers(): void {
    const { producer, consumerStart, consumers } = this.topology;
    for (let tensor = 0; tensor < producer.length; tensor++) {
      const end = consumerStart[tensor + 1] ?? 0;
      this.remaining[tensor] = end - (consumerStart[tensor] ?? 0);
      let sum = 0;
      for (let at = consumerStart[tensor] ?? 0; at < end; at++) {
        const consumer = consumers[at] ?? 0;
        sum += consumer;
        if ((producer[tensor] ?? -1) >= 0) this.missingInputs[consumer] = (this.missingInputs[consumer] ?? 0) + 1;
      }
      this.remainingSum[tensor] = sum;
    }
  }

  private countGrowth(node: number): void {
    const { reads = none, writes = none } = this.graph.nodes[node] ?? {};
    for (let at = 0; at < writes.length; at++) {
      const tensor = writes[at] ?? 0;
      if ((this.remaining[tensor] ?? 0) > 0) this.grow(node, this.bytes(tensor));
    }
    for (let at = 0; at < reads.length; at++) {
      const tensor = reads[at] ?? 0;
      if (this.remaining[tensor] === 1) this.grow(node, -this.bytes(tensor));
    }
  }

  takeBest(): number {
    return this.queue.pop();
  }

  run(node: number): void {
    this.done[node] = 1;
    const { reads = none, writes = none } = this.graph.nodes[node] ?? {};
    for (let at = 0; at < reads.length; at++) this.release(reads[at] ?? 0, node);
    const { consumerStart, consumers } = this.topology;
    for (let w = writes.length - 1; w >= 0; w--) {
      const tensor = writes[w] ?? 0;
      for (let at = (consumerStart[tensor + 1] ?? 0) - 1; at >= (consumerStart[tensor] ?? 0); at--) {
        const consumer = consumers[at] ?? 0;
        const missing = (this.missingInputs[consumer] ?? 0) - 1;
        this.missingInputs[consumer] = missing;
        if (missing === 0) this.queue.offer(consumer);
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
    if (this.missingInputs[last] === 0 && this.done[last] === 0) this.queue.offer(last);
  }

  private grow(node: number, bytes: number): void {
    this.queue.growth[node] = (this.queue.growth[node] ?? 0) + bytes;
  }

  private bytes(tensor: number): number {
    const bytes = this.bytesOf[tensor] ?? 0;
    return bytes === Number.POSITIVE_INFINITY ? 0 : bytes;
  }
}

const notQueued = -1;

/** Binary heap of nodes: least growth first, then the one that was offered last. A second offer moves a node up. */
class ReadyQueue {
  /** Bytes that are live more after each node than before; while a node waits, it only shrinks. */
  readonly growth: Float64Array;
  private readonly stamp: Int32Array;
  private readonly heap: Int32Array;
  private readonly placeOf: Int32Array;
  private length = 0;
  private offers = 0;

  constructor(nodes: number) {
    this.growth = new Float64Array(nodes);
    this.stamp = new Int32Array(nodes);
    this.heap = new Int32Array(nodes);
    this.placeOf = new Int32Array(nodes).fill(notQueued);
  }

  offer(node: number): void {
    this.stamp[node] = this.offers++;
    const place = this.placeOf[node] ?? notQueued;
    this.rise(node, place === notQueued ? this.length++ : place);
  }

  /** The best node, -1 where none waits. */
  pop(): number {
    if (this.length === 0) return -1;
    const top = this.heap[0] ?? -1;
    const last = this.heap[--this.length] ?? -1;
    this.placeOf[top] = notQueued;
    if (last !== top) this.sink(last);
    return top;
  }

  private rise(node: number, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.heap[parent] ?? 0;
      if (!this.comesBefore(node, above)) break;
      this.put(above, place);
      place = parent;
    }
    this.put(node, place);
  }

  private sink(node: number): void {
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.length) break;
      const right = left + 1;
      const isRight = right < this.length && this.comesBefore(this.heap[right] ?? 0, this.heap[left] ?? 0);
      const child = isRight ? right : left;
      const below = this.heap[child] ?? 0;
      if (!this.comesBefore(below, node)) break;
      this.put(below, place);
      place = child;
    }
    this.put(node, place);
  }

  private put(node: number, place: number): void {
    this.heap[place] = node;
    this.placeOf[node] = place;
  }

  private comesBefore(a: number, b: number): boolean {
    const growthOfA = this.growth[a] ?? 0;
    const growthOfB = this.growth[b] ?? 0;
    return growthOfA < growthOfB || (growthOfA === growthOfB && (this.stamp[a] ?? 0) > (this.stamp[b] ?? 0));
  }
}
