import { namedBodiesOf } from '../../engine/shapes/core/bodies';
import type { DimensionBindings, InferredModel, InferredNode } from '../../engine/shapes/facts/inferred';
import { inferBody } from '../../engine/shapes/inferBody';
import { buildSplitGraph } from '../../engine/split/buildSplitGraph';
import type { SplitGraph } from '../../engine/split/splitGraph';
import { say } from '../../shared/messages/say';
import { RecentResults } from '../../shared/recentResults';
import { DnnSplitError } from '../../shared/work/errors';
import type { Work } from '../../shared/work/work';
import { type AnalyzedModel, sizesOf } from './analyzeFile';

/** A body of an `If`, `Loop` or `Scan`, as a graph of its own. */
export interface OpenedBody {
  readonly bodyId: string;
  readonly inferred: InferredModel;
  readonly graph: SplitGraph;
}

/** Bodies per model, so that asking about their nodes does not infer the model each time. */
const opened = new RecentResults<AnalyzedModel, OpenedBody>();

/**
 * Opens a body of a model.
 * @param bodyId as the nodes of the split graph name it
 * @throws DnnSplitError `bad-usage` where there is none of that id, `unsupported-model`, `canceled`
 */
export function openBody(analyzed: AnalyzedModel, bindings: DimensionBindings, bodyId: string, work: Work): OpenedBody {
  const sizes = sizesOf(analyzed, bindings);
  return opened.get(analyzed, [bodyId, JSON.stringify(sizes)], () => {
    const inferred = inferBody(analyzed.inferred.model, sizes, bodyId, work);
    if (inferred === undefined) throw new DnnSplitError('bad-usage', say('server.noBody', { body: bodyId }));
    return { bodyId, inferred, graph: buildSplitGraph(inferred) };
  });
}

/**
 * The body that a node is in, the innermost of several; nothing for a node of none.
 * @throws DnnSplitError those of `openBody`
 */
export function bodyAround(
  analyzed: AnalyzedModel,
  bindings: DimensionBindings,
  nodeId: string,
  work: Work,
): OpenedBody | undefined {
  let around: OpenedBody | undefined;
  let bodyId = bodyTowards(analyzed.inferred.nodes, nodeId);
  while (bodyId !== undefined) {
    around = openBody(analyzed, bindings, bodyId, work);
    bodyId = bodyTowards(around.inferred.nodes, nodeId);
  }
  return around;
}

/** The body among those of these nodes that holds a node. */
function bodyTowards(nodes: readonly InferredNode[], nodeId: string): string | undefined {
  for (const { node } of nodes) {
    for (const { id } of namedBodiesOf(node)) if (nodeId.startsWith(`${id}/`)) return id;
  }
  return undefined;
}
