import { type Sentence, say } from '../../../shared/messages/say';
import type { DType } from '../../../shared/vocabulary/dtype';
import type { OnnxGraph, OnnxNode } from '../../onnx/model';
import type { Dim, Shape } from '../algebra/dim';
import { withLeast } from '../algebra/dimBounds';
import { freshDim, undecidedDim } from '../algebra/dimExpression';
import { isNumericValue, membersOf, type TensorFact, type TensorValue } from '../facts/fact';
import type { CountContext, RuleContext, Surroundings } from '../facts/rule';
import { NodeAttributes } from './attributes';
import { addUp } from './count';
import { expectedShape } from './expectedSizes';
import type { PlannedNode } from './plannedGraph';
import { elementCount, fits, valueLimit } from './tensorValue';

export type OutputFact = Omit<TensorFact, 'constant'>;

/** What inferring a body gives: its outputs, and the work of running it once. */
export interface BodyResult {
  readonly outputs: readonly TensorFact[];
  readonly macs: number | undefined;
  readonly elementwiseOps: number | undefined;
  /** True when a node inside contradicts itself or its inputs. */
  readonly contradicts: boolean;
  /** True when the work is that of all runs. */
  readonly sealed?: boolean;
}

/** What a context needs from the inference that it serves. */
export interface ContextHost {
  readonly problem: (problem: Sentence, nodeId: string) => void;
  readonly inferBody: (
    body: OnnxGraph,
    inputs: readonly (TensorFact | undefined)[],
    planned: PlannedNode,
  ) => BodyResult;
  readonly affordableRuns: (body: OnnxGraph) => number;
  readonly surroundings: Surroundings;
  /** Sizes that are expected of dimensions that only a run decides: counts use them, rules do not. */
  readonly expected: ReadonlyMap<string, number>;
}

/** One object serves all nodes of a graph, one after another: `begin`, the rule, then `outputs`, then the counts. */
export class NodeContext extends NodeAttributes implements RuleContext, CountContext {
  node: OnnxNode = emptyNode;
  opset = 1;
  outputs: (OutputFact | undefined)[] = [];
  private inputs: (TensorFact | undefined)[] = [];
  private results: readonly (TensorFact | undefined)[] = [];
  private planned: PlannedNode | undefined;
  private bodies: Map<OnnxGraph, BodyResult> | undefined;
  private isForAll = true;

  constructor(private readonly host: ContextHost) {
    super();
  }

  begin(planned: PlannedNode, inputs: (TensorFact | undefined)[]): void {
    this.node = planned.node;
    this.opset = planned.opset;
    this.planned = planned;
    this.inputs = inputs;
    this.outputs = [];
    this.results = [];
    this.bodies = undefined;
    this.isForAll = true;
    this.readFrom(planned.node);
  }

  /** Hands over the final facts of the outputs: counting starts. */
  finish(results: readonly (TensorFact | undefined)[]): void {
    this.results = results;
  }

  /** Whether the rule used nothing that only this node has, and reported nothing: nodes like it have the same outputs. */
  get holdsForAll(): boolean {
    return this.isForAll;
  }

  get inputCount(): number {
    return this.node.inputs.length;
  }

  get outputCount(): number {
    return this.node.outputs.length;
  }

  input(index: number): TensorFact | undefined {
    return this.inputs[index];
  }

  shape(index: number): Shape {
    return this.inputs[index]?.shape;
  }

  numbers(index: number): readonly number[] | undefined {
    const value = this.inputs[index]?.value;
    return isNumericValue(value) ? value : undefined;
  }

  ownName(label: string): string {
    this.isForAll = false;
    return `${this.node.id}:${label}`;
  }

  fresh(label: string): Dim {
    return freshDim(this.ownName(label), this.node.id);
  }

  undecided(label: string, dims: readonly (Dim | undefined)[]): Dim {
    const known = dims.filter((dim) => dim !== undefined);
    const symbolic = known.filter((dim) => typeof dim !== 'number');
    const made = symbolic.some((dim) => dim.cause !== undefined);
    if (known.length < dims.length || symbolic.length === 0 || made) return this.fresh(label);
    return undecidedDim(this.ownName(label), known, 0);
  }

  output(index: number, dtype: DType, stated: Shape, value?: TensorValue): void {
    const shape = this.possible(stated);
    const follow = value !== undefined && value.length <= valueLimit(dtype) && fits(value, shape);
    const keep = follow && (shape === undefined) === (stated === undefined);
    this.outputs[index] = keep ? { kind: 'tensor', dtype, shape, value } : { kind: 'tensor', dtype, shape };
  }

