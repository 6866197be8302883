import { say } from '../../../shared/messages/say';
import type { OnnxAttribute, OnnxFunction, OnnxNode, ValueInfo } from '../../onnx/model';
import { functionKey, type Opsets, type PlanningScope } from './plannedGraph';
import { renameNode } from './renameTensors';

/** A node after inlining, with what it inherits from the call that it came from. */
export interface FlatNode {
  readonly node: OnnxNode;
  readonly opsets: Opsets;
  /** Module path of the call; empty outside of functions. */
  readonly callPath: string;
}

/** Where inlined nodes go, and the types that functions state for their tensors, under the new names. */
export interface Inlined {
  readonly nodes: FlatNode[];
  readonly stated: Map<string, ValueInfo>;
}

/**
 * Replaces calls of local functions by the functions' nodes (ONNX IR, "Functions"): tensors get unique names
 * `<call id>/<name>`, attribute references become the call's attributes or the function's defaults. A call of itself,
 * however indirect, and calls beyond the budget stay as they are, with a warning.
 */
export function inlineFunctions(
  nodes: readonly OnnxNode[],
  opsets: Opsets,
  scope: PlanningScope,
  taken: () => ReadonlySet<string>,
): Inlined {
  const inlined: Inlined = { nodes: [], stated: new Map() };
  const inliner = new Inliner(scope, inlined, taken);
  for (const node of nodes) inliner.add({ node, opsets, callPath: '' }, []);
  return inlined;
}

class Inliner {
  constructor(
    private readonly scope: PlanningScope,
    private readonly result: Inlined,
    private readonly taken: () => ReadonlySet<string>,
  ) {}

  add(flat: FlatNode, callers: readonly OnnxFunction[]): void {
    const { node } = flat;
    const called = this.scope.functions.get(functionKey(node.domain, node.op, node.overload));
    if (called === undefined || !this.mayInline(node, called, callers)) {
      this.result.nodes.push(flat);
      return;
    }
    this.scope.inlineBudget -= called.nodes.length;
    this.expand(flat, called, [...callers, called]);
  }

  private mayInline(node: OnnxNode, called: OnnxFunction, callers: readonly OnnxFunction[]): boolean {
    if (callers.includes(called)) {
      this.scope.warn(say('shapes.selfCall', { name: called.name }), node.id);
      return false;
    }
    if (this.scope.inlineBudget >= called.nodes.length && callers.length < maximumCallDepth) return true;
    this.scope.warn(say('shapes.largeCall', { name: called.name }), node.id);
    return false;
  }

  private expand(call: FlatNode, called: OnnxFunction, callers: readonly OnnxFunction[]): void {
    const names = this.bindNames(call, called);
    const rename = (name: string): string => {
      if (name === '') return name;
      const known = names.get(name);
      if (known !== undefined) return known;
      const unique = this.uniqueName(call.node.id, name);
      names.set(name, unique);
      return unique;
    };
    const resolve = (reference: string): OnnxAttribute | undefined =>
      call.node.attributes.get(reference) ?? called.attributeDefaults.get(reference);
    const callPath = joinPaths(call.callPath, call.node.name);
    for (const [index, inner] of called.nodes.entries()) {
      const node = renameNode(inner, `${call.node.id}/${index}`, { rename, resolve });
      this.add({ node, opsets: called.opsets, callPath }, callers);
    }
    for (const [name, info] of called.valueInfo) {
      const renamed = names.get(name);
      if (renamed !== undefined) this.result.stated.set(renamed, { ...info, name: renamed });
    }
  }

  /** Formal names to actual ones. A formal input that is also an output gets an Identity in between. */
  private bindNames(call: FlatNode, called: OnnxFunction): Map<string, string> {
    const names = new Map<string, string>();
    for (const [index, formal] of called.inputs.entries()) names.set(formal, call.node.inputs[index] ?? '');
    for (const [index, formal] of called.outputs.entries()) {
      const actual = call.node.outputs[index] ?? '';
      if (actual === '') continue;
      const already = names.get(formal);
      if (already === undefined) names.set(formal, actual);
      else this.result.nodes.push({ ...call, node: identity(call.node, already, actual, index) });
    }
    return names;
  }

  private uniqueName(callId: string, name: string): string {
    let unique = `${callId}/${name}`;
    while (this.taken().has(unique)) unique += "'";
    return unique;
  }
}

const maximumCallDepth = 200;

function identity(call: OnnxNode, from: string, to: string, output: number): OnnxNode {
  return {
    ...call,
    id: `${call.id}/output${output}`,
    op: 'Identity',
    domain: '',
    overload: '',
    inputs: [from],
    outputs: [to],
    attributes: new Map(),
  };
}

/** Two slash-separated paths as one; empty parts vanish. */
export function joinPaths(outer: string, inner: string): string {
  return outer === '' || inner === '' ? outer + inner : `${outer}/${inner}`;
}
