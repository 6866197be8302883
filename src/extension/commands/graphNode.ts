import type { GraphMenuContext } from '../../shared/protocol/graphMenu';

/** The node under the pointer where a menu of the graph was opened. */
export interface GraphNode {
  readonly nodeId: string;
  /** Index of the tier that runs it. */
  readonly tier?: number;
}

/** The node that the graph's context menu passed, where it passed one. The page made it, so that it is looked at. */
export function graphNodeArgument(argument: unknown): GraphNode | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { dnnsplitNode: nodeId, dnnsplitTier: tier }: Partial<Record<keyof GraphMenuContext, unknown>> = argument;
  if (typeof nodeId !== 'string') return undefined;
  return { nodeId, ...(typeof tier === 'number' && Number.isInteger(tier) && tier >= 0 && { tier }) };
}