  /** The shape unless a size in it cannot be, which is reported. */
  private possible(shape: Shape): Shape {
    if (shape === undefined) return undefined;
    let isNumeric = true;
    for (const dim of shape) {
      if (typeof dim !== 'number') {
        isNumeric = false;
      } else if (!(Number.isInteger(dim) && dim >= 0)) {
        this.problem(say('shapes.impossible', { op: this.node.op, dim }));
        return undefined;
      }
    }
    // The sizes of a tensor are not negative, whatever their terms may allow.
    return isNumeric ? shape : shape.map((dim) => withLeast(dim, 0));
  }

  outputFill(index: number, element: number): void {
    const stated = this.outputs[index];
    if (stated !== undefined) this.outputs[index] = { ...stated, fill: element };
  }

  outputFact(index: number, fact: OutputFact): void {
    const shape = this.possible(fact.shape);
    this.outputs[index] = shape === fact.shape ? fact : { ...fact, shape };
  }

  problem(problem: Sentence): void {
    this.isForAll = false;
    const { op, name, outputs, id } = this.node;
    const named = name || outputs.find((output) => output !== '') || id;
    this.host.problem(say('shapes.atNode', { op, name: named, problem }), id);
  }

  inferBody(body: OnnxGraph, inputs: readonly (TensorFact | undefined)[], adds = false): readonly TensorFact[] {
    if (this.planned === undefined) return [];
    const result = this.host.inferBody(body, inputs, this.planned);
    this.bodies ??= new Map();
    const before = adds ? this.bodies.get(body) : undefined;
    this.bodies.set(body, before === undefined ? result : withWorkOf(before, result));
    return result.outputs;
  }

  get surroundings(): Surroundings {
    this.isForAll = false;
    return this.host.surroundings;
  }

  affordableRuns(body: OnnxGraph): number {
    return this.host.affordableRuns(body);
  }

  sealBody(body: OnnxGraph): void {
    const result = this.bodies?.get(body);
    if (result !== undefined) this.bodies?.set(body, { ...result, sealed: true });
  }

  contradicts(body: OnnxGraph): boolean {
    return this.bodies?.get(body)?.contradicts ?? false;
  }

  discardBody(body: OnnxGraph): void {
    this.bodies?.set(body, { outputs: [], macs: 0, elementwiseOps: 0, contradicts: false, sealed: true });
  }

  inputShape(index: number): readonly number[] | undefined {
    return numbersOf(this.expectedShape(this.inputs[index]));
  }

  outputShape(index: number): readonly number[] | undefined {
    return numbersOf(this.expectedShape(this.results[index]));
  }

  inputElements(index: number): number | undefined {
    return elementCount(this.expectedShape(this.inputs[index]));
  }

  outputElements(index: number): number | undefined {
    return elementCount(this.expectedShape(this.results[index]));
  }

  inputNumbers(index: number): readonly number[] | undefined {
    return this.numbers(index);
  }

  inputMembers(index: number): number | undefined {
    const members = membersOf(this.inputs[index]);
    return typeof members === 'number' ? members : undefined;
  }

  bodyMacs(name: string): number | undefined {
    const body = this.bodyResult(name);
    return body === undefined ? 0 : body.macs;
  }

  bodyElementwiseOps(name: string): number | undefined {
    const body = this.bodyResult(name);
    return body === undefined ? 0 : body.elementwiseOps;
  }

  isBodySealed(name: string): boolean {
    return this.bodyResult(name)?.sealed ?? false;
  }

  private expectedShape(fact: TensorFact | undefined): Shape {
    return expectedShape(fact?.shape, this.host.expected);
  }

  private bodyResult(name: string): BodyResult | undefined {
    const body = this.graph(name);
    return body === undefined ? undefined : this.bodies?.get(body);
  }
}

function withWorkOf(before: BodyResult, now: BodyResult): BodyResult {
  return {
    outputs: now.outputs,
    macs: addUp(before.macs, now.macs),
    elementwiseOps: addUp(before.elementwiseOps, now.elementwiseOps),
    contradicts: before.contradicts || now.contradicts,
  };
}

const emptyNode: OnnxNode = {
  id: '',
  name: '',
  op: '',
  domain: '',
  overload: '',
  inputs: [],
  outputs: [],
  attributes: new Map(),
  metadata: new Map(),
  range: { offset: 0, length: 0 },
};

function numbersOf(shape: Shape): readonly number[] | undefined {
  if (shape === undefined) return undefined;
  return shape.every((dim) => typeof dim === 'number') ? shape : undefined;
}
