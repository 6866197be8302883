import { readFileSync } from 'node:fs';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/readModel';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import type { InferredModel } from '../../../src/engine/shapes/inferred';
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

export interface Comparison {
  readonly matched: number;
  readonly unknown: readonly string[];
  readonly mismatched: readonly string[];
}

/** ONNX's own names of types, as the oracles have them. */
const dtypeNames: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' };

export function readAndInfer(path: string, bindings: Readonly<Record<string, number>>): InferredModel {
  return inferModel(readModel(bufferSource(readFileSync(path))), bindings);
}

export function shapeOracle(name: string): ShapeOracle {
  return sharedOracle(name, 'shapes') as ShapeOracle;
}

/** Holds every tensor of the oracle against the inferred one. */
export function compareTensors(inferred: InferredModel, oracle: ShapeOracle): Comparison {
  const unknown: string[] = [];
  const mismatched: string[] = [];
  let matched = 0;
  for (const [name, [dtype, shape, source]] of Object.entries(oracle.tensors)) {
    if (shape === null || shape.some((dim) => typeof dim !== 'number')) continue;
    const fact = inferred.tensors.get(name);
    const ours = fact?.shape?.map((dim) => (typeof dim === 'number' ? dim : dim.key));
    const line = `${name}: oracle ${dtype} [${shape.join()}] (${source}), ours ${fact?.dtype} [${ours?.join()}]`;
    if (fact?.shape === undefined || fact.shape.some((dim) => typeof dim !== 'number')) unknown.push(line);
    else if (fact.dtype !== (dtypeNames[dtype] ?? dtype) || ours?.join() !== shape.join()) mismatched.push(line);
    else matched++;
  }
  return { matched, unknown, mismatched };
}
