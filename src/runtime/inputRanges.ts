import type { InferredModel, InferredNode } from '../engine/shapes/facts/inferred';
import type { InputRange, InputRanges } from '../shared/vocabulary/inputRanges';

/** Operators that hand the values of their first input on as they are. */
const passing: ReadonlySet<string> = new Set([
  ...['Cast', 'Identity', 'Unsqueeze', 'Squeeze', 'Reshape', 'Flatten', 'Transpose', 'Slice', 'Expand', 'Tile'],
]);

/** Where an operator looks something up: which input holds indices, which one the table. */
const lookups: Readonly<Record<string, readonly { readonly indices: number; readonly table: number }[]>> = {
  Gather: [{ indices: 1, table: 0 }],
  GatherElements: [{ indices: 1, table: 0 }],
  EmbedLayerNormalization: [
    { indices: 0, table: 2 },
    { indices: 1, table: 4 },
  ],
};

/** Everything is looked at where a mask says 1. */
const maskName = /mask/i;
const pixelRange: InputRange = { least: 0, most: 255 };

/**
 * The values that a model's inputs may have, for random ones: indices stay within the tables that they look up (words within
 * the vocabulary), masks hide nothing, and bytes are pixels.
 */
export function inputRanges({ inputs, tensors, nodes }: InferredModel): InputRanges {
  const readers = new Map<string, InferredNode[]>();
  for (const one of nodes) for (const name of new Set(one.node.inputs)) push(readers, name, one);
  const rowsOf = (name: string, axis: number): number | undefined => {
    const fact = tensors.get(name);
    const size = fact?.kind === 'tensor' ? fact.shape?.at(axis) : undefined;
    return typeof size === 'number' && size > 0 ? size : undefined;
  };
  const ranges: [string, InputRange][] = [];
  for (const name of inputs) {
    const fact = tensors.get(name);
    const dtype = fact?.kind === 'tensor' ? fact.dtype : '';
    if (maskName.test(name)) ranges.push([name, { least: 1, most: 1 }]);
    else if (dtype === 'uint8') ranges.push([name, pixelRange]);
    else if (/^u?int(8|16|32|64)$/.test(dtype)) {
      const rows = leastRows(name, readers, rowsOf);
      if (rows !== undefined) ranges.push([name, { least: 0, most: rows - 1 }]);
    }
  }
  return Object.fromEntries(ranges);
}

/** Rows of the smallest table in which an input's values are looked up; none where there is no such table. */
function leastRows(
  input: string,
  readers: ReadonlyMap<string, readonly InferredNode[]>,
  rowsOf: (name: string, axis: number) => number | undefined,
): number | undefined {
  const seen = new Set([input]);
  let least: number | undefined;
  for (const name of seen) {
    for (const { node } of readers.get(name) ?? []) {
      if (passing.has(node.op) && node.inputs[0] === name) for (const made of node.outputs) seen.add(made);
      for (const rows of rowsLookedUp(node, name, rowsOf)) least = Math.min(least ?? rows, rows);
    }
  }
  return least;
}

/** Rows of the tables in which a node looks up the values of a tensor. */
function rowsLookedUp(
  { op, inputs, attributes }: InferredNode['node'],
  name: string,
  rowsOf: (name: string, axis: number) => number | undefined,
): number[] {
  const axis = attributes.get('axis');
  const uses = (lookups[op] ?? []).filter(({ indices }) => inputs[indices] === name);
  return uses.flatMap(({ table }) => rowsOf(inputs[table] ?? '', axis?.kind === 'int' ? axis.value : 0) ?? []);
}

function push(lists: Map<string, InferredNode[]>, name: string, node: InferredNode): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [node]);
  else list.push(node);
}
