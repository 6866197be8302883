import { assignedTiers } from '../engine/split/nodeRanges';
import type { SplitGraph } from '../engine/split/splitGraph';
import type { PlanDocument } from '../shared/documents/plan';

/** Something that does not fit between a plan document and its model, at a place in the document. */
export interface PlanCheck {
  /** One sentence. */
  readonly message: string;
  readonly severity: 'error' | 'warning';
  /** Path to the value concerned. */
  readonly path: readonly (string | number)[];
}

/** Findings of one kind beyond this are left out: the first ones lead to the cause. */
const mostFindings = 5;

/** Sets a plan beside the graph of its model: every node on one tier, no data downwards, and the stated tensors cross. */
export function checkPlan(plan: PlanDocument, graph: SplitGraph, structureHash: string): PlanCheck[] {
  if (plan.model.structureHash !== structureHash) {
    const message = 'The model has changed since this plan was made; plan again.';
    return [{ message, severity: 'warning', path: ['model', 'structureHash'] }];
  }
  const ids = graph.nodes.map(({ id }) => id);
  const { tiersOf, unknown } = assignedTiers(
    ids,
    plan.tiers.map(({ nodes }) => nodes),
  );
  const findings = [
    ...unknownNodes(plan, unknown),
    ...unassignedNodes(graph, tiersOf),
    ...repeatedNodes(plan, graph, tiersOf),
  ];
  if (findings.length > 0) return findings;
  const tiers = tiersOf.map(([tier = 0]) => tier);
  const backward = backwardEdges(plan, graph, tiers);
  return backward.length > 0 ? backward : crossingDifferences(plan, graph, tiers);
}

function unknownNodes(plan: PlanDocument, unknown: readonly string[]): PlanCheck[] {
  return unknown.slice(0, mostFindings).map((range) => {
    const tier = plan.tiers.findIndex(({ nodes }) => nodes.includes(range));
    const place = plan.tiers[tier]?.nodes.indexOf(range) ?? 0;
    const message = `The model has no nodes '${range}'; a plan lists node ids, or first..last.`;
    return { message, severity: 'error', path: ['tiers', tier, 'nodes', place] };
  });
}

function unassignedNodes(graph: SplitGraph, tiersOf: readonly (readonly number[])[]): PlanCheck[] {
  const missing = graph.nodes.filter((_, index) => tiersOf[index]?.length === 0);
  const [first] = missing;
  if (first === undefined) return [];
  const others = missing.length === 1 ? 'is' : `and ${missing.length - 1} more are`;
  const message = `Node ${first.id} ('${first.label}') ${others} on no tier.`;
  return [{ message, severity: 'error', path: ['tiers'] }];
}

function repeatedNodes(plan: PlanDocument, graph: SplitGraph, tiersOf: readonly (readonly number[])[]): PlanCheck[] {
  const index = tiersOf.findIndex((tiers) => tiers.length > 1);
  const node = graph.nodes[index];
  const [first, second] = tiersOf[index] ?? [];
  if (node === undefined || first === undefined || second === undefined) return [];
  const where = first === second ? 'twice' : `on '${plan.tiers[first]?.id}' and on '${plan.tiers[second]?.id}'`;
  const message = `Node ${node.id} ('${node.label}') is listed ${where}.`;
  return [{ message, severity: 'error', path: ['tiers', second, 'nodes'] }];
}

/** Data only flows upwards: a reader runs on the same tier as the maker or on a higher one. */
function backwardEdges(plan: PlanDocument, graph: SplitGraph, tiers: readonly number[]): PlanCheck[] {
  const findings: PlanCheck[] = [];
  for (const tensor of graph.tensors) {
    const madeOn = tensor.producer < 0 ? 0 : (tiers[tensor.producer] ?? 0);
    for (const consumer of tensor.consumers) {
      const readOn = tiers[consumer] ?? 0;
      if (readOn >= madeOn || findings.length >= mostFindings) continue;
      const message = `This is not a valid cut: '${graph.nodes[consumer]?.label}' on '${plan.tiers[readOn]?.id}' reads '${tensor.name}', which is made on the higher tier '${plan.tiers[madeOn]?.id}'.`;
      findings.push({ message, severity: 'error', path: ['tiers', readOn, 'nodes'] });
    }
  }
  return findings;
}

function crossingDifferences(plan: PlanDocument, graph: SplitGraph, tiers: readonly number[]): PlanCheck[] {
  return plan.links.flatMap((link, l): PlanCheck[] => {
    const stated = new Set(link.tensors.map(({ name }) => name));
    const crossing = graph.tensors.filter((tensor) => {
      const madeOn = tensor.producer < 0 ? 0 : (tiers[tensor.producer] ?? 0);
      return madeOn <= l && tensor.consumers.some((consumer) => (tiers[consumer] ?? 0) > l);
    });
    const missing = crossing.find(({ name }) => !stated.has(name));
    const extra = link.tensors.find(({ name }) => !crossing.some((tensor) => tensor.name === name));
    if (missing === undefined && extra === undefined) return [];
    const what = missing !== undefined ? `'${missing.name}' crosses here too` : `'${extra?.name}' does not cross here`;
    const message = `With these nodes on each tier, ${what}, so the figures no longer hold; plan again.`;
    return [{ message, severity: 'warning', path: ['links', l, 'tensors'] }];
  });
}
