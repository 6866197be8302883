import { say } from '../../shared/messages/say';
import { unwatched, type Work } from '../../shared/work/work';
import type { OnnxFunction, OnnxModel } from '../onnx/model';
import { inputDim } from './core/bindings';
import { countMadeDimensions, expectedSizes } from './core/expectedSizes';
import { inferredNode } from './core/inferredNode';
import { countOpenSymbols, openTensors } from './core/openSymbols';
import { inputsOf, planGraph } from './core/planGraph';
import { functionKey, type Opsets, type PlanningScope } from './core/plannedGraph';
import { Scope } from './core/scope';
import { SharedFacts } from './core/sharedFacts';
import { factOfType } from './core/statedType';
import { describeUnknownSizes } from './core/unknownSizes';
import { countParameters, weightBytesOf } from './core/weights';
import type { TensorFact } from './facts/fact';
import type { DimensionBindings, InferredModel } from './facts/inferred';
import { type BodyWatch, GraphInference } from './graphInference';

/** Calls may expand to at most this many nodes in all. */
const maximumInlinedNodes = 150_000;

/**
 * Infers type, shape and, for small tensors, elements of every tensor of the main graph; inlines local functions; sorts
 * the nodes; counts the work of each. Input dimensions are bound by `bindings` as `inputDim` describes. What cannot be
 * known stays unknown with its cause; contradictions become diagnostics.
 * @param watch is told of one body, which is gone through even where no run would
 * @throws DnnSplitError `canceled` when the work is canceled; nothing else, whatever the model holds.
 */
export function inferModel(
  model: OnnxModel,
  bindings: DimensionBindings,
  work: Work = unwatched,
  watch?: BodyWatch,
): InferredModel {
  const planning: PlanningScope = {
    functions: functionsByKey(model.functions),
    bodies: new Map(),
    modulePaths: new Map(),
    facts: new SharedFacts(),
    warn: (problem, nodeId, tensor) => inference.report('error', problem, nodeId, tensor),
    inlineBudget: maximumInlinedNodes,
  };
  const expected = expectedSizes(model.graph.inputs, bindings);
  const inference = new GraphInference(planning, bindings, expected, work, watch);
  const graph = planGraph(model.graph, completeOpsets(model), planning, factsOfInputs(model, bindings));
  const scope = new Scope(undefined, graph.tensors);
  const nodes = inference.inferMain(graph, scope, inferredNode);
  for (const output of model.graph.outputs) {
    if (scope.find(output.name) !== undefined) continue;
    inference.report('error', say('shapes.noOutput', { tensor: output.name }), undefined, output.name);
  }
  const inputs = graph.inputs.map((input) => input.name);
  const found = inference.diagnostics;
  const open = openTensors(scope.facts);
  return {
    model,
    nodes,
    tensors: scope.facts,
    inputs,
    outputs: model.graph.outputs.map((output) => output.name),
    weightBytes: weightBytesOf(model.graph, graph.nodes),
    parameters: countParameters(model),
    openSymbols: countOpenSymbols(open.values()),
    madeDimensions: countMadeDimensions(open.values(), expected),
    expected,
    diagnostics: [
      ...found,
      ...describeUnknownSizes({ model, expected, nodes, tensors: scope.facts, open, inputs, found }),
    ],
  };
}

function functionsByKey(functions: readonly OnnxFunction[]): ReadonlyMap<string, OnnxFunction> {
  return new Map(functions.map((each) => [functionKey(each.domain, each.name, each.overload), each]));
}

/** A model from before operator sets (IR 1 and 2) has none: that is version 1. */
function completeOpsets(model: OnnxModel): Opsets {
  return model.opsets.has('') ? model.opsets : new Map([...model.opsets, ['', 1]]);
}

function factsOfInputs({ graph }: OnnxModel, bindings: DimensionBindings): ReadonlyMap<string, TensorFact> {
  const facts = new Map<string, TensorFact>();
  for (const { name, type } of inputsOf(graph)) {
    facts.set(
      name,
      factOfType(type, (stated, axis) => inputDim(name, axis, stated, bindings)),
    );
  }
  return facts;
}
