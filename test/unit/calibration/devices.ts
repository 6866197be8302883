import { fusedGroups } from '../../../src/engine/split/fusedGroups';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';

/** Times of a device that fuses, or does not: 30 GFLOP/s dense, 12 pointwise, 3 depthwise, 9 else, 4 GB/s, 20 us per kernel. */
export function timesOf(graph: SplitGraph, fuses: boolean): Map<string, number> {
  const groups = fusedGroups(graph);
  return new Map(
    graph.nodes.map((node, index): [string, number] => {
      const isPart = fuses && groups.mainOf[index] !== index;
      if (node.viewOnly || isPart) return [node.id, 0];
      const rate = { dense: 30, pointwise: 12, depthwise: 3 }[node.rateClass as 'dense'] ?? 9;
      const bytes = (fuses ? groups.trafficBytes[index] : node.trafficBytes) ?? 0;
      const macs = fuses
        ? graph.nodes.reduce((sum, one, at) => sum + (groups.mainOf[at] === index ? (one.macs ?? 0) : 0), 0)
        : (node.macs ?? 0);
      return [node.id, 1e6 * ((2 * macs) / (rate * 1e9) + bytes / 4e9) + 20];
    }),
  );
}
