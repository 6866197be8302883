import { depthFirstOrder } from './depthFirstOrder';
import { leastLiveOrder } from './leastLiveOrder';
import type { SplitGraph } from './splitGraph';

/** By the tensors, which say who makes and who reads what; a graph that only gains counts keeps them. */
const known = new WeakMap<SplitGraph['tensors'], readonly Int32Array[]>();

/** Orders besides the graph's own that are worth a look: they place no node before what it reads. Computed once per graph. */
export function sensibleOrders(graph: SplitGraph): readonly Int32Array[] {
  const orders = known.get(graph.tensors) ?? [depthFirstOrder(graph), leastLiveOrder(graph)];
  known.set(graph.tensors, orders);
  return orders;
}
