import type { OnnxModel, OnnxNode } from '../../onnx/model';
import { bodiesOf } from '../core/bodies';
import { opaqueOps } from './opaque';
import { findOp, knownOps } from './registry';

/** Operators of a domain that the engine knows. */
export interface DomainCoverage {
  /** Empty for ai.onnx. */
  readonly domain: string;
  readonly operators: readonly string[];
  /** Why operators of the domain that are not known never will be, by operator. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Every operator that inference knows, by domain. */
export function operatorCoverage(): readonly DomainCoverage[] {
  return [...knownOps()].map(([domain, operators]) => ({ domain, operators, reasons: opaqueOps(domain) }));
}

/** An operator of a model that inference does not know, with the number of nodes that use it. */
export interface UnknownOperator {
  readonly domain: string;
  readonly operator: string;
  readonly nodes: number;
}

/** Operators that inference will not know in this model, bodies and functions included, most used first. */
export function unknownOperators(model: OnnxModel): readonly UnknownOperator[] {
  const local = new Set(model.functions.map((each) => `${each.domain}\u0000${each.name}`));
  const counts = new Map<string, UnknownOperator>();
  const pending: (readonly OnnxNode[])[] = [model.graph.nodes, ...model.functions.map((each) => each.nodes)];
  for (let nodes = pending.pop(); nodes !== undefined; nodes = pending.pop()) {
    for (const node of nodes) {
      pending.push(...bodiesOf(node).map((body) => body.nodes));
      const key = `${node.domain}\u0000${node.op}`;
      if (local.has(key) || findOp(node.domain, node.op) !== undefined) continue;
      const before = counts.get(key)?.nodes ?? 0;
      counts.set(key, { domain: node.domain, operator: node.op, nodes: before + 1 });
    }
  }
  return [...counts.values()].sort((a, b) => b.nodes - a.nodes || (a.operator < b.operator ? -1 : 1));
}
