import { createHash, type Hash } from 'node:crypto';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../engine/onnx/model';
import { openExternalData } from '../files/externalData';
import { type FileSource, openFileSource } from '../files/fileSource';
import type { ContractDocument } from '../shared/documents/contract';
import { DnnSplitError } from '../shared/errors';
import { throwIfCanceled, type Work } from '../shared/work';
import type { AnalyzedModel } from './analyzeFile';

/**
 * Identifies an export: the model's nodes, every byte of its weights, and what crosses each border. Parts with the same id
 * belong together. Weights whose file is missing count by their name and place alone. `sha256:` and 64 hexadecimal digits.
 * @throws DnnSplitError `file-system`, `canceled`
 */
export function artifactId(
  { path, inferred, structureHash }: AnalyzedModel,
  contracts: readonly ContractDocument[],
  work: Work,
): string {
  const hash = createHash('sha256');
  const borders = contracts.map(({ receives, sends, answers, answersAbove, segment }) => ({
    receives,
    sends,
    answers,
    answersAbove,
    runs: segment !== null,
  }));
  hash.update(JSON.stringify([structureHash, borders]));
  addFile(hash, openFileSource(path), work);
  for (const location of [...externalLocations(inferred.model)].sort()) {
    hash.update(JSON.stringify(location));
    const file = openPresent(path, location);
    if (file !== undefined) addFile(hash, file, work);
  }
  return `sha256:${hash.digest('hex')}`;
}

const pieceBytes = 1024 * 1024;

function addFile(hash: Hash, file: FileSource, work: Work): void {
  try {
    hash.update(`${file.size}:`);
    for (let at = 0; at < file.size; at += pieceBytes) {
      throwIfCanceled(work);
      hash.update(file.read(at, Math.min(pieceBytes, file.size - at)));
    }
  } finally {
    file.close();
  }
}

function openPresent(modelPath: string, location: string): FileSource | undefined {
  try {
    return openExternalData(modelPath, location);
  } catch (thrown) {
    if (DnnSplitError.is(thrown, 'external-data') || DnnSplitError.is(thrown, 'file-system')) return undefined;
    throw thrown;
  }
}

/** Files beside the model that hold some of its weights. */
function externalLocations({ graph, functions }: OnnxModel): ReadonlySet<string> {
  const found = new Set<string>();
  const ofTensor = ({ payload }: OnnxTensor) => {
    if (payload.kind === 'external') found.add(payload.location);
  };
  const ofGraph = ({ initializers, sparseInitializers, nodes }: OnnxGraph) => {
    for (const tensor of initializers.values()) ofTensor(tensor);
    for (const { values, indices } of sparseInitializers.values()) [values, indices].forEach(ofTensor);
    ofNodes(nodes);
  };
  const ofAttribute = (attribute: OnnxAttribute) => {
    if (attribute.kind === 'tensor') ofTensor(attribute.value);
    else if (attribute.kind === 'tensors') attribute.value.forEach(ofTensor);
    else if (attribute.kind === 'graph') ofGraph(attribute.value);
    else if (attribute.kind === 'graphs') attribute.value.forEach(ofGraph);
  };
  const ofNodes = (nodes: readonly OnnxNode[]) => {
    for (const { attributes } of nodes) for (const attribute of attributes.values()) ofAttribute(attribute);
  };
  ofGraph(graph);
  for (const { nodes } of functions) ofNodes(nodes);
  return found;
}
