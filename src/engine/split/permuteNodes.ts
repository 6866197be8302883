import type { SplitGraph } from './splitGraph';
import { movedState } from './stateTensors';

/**
 * The same graph with its nodes in another order; tensors keep their places.
 * @param order node indices, in the new order; must be a topological permutation.
 */
export function permuteNodes(graph: SplitGraph, order: ArrayLike<number>): SplitGraph {
  const placeOf = new Int32Array(graph.nodes.length);
  for (let place = 0; place < order.length; place++) placeOf[order[place] ?? 0] = place;
  const nodes = Array.from(order).flatMap((node) => graph.nodes[node] ?? []);
  const tensors = graph.tensors.map((tensor) => ({
    ...tensor,
    producer: tensor.producer < 0 ? -1 : (placeOf[tensor.producer] ?? -1),
    consumers: moved(tensor.consumers, placeOf),
  }));
  return { ...graph, nodes, tensors, ...(graph.state && { state: movedState(graph.state, placeOf) }) };
}

function moved(nodes: readonly number[], placeOf: Int32Array): readonly number[] {
  const places = nodes.map((node) => placeOf[node] ?? 0);
  return places.length > 1 ? places.sort((a, b) => a - b) : places;
}
