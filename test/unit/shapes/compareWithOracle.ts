import { readFileSync } from 'node:fs';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import type { OnnxModel } from '../../../src/engine/onnx/model';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { shapeText } from '../../../src/engine/shapes/algebra/dimText';
import type { InferredModel } from '../../../src/engine/shapes/facts/inferred';
import { sharedOracle } from '../../support/shared';

/** What an oracle file says of a model; only what the tests look at. */
export interface ShapeOracle {
  readonly dims_bound: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, readonly [string, readonly (number | string | null)[] | null, string]>>;
  readonly params: number;
  readonly weight_bytes: number;
  readonly constant_node_elements: number;
  readonly subgraph_params: number;
  readonly macs_by_node: Readonly<Record<string, number>>;
  readonly macs_by_node_total: number;
}

export interface Difference {
  readonly tensor: string;
  readonly oracle: string;
  readonly ours: string;
  /** The node at which the size became unknown. */
  readonly cause?: string | undefined;
}

export interface Comparison {
  readonly matched: number;
  readonly unknown: readonly Difference[];
  readonly mismatched: readonly Difference[];
}

/** ONNX's own names of types, as the oracles have them. */
const dtypeNames: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' };

export function readFile(path: string): OnnxModel {
  return readModel(bufferSource(readFileSync(path)));
}

/** The model without the types that it states for tensors inside and for its outputs. */
export function withoutStatedTypes(model: OnnxModel): OnnxModel {
  const outputs = model.graph.outputs.map(({ name }) => ({ name, type: undefined }));
  return { ...model, graph: { ...model.graph, valueInfo: new Map(), outputs } };
}

export function shapeOracle(name: string): ShapeOracle {
  return sharedOracle(name, 'shapes') as ShapeOracle;
}

/** Holds every tensor of the oracle that the graph has against the inferred one. */
export function compareTensors(inferred: InferredModel, oracle: ShapeOracle): Comparison {
  const unknown: Difference[] = [];
  const mismatched: Difference[] = [];
  const made = new Set(inferred.model.graph.inputs.map((input) => input.name));
  for (const node of inferred.model.graph.nodes) for (const name of node.outputs) made.add(name);
  let matched = 0;
  for (const [tensor, [dtype, shape]] of Object.entries(oracle.tensors)) {
    const fact = inferred.tensors.get(tensor);
    // Quantizers leave types of tensors behind that no node makes any more; the oracle lists them.
    if (!made.has(tensor) || shape === null || shape.some((dim) => typeof dim !== 'number')) continue;
    const expected = `${dtypeNames[dtype] ?? dtype} [${shape.join(', ')}]`;
    const ours = `${fact?.dtype} ${shapeText(fact?.shape)}`;
    const open = fact?.shape?.find((dim) => typeof dim !== 'number');
    const cause = typeof open === 'object' ? (open.cause ?? statedOnly(open.symbols, inferred)) : undefined;
    if (ours === expected) matched++;
    else if (fact?.shape === undefined || open !== undefined) unknown.push({ tensor, oracle: expected, ours, cause });
    else mismatched.push({ tensor, oracle: expected, ours });
  }
  return { matched, unknown, mismatched };
}

/** A symbol that only the outputs have stands for a size that the run makes. */
function statedOnly(symbols: readonly string[], inferred: InferredModel): string | undefined {
  const dims = inferred.inputs.flatMap((name) => inferred.tensors.get(name)?.shape ?? []);
  const named = new Set(dims.flatMap((dim) => (typeof dim === 'number' ? [] : dim.symbols)));
  return symbols.find((symbol) => !named.has(symbol));
}
