import { readFileSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { openFileSource } from '../../../src/files/fileSource';
import { viewOfGraph, viewOfGraphMessage } from '../../support/onnxProtoView';
import { sharedModels, sharedNote, sharedOracle } from '../../support/shared';

const oracleSchema = z.object({
  opset: z.record(z.string(), z.number()),
  ir_version: z.number(),
  node_count: z.number(),
  functions: z.number(),
  producer: z.string(),
  op_types: z.record(z.string(), z.number()),
  inputs: z.array(z.tuple([z.string(), z.string(), z.unknown()])),
  outputs: z.array(z.tuple([z.string(), z.string(), z.unknown()])),
  params: z.number(),
  weight_bytes: z.number(),
});

function read(path: string) {
  const source = openFileSource(path);
  try {
    return readModel(source);
  } finally {
    source.close();
  }
}

const models = sharedModels();

describe(`every shared model reads as the independent oracle says${sharedNote}`, () => {
  it.each(models)('$name', ({ name, path }) => {
    const oracle = oracleSchema.parse(sharedOracle(name, 'shapes'));
    const model = read(path);
    const opTypes: Record<string, number> = {};
    for (const node of model.graph.nodes) opTypes[node.op] = (opTypes[node.op] ?? 0) + 1;
    let params = 0;
    let weightBytes = 0;
    for (const tensor of model.graph.initializers.values()) {
      params += tensor.shape.reduce((product, dim) => product * dim, 1);
      weightBytes += tensor.bytes ?? 0;
    }
    const inputs = model.graph.inputs.map(({ name }) => name).filter((input) => !model.graph.initializers.has(input));
    expect({
      opset: Object.fromEntries([...model.opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
      ir_version: model.irVersion,
      node_count: model.graph.nodes.length,
      functions: model.functions.length,
      producer: `${model.producer} ${model.producerVersion}`.trim(),
      op_types: opTypes,
      inputs,
      outputs: model.graph.outputs.map(({ name }) => name),
      params,
      weight_bytes: weightBytes,
    }).toEqual({
      ...oracle,
      producer: oracle.producer.trim(),
      inputs: oracle.inputs.map(([input]) => input),
      outputs: oracle.outputs.map(([output]) => output),
    });
  });
});

describe(`every shared model reads as onnx-proto decodes it${sharedNote}`, () => {
  it.each(models)('$name', ({ path }) => {
    const whole = onnx.ModelProto.decode(readFileSync(path));
    expect(viewOfGraph(read(path).graph)).toEqual(viewOfGraphMessage(whole.graph ?? {}));
  });
});
