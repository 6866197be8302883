import type { OnnxModel } from '../onnx/model';
import { layerKey } from '../onnx/read/readEntry';
import type { SplitGraph } from '../split/splitGraph';
import { topLevelIndex } from './topLevel';

/** A plan that a model states itself. */
export interface StatedStages {
  readonly source: 'pipeline-stages' | 'layers';
  /** Name of each stage, where it has one: a device of the model's configuration, or a layer. */
  readonly names: readonly (string | undefined)[];
  /** By node of the split graph. */
  readonly stageOf: readonly number[];
}

/** More stages than a plan can have tiers; a number above it is damage. */
const mostStages = 1024;

/**
 * The pipeline stages of a model's nodes (ONNX IR 11), or else the layers that ONNX Runtime is told of; nothing where it has
 * neither. A node without one is on the highest stage of what it reads.
 */
export function statedStages(model: OnnxModel, graph: SplitGraph): StatedStages | undefined {
  const states = model.graph.nodes.some(({ stage, metadata }) => stage !== undefined || metadata.has(layerKey));
  if (!states) return undefined;
  const tops = graph.nodes.map(({ id }) => model.graph.nodes[topLevelIndex(id)]);
  const staged = tops.map((node) => node?.stage);
  const configured = staged.find((stage) => stage !== undefined);
  if (configured !== undefined) {
    const { devices = [] } = model.deviceConfigurations.find(({ name }) => name === configured.configuration) ?? {};
    const stages = staged.map((stage) => stage?.stage);
    const highest = stages.reduce<number>((most, stage = 0) => Math.max(most, stage), 0);
    if (stages.every((stage = 0) => stage >= 0 && stage < mostStages)) {
      const names = Array.from({ length: Math.max(devices.length, highest + 1) }, (_, stage) => devices[stage]);
      return { source: 'pipeline-stages', names, stageOf: completed(graph, stages) };
    }
  }
  const layers = tops.map((node) => node?.metadata.get(layerKey));
  const names = [...new Set(layers.filter((layer) => layer !== undefined))];
  if (names.length === 0 || names.length > mostStages) return undefined;
  const placeOf = new Map(names.map((name, place) => [name, place]));
  const stages = layers.map((layer) => (layer === undefined ? undefined : placeOf.get(layer)));
  return { source: 'layers', names, stageOf: completed(graph, stages) };
}

/** The nodes are in an order in which each comes after what it reads. */
function completed(graph: SplitGraph, stages: readonly (number | undefined)[]): number[] {
  const read = graph.nodes.map(() => 0);
  const madeBy = new Map<number, number[]>();
  for (const [tensor, { producer }] of graph.tensors.entries()) {
    if (producer >= 0) madeBy.set(producer, [...(madeBy.get(producer) ?? []), tensor]);
  }
  return graph.nodes.map((_, node) => {
    const stage = stages[node] ?? read[node] ?? 0;
    for (const tensor of madeBy.get(node) ?? []) {
      for (const reader of graph.tensors[tensor]?.consumers ?? []) read[reader] = Math.max(read[reader] ?? 0, stage);
    }
    return stage;
  });
}
