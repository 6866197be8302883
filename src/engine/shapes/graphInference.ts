import { type Sentence, say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { throwIfCanceled, type Work } from '../../shared/work/work';
import type { OnnxGraph, OnnxNode, ValueInfo } from '../onnx/model';
import { bodiesOf, bodyIdOf } from './core/bodies';
import { addUp, type Counts, countsOf } from './core/count';
import { inferredNode } from './core/inferredNode';
import { KnownResults } from './core/knownResults';
import { type BodyResult, NodeContext, type OutputFact } from './core/nodeContext';
import { planGraph } from './core/planGraph';
import type { PlannedGraph, PlannedNode, PlanningScope } from './core/plannedGraph';
import { Scope } from './core/scope';
import { StatedTypes } from './core/statedTypes';
import { isNumericValue, type TensorFact, unknownFact } from './facts/fact';
import type { DimensionBindings, InferenceDiagnostic, InferredNode } from './facts/inferred';
import type { OpEntry, Surroundings } from './facts/rule';
import { whyOpaque } from './ops/opaque';
import { findOp } from './ops/registry';

/** Makes something of a node once its outputs are known. */
export type Visit<R> = (planned: PlannedNode, entry: OpEntry | undefined, counts: Counts) => R;

/** One body, and what each going through it finds; the last one holds. */
export interface BodyWatch {
  readonly bodyId: string;
  found?: {
    readonly body: OnnxGraph;
    readonly planned: PlannedGraph;
    readonly nodes: readonly InferredNode[];
    readonly scope: Scope;
  };
}

/** Bodies inside loops are inferred more than once; nested deeply this would never end. */
const maximumBodyNodes = 250_000;
/** Runs of loops are inferred one by one until all bodies together had this many nodes. */
const maximumRepeatedNodes = 20_000;
const maximumDiagnostics = 500;
/** Nodes between two looks at whether the caller still wants the result. */
const stepsPerCheck = 2048;

/** The state of one inference run: diagnostics, planned bodies, budgets. */
export class GraphInference {
  readonly diagnostics: InferenceDiagnostic[] = [];
  private readonly reported = new Set<string>();
  private readonly stated: StatedTypes;
  private readonly known: KnownResults;
  private bodyNodes = 0;
  private problems = 0;
  private conditionalDepth = 0;
  private steps = 0;
  private stepsInMain = 0;

  constructor(
    private readonly planning: PlanningScope,
    bindings: DimensionBindings,
    private readonly expected: ReadonlyMap<string, number>,
    private readonly work: Work,
    private readonly watch?: BodyWatch,
  ) {
    this.stated = new StatedTypes(bindings, this.report.bind(this));
    this.known = new KnownResults(planning.facts);
  }

  /** Reports once; equal messages for the same place are dropped, and so is everything beyond a bound. */
  report(severity: InferenceDiagnostic['severity'], sentence: Sentence, nodeId?: string, tensor?: string): void {
    const key = `${sentence.text}\u0000${nodeId ?? ''}\u0000${tensor ?? ''}`;
    if (this.reported.has(key) || this.reported.size > maximumDiagnostics) return;
    this.reported.add(key);
    const full = this.reported.size > maximumDiagnostics;
    const said = full ? say('shapes.furtherFindings', {}) : sentence;
    this.diagnostics.push({
      severity: full ? 'information' : severity,
      message: said.text,
      ...(nodeId !== undefined && !full && { nodeId }),
      ...(tensor !== undefined && !full && { tensor }),
    });
  }

  /** A contradiction. Inside a branch of an If it only matters where that branch is taken. */
  private problem(problem: Sentence, nodeId: string): void {
    this.problems++;
    this.report(this.conditionalDepth > 0 ? 'information' : 'warning', problem, nodeId);
  }

  /** Infers every node of the main graph; `scope` holds its inputs and weights already. */
  inferMain<R>(graph: PlannedGraph, scope: Scope, visit: Visit<R>): R[] {
    this.stepsInMain = graph.nodes.length;
    return this.inferNodes(graph, scope, visit);
  }

  private inferBody(
    body: OnnxGraph,
    inputs: readonly (TensorFact | undefined)[],
    owner: PlannedNode,
    outer: Scope,
  ): BodyResult {
    const planned = planGraph(body, owner.opsets, this.planning);
    const scope = new Scope(outer);
    for (const [name, fact] of planned.tensors) scope.facts.set(name, fact);
    for (const [index, info] of body.inputs.entries()) {
      const given = inputs[index];
      if (given === undefined && scope.facts.has(info.name)) continue;
      scope.facts.set(info.name, this.stated.complete(given ?? unknownFact, info, owner.node.id));
    }
    this.bodyNodes += planned.nodes.length;
    if (this.bodyNodes > maximumBodyNodes) {
      this.report('warning', say('shapes.nesting', {}), owner.node.id);
      const outputs = body.outputs.map(() => unknownFact);
      return { outputs, macs: undefined, elementwiseOps: undefined, contradicts: false };
    }
    const problemsBefore = this.problems;
    const conditional = owner.node.op === 'If' ? 1 : 0;
    this.conditionalDepth += conditional;
    let macs: number | undefined = 0;
    let elementwiseOps: number | undefined = 0;
    const nodes: InferredNode[] | undefined = this.watch?.bodyId === bodyIdOf(body) ? [] : undefined;
    this.inferNodes(planned, scope, (each, entry, counts) => {
      macs = addUp(macs, counts.macs);
      elementwiseOps = addUp(elementwiseOps, counts.elementwiseOps);
      nodes?.push(inferredNode(each, entry, counts));
    });
    if (this.watch !== undefined && nodes !== undefined) this.watch.found = { body, planned, nodes, scope };
    this.conditionalDepth -= conditional;
    const outputs = body.outputs.map((info) =>
      this.stated.complete(scope.find(info.name) ?? unknownFact, info, owner.node.id),
    );
    return { outputs, macs, elementwiseOps, contradicts: this.problems > problemsBefore };
  }

  private inferNodes<R>(graph: PlannedGraph, scope: Scope, visit: Visit<R>): R[] {
    const context = new NodeContext({
      expected: this.expected,
      problem: (problem, nodeId) => this.problem(problem, nodeId),
      inferBody: (body, inputs, owner) => this.inferBody(body, inputs, owner, scope),
      surroundings: surroundingsOf(graph, scope),
      affordableRuns: (body) => Math.floor((maximumRepeatedNodes - this.bodyNodes) / Math.max(1, body.nodes.length)),
    });
    const outputInfo = new Map<string, ValueInfo>();
    for (const output of graph.outputs) outputInfo.set(output.name, output);
    // What nodes in a circle make exists, only nobody can say what it is.
    for (const { writes } of graph.cyclic) for (const name of writes) scope.facts.set(name, unknownFact);
    const results: R[] = [];
    for (const planned of graph.nodes) {
      this.step();
      const entry = findOp(planned.node.domain, planned.node.op);
      const inputs = this.inputsOf(planned, scope);
      const known = this.known.find(planned, inputs);
      const outputs = known?.outputs ?? this.inferNode(planned, entry, inputs, context, scope);
      const facts = this.store(planned, outputs, scope, graph.stated, outputInfo);
      if (known !== undefined && facts === outputs) {
        results.push(visit(planned, entry, known.counts));
        continue;
      }
      if (known !== undefined) context.begin(planned, inputs);
      context.finish(facts);
      const counts = countsOf(entry, context);
      if (facts === outputs && entry !== undefined && context.holdsForAll) {
        this.known.add({ planned, inputs, outputs, counts });
      }
      results.push(visit(planned, entry, counts));
    }
    return results;
  }

  /** Facts of the outputs as far as they follow from those of the inputs. */
  private inferNode(
    planned: PlannedNode,
    entry: OpEntry | undefined,
    inputs: (TensorFact | undefined)[],
    context: NodeContext,
    scope: Scope,
  ): readonly (TensorFact | undefined)[] {
    context.begin(planned, inputs);
    this.applyRule(planned, entry, context);
    if (this.watch !== undefined) this.enterUntaken(planned, this.watch, scope);
    const constant = planned.deterministic && readsOnlyConstants(planned, scope);
    return planned.node.outputs.map((name, index) =>
      name === ''
        ? undefined
        : this.planning.facts.share(withConstness(context.outputs[index] ?? unknownFact, constant)),
    );
  }

  private applyRule({ node }: PlannedNode, entry: OpEntry | undefined, context: NodeContext): void {
    if (entry === undefined) {
      const name = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
      const reason = whyOpaque(node.domain, node.op);
      this.report(
        'information',
        reason === undefined ? say('shapes.unknownOperator', { name }) : say('shapes.opaqueOperator', { name, reason }),
        node.id,
      );
      return;
    }
    try {
      entry.infer(context);
    } catch (thrown) {
      if (DnnSplitError.is(thrown)) throw thrown;
      context.problem(say('shapes.failed', { reason: thrown instanceof Error ? thrown.message : String(thrown) }));
    }
  }

  /** Goes through the bodies of a node that lead to the watched one, where its rule did not: a branch that is never taken. */
  private enterUntaken(planned: PlannedNode, watch: BodyWatch, scope: Scope): void {
    for (const body of watch.found === undefined ? bodiesOf(planned.node) : []) {
      const id = bodyIdOf(body);
      const leadsThere = id !== undefined && `${watch.bodyId}/`.startsWith(`${id}/`);
      if (leadsThere) this.inferBody(body, [], planned, scope);
    }
  }

  private inputsOf({ node }: PlannedNode, scope: Scope): (TensorFact | undefined)[] {
    return node.inputs.map((name) => (name === '' ? undefined : this.factOf(name, node.id, scope)));
  }

  private factOf(name: string, nodeId: string, scope: Scope): TensorFact {
    const fact = scope.find(name);
    if (fact !== undefined) return fact;
    this.report('error', say('shapes.noMaker', { tensor: name }), nodeId, name);
    scope.facts.set(name, unknownFact);
    return unknownFact;
  }

  /** Puts the facts of a node's outputs into the scope, completed and checked by what the file states; `outputs` where that changes none. */
  private store(
    { node }: PlannedNode,
    outputs: readonly (TensorFact | undefined)[],
    scope: Scope,
    stated: ReadonlyMap<string, ValueInfo>,
    outputInfo: ReadonlyMap<string, ValueInfo>,
  ): readonly (TensorFact | undefined)[] {
    let completed: (TensorFact | undefined)[] | undefined;
    for (let index = 0; index < outputs.length; index++) {
      const [name = '', inferred] = [node.outputs[index], outputs[index]];
      if (inferred === undefined) continue;
      const full = this.complete(inferred, stated.get(name), outputInfo.get(name), node.id);
      const fact = full === inferred ? inferred : this.planning.facts.share(full);
      scope.facts.set(name, fact);
      if (fact === inferred) continue;
      completed ??= [...outputs];
      completed[index] = fact;
    }
    return completed ?? outputs;
  }

  private complete(
    inferred: TensorFact,
    info: ValueInfo | undefined,
    outputInfo: ValueInfo | undefined,
    nodeId: string,
  ): TensorFact {
    const byInfo = info === undefined ? inferred : this.stated.complete(inferred, info, nodeId, 'warning');
    return outputInfo === undefined ? byInfo : this.stated.complete(byInfo, outputInfo, nodeId, 'information');
  }

  private step(): void {
    this.steps++;
    if (this.steps % stepsPerCheck !== 0) return;
    throwIfCanceled(this.work);
    this.work.report(
      say('stage.shapes', {}).text,
      this.stepsInMain === 0 ? undefined : Math.min(1, this.steps / this.stepsInMain),
    );
  }
}

function surroundingsOf(graph: PlannedGraph, scope: Scope): Surroundings {
  let nodes: readonly OnnxNode[] | undefined;
  return {
    get nodes() {
      nodes ??= graph.nodes.map(({ node }) => node);
      return nodes;
    },
    shapeOf: (tensor) => scope.find(tensor)?.shape,
  };
}

function readsOnlyConstants(planned: PlannedNode, scope: Scope): boolean {
  for (const name of planned.reads) if (scope.find(name)?.constant !== true) return false;
  return true;
}

function withConstness(fact: OutputFact, constant: boolean): TensorFact {
  const { kind, dtype, shape, value } = fact;
  if (value !== undefined) return { ...fact, constant: constant || isNumericValue(value) };
  const { elements, members, content, key, fill } = fact;
  const isSequence = elements !== undefined || members !== undefined || content !== undefined;
  if (isSequence || key !== undefined || fill !== undefined) return { ...fact, constant };
  return { kind, dtype, shape, constant };
}
