import ELK, { type ElkNode } from 'elkjs/lib/elk.bundled.js';

export interface ElkPoint {
  readonly x: number;
  readonly y: number;
}

/** The part of ELK's JSON graph that blocks use; sizes and coordinates in CSS pixels. */
export interface ElkGraph {
  readonly id: string;
  readonly layoutOptions: Record<string, string>;
  readonly children: { readonly id: string; width: number; height: number; layoutOptions?: Record<string, string> }[];
  readonly edges: {
    readonly id: string;
    sources: string[];
    targets: string[];
    layoutOptions?: Record<string, string>;
  }[];
}

/** The same graph with coordinates; an edge without sections was not routed. */
export interface ElkResult {
  readonly children: readonly { readonly x: number; readonly y: number }[];
  readonly edges: readonly {
    readonly sections: readonly {
      readonly startPoint: ElkPoint;
      readonly endPoint: ElkPoint;
      readonly bendPoints: readonly ElkPoint[];
    }[];
  }[];
}

/** What the layout needs of ELK; blocks that it fails on are laid out without it. */
export interface ElkEngine {
  layout(graph: ElkGraph): Promise<ElkResult>;
}

/**
 * ELK inside of the calling thread. Its bundled build brings its own stand-in for a web worker, so no further thread is
 * started; the caller is already a worker thread.
 */
export function createElkEngine(): ElkEngine {
  const elk = new ELK({ algorithms: ['layered'] });
  return {
    async layout(graph) {
      const result: ElkNode = await elk.layout<ElkNode>(graph);
      return {
        children: (result.children ?? []).map(({ x = 0, y = 0 }) => ({ x, y })),
        edges: (result.edges ?? []).map(({ sections = [] }) => ({
          sections: sections.map(({ startPoint, endPoint, bendPoints = [] }) => ({ startPoint, endPoint, bendPoints })),
        })),
      };
    },
  };
}
