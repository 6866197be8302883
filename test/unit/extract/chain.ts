import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { planSegments } from '../../../src/engine/extract/planSegments';
import type { SegmentsPlan } from '../../../src/engine/extract/segmentPlan';
import { moveCutsToCallBorders } from '../../../src/engine/extract/topLevel';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import type { DimensionBindings, InferredModel } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { openFileSource } from '../../../src/files/fileSource';
import { randomNumbers } from '../../../src/runtime/randomInputs';
import { type ExportTarget, exportInto } from '../../support/exportInto';

type Values = Map<string, ort.Tensor>;
type Data = Uint8Array | Int8Array | Uint16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

export interface Subject {
  readonly path: string;
  readonly inferred: InferredModel;
  readonly graph: SplitGraph;
  readonly inputs: Values;
  readonly whole: Values;
}

const exactly: ort.InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'disabled',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
};

/** Reads a model and runs it as a whole on random inputs. */
export async function prepare(path: string, bindings: DimensionBindings, seed = 1): Promise<Subject> {
  const source = openFileSource(path);
  const model = readModel(source);
  source.close();
  const inferred = inferModel(model, bindings);
  const random = randomNumbers(seed);
  const inputs: Values = new Map();
  for (const name of inferred.inputs) inputs.set(name, randomTensor(inferred, name, random));
  const whole = await run(path, inputs, new Set(inferred.inputs));
  return { path, inferred, graph: buildSplitGraph(inferred), inputs, whole };
}

const makers: Readonly<Record<string, readonly [ort.Tensor.Type, (length: number, random: () => number) => Data]>> = {
  float32: ['float32', (length, random) => Float32Array.from({ length }, () => random() * 2 - 1)],
  float16: ['float16', (length, random) => Uint16Array.from({ length }, () => 0x3000 + Math.floor(random() * 0x800))],
  int64: ['int64', (length, random) => BigInt64Array.from({ length }, () => BigInt(Math.floor(random() * 2)))],
  int32: ['int32', (length, random) => Int32Array.from({ length }, () => Math.floor(random() * 2))],
  bool: ['bool', (length, random) => Uint8Array.from({ length }, () => Math.floor(random() * 2))],
  uint8: ['uint8', (length, random) => Uint8Array.from({ length }, () => Math.floor(random() * 256))],
};

function randomTensor(inferred: InferredModel, name: string, random: () => number): ort.Tensor {
  const fact = inferred.tensors.get(name);
  const maker = makers[fact?.dtype ?? ''];
  if (!fact?.shape || !maker) throw new Error(`input ${name} has an unknown type or shape`);
  const dims = fact.shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new Error(`input ${name} has the open dimension ${dim.key}`);
  });
  const [type, fill] = maker;
  return new ort.Tensor(
    type,
    fill(
      dims.reduce((product, dim) => product * dim, 1),
      random,
    ) as Float32Array,
    dims,
  );
}

async function run(path: string, available: Values, inputNames: ReadonlySet<string>): Promise<Values> {
  const session = await ort.InferenceSession.create(path, exactly);
  const feeds: Record<string, ort.Tensor> = {};
  for (const name of session.inputNames) {
    const value = available.get(name);
    if (value) feeds[name] = value;
    else if (inputNames.has(name)) throw new Error(`${name} does not reach ${path}`);
  }
  const results = await session.run(feeds);
  await session.release();
  return new Map(Object.entries(results));
}

/** Exports the segments of an assignment, runs them one after the other over the hops, and gives the chain's outputs. */
export async function runChain(
  subject: Subject,
  assignment: Uint8Array,
  tiers: number,
  options: Partial<ExportTarget> = {},
): Promise<{ outputs: Values; plan: SegmentsPlan; files: string[] }> {
  const { inferred, graph, path } = subject;
  const plan = planSegments(inferred, graph, moveCutsToCallBorders(graph, assignment), tiers);
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'dnnsplit-extract-'));
  try {
    const exported = exportInto(path, inferred.model, plan, {
      directory,
      fileName: (tier) => `part${tier + 1}.onnx`,
      ...options,
    });
    const outputs: Values = new Map();
    let carried: Values = subject.inputs;
    for (let tier = 0; tier < tiers; tier++) {
      const segment = plan.segments[tier];
      const here = new Map(carried);
      if (segment) {
        const file = exported.find((each) => each.tier === tier)?.path ?? '';
        const made = await run(file, carried, new Set(segment.inputs.map(({ name }) => name)));
        for (const [name, value] of made) {
          here.set(name, value);
          if (inferred.outputs.includes(name)) outputs.set(name, value);
        }
      }
      carried = new Map();
      for (const { name } of plan.hops[tier] ?? []) {
        const value = here.get(name);
        if (!value) throw new Error(`hop ${tier} promises ${name}, which is not there`);
        carried.set(name, value);
      }
    }
    return { outputs, plan, files: readdirSync(directory) };
  } finally {
    if (options.directory === undefined) rmSync(directory, { recursive: true });
  }
}

/** Names of outputs whose bits, type or shape differ between the chain and the whole. */
export function differences(subject: Subject, outputs: Values): string[] {
  return subject.inferred.outputs.filter((name) => {
    const expected = subject.whole.get(name);
    const found = outputs.get(name);
    if (!expected || !found) return true;
    return expected.type !== found.type || String(expected.dims) !== String(found.dims) || !sameBytes(expected, found);
  });
}

/**
 * On the CPU, ONNX Runtime computes most float16 operators in float32 and drops the rounding between two of them; a cut
 * puts the rounding back. So float16 results may be off by the last bit or two; everything else must be equal.
 */
const float16StepsAllowed = 2;

function sameBytes(a: ort.Tensor, b: ort.Tensor): boolean {
  if (a.type !== 'float16') return bytesOf(a).equals(bytesOf(b));
  const [left, right] = [a, b].map((tensor) => Array.from(tensor.data as Uint16Array, float16Ordinal));
  return (
    left?.every((value, index) => Math.abs(value - (right?.[index] ?? Number.NaN)) <= float16StepsAllowed) ?? false
  );
}

/** Number of float16 values between zero and this one. */
function float16Ordinal(bits: number): number {
  return bits >= 0x8000 ? 0x8000 - bits : bits;
}

function bytesOf(tensor: ort.Tensor): Buffer {
  const { data } = tensor;
  if (Array.isArray(data)) return Buffer.from(JSON.stringify(data));
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** A random assignment in which no tier falls along an edge, cut across branches. */
export function randomAssignment(graph: SplitGraph, tiers: number, random: () => number): Uint8Array {
  const assignment = new Uint8Array(graph.nodes.length);
  const cuts = Array.from({ length: tiers - 1 }, () => random()).sort((a, b) => a - b);
  for (const [node, { reads }] of graph.nodes.entries()) {
    const place = (node + (random() - 0.5) * graph.nodes.length * 0.3) / graph.nodes.length;
    let tier = cuts.filter((cut) => cut < place).length;
    for (const tensor of reads) {
      const producer = graph.tensors[tensor]?.producer ?? -1;
      if (producer >= 0) tier = Math.max(tier, assignment[producer] ?? 0);
    }
    assignment[node] = tier;
  }
  return assignment;
}

/** The first `position` nodes below, the others above. */
export function prefixAssignment(graph: SplitGraph, position: number): Uint8Array {
  return Uint8Array.from(graph.nodes, (_, node) => (node < position ? 0 : 1));
}
