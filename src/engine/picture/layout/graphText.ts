import type { DataTensor, SplitGraph } from '../../split/splitGraph';

/**
 * A graph as text, for another thread to draw: who only hands it on copies it as one piece, and reading it takes less than
 * copying objects. Of a dimension that is an expression it holds the name alone.
 */
export function graphText(graph: SplitGraph): string {
  return JSON.stringify({ ...graph, tensors: graph.tensors.map(named) });
}

/** The graph that `graphText` has made into text: `buildScene` makes the same picture of it. */
export function graphOfText(text: string): SplitGraph {
  return JSON.parse(text);
}

function named(tensor: DataTensor): DataTensor {
  const { shape } = tensor;
  if (shape === undefined || shape.every((dim) => typeof dim === 'number')) return tensor;
  return {
    ...tensor,
    shape: shape.map((dim) => (typeof dim === 'number' ? dim : { key: dim.key, symbols: [], terms: [] })),
  };
}
