import type { GraphData } from '../../shared/documents/nodeData';
import type { NodeDataSubject } from '../../shared/reports/nodeData';
import { savedTheme } from '../picture/displayList/editorColors';
import { tierColorsOf } from '../picture/displayList/theme';
import type { CostTables } from '../planning/costs/costTables';
import type { Plan } from '../planning/plan/plan';

/**
 * What a plan says of each node, as a file of node data for Model Explorer: by the name of a tensor that the node makes,
 * which every viewer of the model knows.
 */
export function nodeDataText(costs: CostTables, { assignment }: Plan, subject: NodeDataSubject): string {
  return `${JSON.stringify(graphData(costs, assignment, subject), null, 2)}\n`;
}

function graphData(costs: CostTables, assignment: Plan['assignment'], subject: NodeDataSubject): GraphData {
  const { graph, infrastructure, tiers } = costs;
  const results = (resultOf: (node: number) => GraphData['results'][string]): GraphData['results'] =>
    Object.fromEntries(
      graph.nodes.flatMap(({ writes }, node) => {
        const [tensor] = writes.map((index) => graph.tensors[index]?.name);
        return tensor === undefined ? [] : [[tensor, resultOf(node)]];
      }),
    );
  if (subject === 'tier') {
    const theme = savedTheme('light');
    return {
      name: 'Tier',
      results: results((node) => {
        const tier = assignment[node] ?? 0;
        const { accent: bgColor, onAccent: textColor } = tierColorsOf(theme, tier);
        return { value: infrastructure.tiers[tier]?.id ?? '', bgColor, textColor };
      }),
    };
  }
  const tierOf = (node: number) => (subject === 'time' ? (assignment[node] ?? 0) : subject.tier);
  const where = subject === 'time' ? 'its tier' : (infrastructure.tiers[subject.tier]?.id ?? '');
  return {
    name: `Time on ${where} in ms`,
    results: results((node) => ({ value: Number(((tiers[tierOf(node)]?.seconds[node] ?? 0) * 1e3).toPrecision(6)) })),
    gradient: [
      { stop: 0, bgColor: '#ffffff' },
      { stop: 1, bgColor: '#f28e2b' },
    ],
  };
}
