import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxSparseTensor, OnnxTensor } from './model';

/** Names of the files that a model keeps tensors in: weights, constants of nodes, those of bodies and functions. */
export function externalLocations(model: OnnxModel): ReadonlySet<string> {
  const locations = new Set<string>();
  for (const { payload } of tensorsOf(model)) if (payload.kind === 'external') locations.add(payload.location);
  return locations;
}

function* tensorsOf({ graph, functions }: OnnxModel): Generator<OnnxTensor> {
  yield* tensorsOfGraph(graph);
  for (const { nodes, attributeDefaults } of functions) {
    yield* tensorsOfNodes(nodes);
    for (const attribute of attributeDefaults.values()) yield* tensorsOfAttribute(attribute);
  }
}

function* tensorsOfGraph({ initializers, sparseInitializers, nodes }: OnnxGraph): Generator<OnnxTensor> {
  yield* initializers.values();
  for (const sparse of sparseInitializers.values()) yield* tensorsOfSparse(sparse);
  yield* tensorsOfNodes(nodes);
}

function* tensorsOfNodes(nodes: readonly OnnxNode[]): Generator<OnnxTensor> {
  for (const { attributes } of nodes) for (const attribute of attributes.values()) yield* tensorsOfAttribute(attribute);
}

function* tensorsOfAttribute(attribute: OnnxAttribute): Generator<OnnxTensor> {
  switch (attribute.kind) {
    case 'tensor':
      yield attribute.value;
      break;
    case 'tensors':
      yield* attribute.value;
      break;
    case 'sparse-tensor':
      yield* tensorsOfSparse(attribute.value);
      break;
    case 'sparse-tensors':
      for (const sparse of attribute.value) yield* tensorsOfSparse(sparse);
      break;
    case 'graph':
      yield* tensorsOfGraph(attribute.value);
      break;
    case 'graphs':
      for (const body of attribute.value) yield* tensorsOfGraph(body);
      break;
  }
}

function* tensorsOfSparse({ values, indices }: OnnxSparseTensor): Generator<OnnxTensor> {
  yield values;
  yield indices;
}
