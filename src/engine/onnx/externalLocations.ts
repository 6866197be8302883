import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxSparseTensor, OnnxTensor } from './model';

/** Names of the files that a model keeps tensors in: weights, constants of nodes, those of bodies and functions. */
export function externalLocations({ graph, functions }: OnnxModel): ReadonlySet<string> {
  const locations = new Set<string>();
  addOfGraph(graph, locations);
  for (const { nodes, attributeDefaults } of functions) {
    addOfNodes(nodes, locations);
    addOfAttributes(attributeDefaults, locations);
  }
  return locations;
}

function addOfGraph({ initializers, sparseInitializers, nodes }: OnnxGraph, locations: Set<string>): void {
  for (const tensor of initializers.values()) addOfTensor(tensor, locations);
  for (const sparse of sparseInitializers.values()) addOfSparse(sparse, locations);
  addOfNodes(nodes, locations);
}

function addOfNodes(nodes: readonly OnnxNode[], locations: Set<string>): void {
  for (const { attributes } of nodes) addOfAttributes(attributes, locations);
}

function addOfAttributes(attributes: OnnxNode['attributes'], locations: Set<string>): void {
  for (const attribute of attributes.values()) addOfAttribute(attribute, locations);
}

function addOfAttribute(attribute: OnnxAttribute, locations: Set<string>): void {
  switch (attribute.kind) {
    case 'tensor':
      addOfTensor(attribute.value, locations);
      break;
    case 'tensors':
      for (const tensor of attribute.value) addOfTensor(tensor, locations);
      break;
    case 'sparse-tensor':
      addOfSparse(attribute.value, locations);
      break;
    case 'sparse-tensors':
      for (const sparse of attribute.value) addOfSparse(sparse, locations);
      break;
    case 'graph':
      addOfGraph(attribute.value, locations);
      break;
    case 'graphs':
      for (const body of attribute.value) addOfGraph(body, locations);
      break;
  }
}

function addOfSparse({ values, indices }: OnnxSparseTensor, locations: Set<string>): void {
  addOfTensor(values, locations);
  addOfTensor(indices, locations);
}

function addOfTensor({ payload }: OnnxTensor, locations: Set<string>): void {
  if (payload.kind === 'external') locations.add(payload.location);
}
