import type { Work } from '../../shared/work/work';
import type { OnnxModel } from '../onnx/model';
import { capturesOf } from './core/planGraph';
import { weightBytesOf } from './core/weights';
import type { TensorFact } from './facts/fact';
import type { DimensionBindings, InferredModel } from './facts/inferred';
import type { BodyWatch } from './graphInference';
import { inferModel } from './inferModel';

/**
 * One body of an `If`, `Loop` or `Scan` as if it were a model: its inputs, and what it takes from the graphs around it, are
 * the inputs. Of a loop it shows the last trip that was gone through. Nothing in it counts as constant but weights, so that
 * all of its nodes are there to be seen.
 * @param bodyId as `namedBodiesOf` gives it
 * @returns nothing where there is no such body, or where it is nested too deeply
 * @throws DnnSplitError `canceled`
 */
export function inferBody(
  model: OnnxModel,
  bindings: DimensionBindings,
  bodyId: string,
  work: Work,
): InferredModel | undefined {
  const watch: BodyWatch = { bodyId };
  const whole = inferModel(model, bindings, work, watch);
  if (watch.found === undefined) return undefined;
  const { body, planned, nodes, scope } = watch.found;
  const taken = [...capturesOf(planned)];
  const inputs = [...planned.inputs.map(({ name }) => name), ...taken];
  const tensors = new Map(scope.facts);
  for (const name of taken) {
    const fact = scope.find(name);
    if (fact !== undefined) tensors.set(name, fact);
  }
  const made = [...planned.inputs.map(({ name }) => name), ...nodes.flatMap(({ writes }) => writes)];
  for (const name of made) {
    const fact = tensors.get(name);
    if (fact !== undefined) tensors.set(name, asMade(fact));
  }
  return {
    ...whole,
    nodes,
    tensors,
    inputs,
    outputs: body.outputs.map(({ name }) => name),
    weightBytes: new Map([...whole.weightBytes, ...weightBytesOf(body, planned.nodes)]),
  };
}

/** The fact of a tensor that is to be seen, whether or not it follows from constants. */
function asMade({ value: _, ...fact }: TensorFact): TensorFact {
  return { ...fact, constant: false };
}
