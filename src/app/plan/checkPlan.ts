import { assignedTiers } from '../../engine/split/nodeRanges';
import type { SplitGraph } from '../../engine/split/splitGraph';
import type { PlanDocument } from '../../shared/documents/plan';
import { type Sentence, say } from '../../shared/messages/say';

/** Something that does not fit between a plan document and its model, at a place in the document. */
export interface PlanCheck {
  /** One sentence. */
  readonly message: string;
  /** What it was made from. */
  readonly said: Sentence;
  readonly severity: 'error' | 'warning';
  /** Path to the value concerned. */
  readonly path: readonly (string | number)[];
}

/** Findings of one kind beyond this are left out: the first ones lead to the cause. */
const mostFindings = 5;

/** Sets a plan beside the graph of its model: every node on one tier, no data downwards, and the stated tensors cross. */
export function checkPlan(plan: PlanDocument, graph: SplitGraph, structureHash: string): PlanCheck[] {
  if (plan.model.structureHash !== structureHash) {
    return [finding(say('planCheck.modelChanged', {}), 'warning', ['model', 'structureHash'])];
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

function finding(said: Sentence, severity: PlanCheck['severity'], path: PlanCheck['path']): PlanCheck {
  return { message: said.text, said, severity, path };
}

function unknownNodes(plan: PlanDocument, unknown: readonly string[]): PlanCheck[] {
  return unknown.slice(0, mostFindings).map((range) => {
    const tier = plan.tiers.findIndex(({ nodes }) => nodes.includes(range));
    const place = plan.tiers[tier]?.nodes.indexOf(range) ?? 0;
    return finding(say('planCheck.unknownNodes', { range }), 'error', ['tiers', tier, 'nodes', place]);
  });
}

function unassignedNodes(graph: SplitGraph, tiersOf: readonly (readonly number[])[]): PlanCheck[] {
  const missing = graph.nodes.filter((_, index) => tiersOf[index]?.length === 0);
  const [first] = missing;
  if (first === undefined) return [];
  const others = missing.length - 1;
  const id = others === 0 ? 'planCheck.unassigned' : 'planCheck.unassignedMore';
  return [finding(say(id, { node: first.label, id: first.id, others }), 'error', ['tiers'])];
}

function repeatedNodes(plan: PlanDocument, graph: SplitGraph, tiersOf: readonly (readonly number[])[]): PlanCheck[] {
  const index = tiersOf.findIndex((tiers) => tiers.length > 1);
  const node = graph.nodes[index];
  const [first, second] = tiersOf[index] ?? [];
  if (node === undefined || first === undefined || second === undefined) return [];
  const names = { node: node.label, id: node.id };
  const [one = '', other = ''] = [first, second].map((tier) => plan.tiers[tier]?.id);
  const sentence =
    first === second ? say('planCheck.listedTwice', names) : say('planCheck.onTwoTiers', { ...names, one, other });
  return [finding(sentence, 'error', ['tiers', second, 'nodes'])];
}

/** Data only flows upwards: a reader runs on the same tier as the maker or on a higher one. */
function backwardEdges(plan: PlanDocument, graph: SplitGraph, tiers: readonly number[]): PlanCheck[] {
  const findings: PlanCheck[] = [];
  for (const tensor of graph.tensors) {
    const madeOn = tensor.producer < 0 ? 0 : (tiers[tensor.producer] ?? 0);
    for (const consumer of tensor.consumers) {
      const readOn = tiers[consumer] ?? 0;
      if (readOn >= madeOn || findings.length >= mostFindings) continue;
      const sentence = say('planCheck.backward', {
        node: graph.nodes[consumer]?.label ?? '',
        tier: plan.tiers[readOn]?.id ?? '',
        tensor: tensor.name,
        higher: plan.tiers[madeOn]?.id ?? '',
      });
      findings.push(finding(sentence, 'error', ['tiers', readOn, 'nodes']));
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
    const sentence =
      missing !== undefined
        ? say('planCheck.missingTensor', { tensor: missing.name, from: link.from, to: link.to })
        : say('planCheck.extraTensor', { tensor: extra?.name ?? '', from: link.from, to: link.to });
    return [finding(sentence, 'warning', ['links', l, 'tensors'])];
  });
}
