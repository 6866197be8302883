import type { NodeDetails } from '../../shared/protocol/requests';
import { bytesText, shapeText } from '../../shared/vocabulary/quantities';
import type { OnnxAttribute, OnnxTensor } from '../onnx/model';
import type { CostTables } from '../planning/costs/costTables';
import type { InferredModel } from '../shapes/facts/inferred';
import type { SplitGraph } from '../split/splitGraph';
import { factReport } from './tensorReport';

/** Longest list of numbers and longest string that are shown whole. */
const shownElements = 16;
const shownCharacters = 200;

/** Everything about one node, for a panel or a hover; nothing when there is no node of that id. */
export function nodeDetails(
  inferred: InferredModel,
  graph: SplitGraph,
  costs: CostTables | undefined,
  nodeId: string,
): NodeDetails | undefined {
  const found = inferred.nodes.find((node) => node.id === nodeId);
  if (found === undefined) return undefined;
  const order = graph.nodes.findIndex((node) => node.id === nodeId);
  const splitNode = graph.nodes[order];
  return {
    id: found.id,
    label: found.label,
    op: found.node.op,
    domain: found.node.domain,
    modulePath: found.modulePath,
    attributes: [...found.node.attributes].map(([name, attribute]) => ({ name, value: attributeText(attribute) })),
    ...(order >= 0 && { orderIndex: order }),
    inputs: found.reads.map((name) => {
      const producer = inferred.nodes.find((node) => node.writes.includes(name));
      return {
        name,
        type: typeText(inferred, name),
        from: producer?.label ?? null,
        ...(producer && { fromId: producer.id }),
      };
    }),
    outputs: found.writes.map((name) => {
      const readers = inferred.nodes.filter((node) => node.reads.includes(name));
      return {
        name,
        type: typeText(inferred, name),
        usedBy: readers.map(({ label }) => label),
        usedByIds: readers.map(({ id }) => id),
      };
    }),
    macs: found.macs ?? null,
    weightBytes: splitNode?.weightBytes ?? 0,
    timeMsPerTier: (splitNode === undefined ? [] : (costs?.tiers ?? [])).map((table) => ({
      tier: table.tier.id,
      ms: (table.seconds[order] ?? 0) * 1e3,
      measured: table.measured[order] === 1,
      ...fusedInto(graph, table, order),
    })),
  };
}

/** The node in whose time this one's is, where the tier prices them as one kernel. */
function fusedInto(graph: SplitGraph, table: CostTables['tiers'][number], order: number): { fusedInto?: string } {
  const main = table.fusedInto?.[order] ?? order;
  const label = graph.nodes[main]?.label;
  return main === order || table.measured[order] === 1 || label === undefined ? {} : { fusedInto: label };
}

function typeText(inferred: InferredModel, name: string): string {
  const fact = inferred.tensors.get(name);
  const { dtype, shape, bytes } = factReport(name, inferred);
  if (fact !== undefined && fact.kind !== 'tensor') return `${fact.kind} of ${dtype}`;
  const weight = inferred.weightBytes.get(name);
  return `${shapeText(shape)} ${dtype}, ${bytesText(bytes ?? weight)}${weight === undefined ? '' : ', weight'}`;
}

function attributeText(attribute: OnnxAttribute): string {
  switch (attribute.kind) {
    case 'float':
    case 'int':
      return String(attribute.value);
    case 'string':
      return shortened(attribute.value);
    case 'floats':
    case 'ints':
      return listText(attribute.value.map(String));
    case 'strings':
      return listText(attribute.value.map(shortened));
    case 'tensor':
      return tensorText(attribute.value);
    case 'tensors':
      return listText(attribute.value.map(tensorText));
    case 'sparse-tensor':
      return `sparse ${attribute.value.shape.join('x')}`;
    case 'graph':
      return `body of ${attribute.value.nodes.length} nodes`;
    case 'graphs':
      return `${attribute.value.length} bodies`;
    case 'reference':
      return `the call's ${attribute.value}`;
    case 'type':
    case 'types':
    case 'sparse-tensors':
      return attribute.kind;
  }
}

function tensorText(tensor: OnnxTensor): string {
  return `${shapeText(tensor.shape)} ${tensor.dtype}`;
}

function listText(values: readonly string[]): string {
  const shown = values.slice(0, shownElements).join(', ');
  return values.length > shownElements ? `[${shown}, ... ${values.length} in all]` : `[${shown}]`;
}

function shortened(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text;
}
