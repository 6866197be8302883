import { liveBytes, liveBytesInOrder } from './liveBytes';
import { sensibleOrders } from './sensibleOrders';
import type { SplitGraph } from './splitGraph';

/** One step of the staircase that an order offers to cut at: a strict running minimum of its live bytes. */
interface Step {
  readonly position: number;
  readonly macsBefore: number;
  readonly bytes: number;
}

/**
 * A deterministic topological order that keeps branches together and live bytes low. The model's own order stays unless
 * another one is at least as good at every candidate (no more bytes, no more MACs and nodes before it) and better at one, so the
 * result is never worse than the model's order.
 */
export function chooseOrder(graph: SplitGraph): Int32Array {
  let best: Int32Array = new Int32Array(graph.nodes.length).map((_, place) => place);
  let steps = staircase(graph, best, liveBytes(graph).bytes);
  for (const order of sensibleOrders(graph)) {
    const offered = staircase(graph, order, liveBytesInOrder(graph, order).bytes);
    if (!covers(offered, steps) || covers(steps, offered)) continue;
    best = order;
    steps = offered;
  }
  return best;
}

function staircase(graph: SplitGraph, order: Int32Array, live: Float64Array): Step[] {
  const steps: Step[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  let macsBefore = 0;
  for (let position = 0; position < live.length; position++) {
    const bytes = live[position] ?? 0;
    if (bytes < lowest) steps.push({ position, macsBefore, bytes });
    lowest = Math.min(lowest, bytes);
    macsBefore += graph.nodes[order[position] ?? -1]?.macs ?? 0;
  }
  return steps;
}

/** True when every step of `others` has one in `steps` with no more bytes, and no more MACs and nodes before it. */
function covers(steps: readonly Step[], others: readonly Step[]): boolean {
  const isNoWorse = (a: Step, b: Step) =>
    a.bytes <= b.bytes && a.macsBefore <= b.macsBefore && a.position <= b.position;
  return others.every((other) => steps.some((step) => isNoWorse(step, other)));
}
