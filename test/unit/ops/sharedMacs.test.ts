import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import type { OnnxNode } from '../../../src/engine/onnx/model';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import type { InferredModel } from '../../../src/engine/shapes/facts/inferred';
import { inferModel } from '../../../src/engine/shapes/inferModel';
import { torchvisionGmacs } from '../../fixtures/published/torchvisionGmacs';
import { type SharedModel, sharedModels, sharedNote, sharedOracle } from '../../support/shared';

const oracleSchema = z.object({
  dims_bound: z.record(z.string(), z.number()),
  macs_by_node: z.record(z.string(), z.number()),
  macs_total: z.number().nullable(),
  macs_total_source: z.string().nullable(),
  /** Nodes that the oracle could not count: their shapes follow from custom operators, or they are in a body. */
  macs_unresolved: z.array(z.tuple([z.string(), z.string()])),
});
type Oracle = z.infer<typeof oracleSchema>;

function inferShared(model: SharedModel): { oracle: Oracle; inferred: InferredModel } {
  const oracle = oracleSchema.parse(sharedOracle(model.name, 'shapes'));
  return { oracle, inferred: inferModel(readModel(bufferSource(readFileSync(model.path))), oracle.dims_bound) };
}

/** Counts of each node of the file; those of an inlined call are added up under the call. */
function macsByFileNode(inferred: InferredModel): Map<string, number | undefined> {
  const sums = new Map<string, number | undefined>();
  for (const { id, macs } of inferred.nodes) {
    const owner = id.split('/', 1)[0] ?? id;
    const before = sums.has(owner) ? sums.get(owner) : 0;
    sums.set(owner, before === undefined || macs === undefined ? undefined : before + macs);
  }
  return sums;
}

/** The oracle's key of a node: its name, or place and first output where it has none of its own. */
function keyOf(node: OnnxNode, index: number, repeated: ReadonlySet<string>): string {
  return node.name === '' || repeated.has(node.name) ? `#${index}:${node.outputs[0] ?? ''}` : node.name;
}

function repeatedNames(nodes: readonly OnnxNode[]): ReadonlySet<string> {
  const names = nodes.map((node) => node.name);
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

/** Nodes whose count is not the oracle's, as readable lines. */
function differences({ oracle, inferred }: { oracle: Oracle; inferred: InferredModel }): string[] {
  const { nodes } = inferred.model.graph;
  const repeated = repeatedNames(nodes);
  const sums = macsByFileNode(inferred);
  const unresolved = new Set(oracle.macs_unresolved.map(([name]) => name));
  const lines: string[] = [];
  for (const [index, node] of nodes.entries()) {
    const key = keyOf(node, index, repeated);
    if (unresolved.has(key)) continue;
    // Other operators of the file have no multiply-accumulates; unknown ones (image codecs) cannot be counted.
    const expected = oracle.macs_by_node[key] ?? 0;
    const actual = sums.get(node.id);
    const custom = actual === undefined && node.domain !== '' && oracle.macs_by_node[key] === undefined;
    if (actual !== expected && !custom) lines.push(`${node.op} ${key}: ${actual}, oracle ${expected}`);
  }
  return lines;
}

function total(inferred: InferredModel, skipBodies: boolean): number {
  const bodies = new Set(['If', 'Loop', 'Scan']);
  return inferred.nodes.reduce((sum, each) => sum + (skipBodies && bodies.has(each.node.op) ? 0 : (each.macs ?? 0)), 0);
}

describe(`multiply-accumulates of the shared models${sharedNote}`, () => {
  for (const model of sharedModels()) {
    it(`${model.name}: every node as in the oracle`, () => {
      const both = inferShared(model);
      expect(differences(both)).toEqual([]);
      if (both.oracle.macs_total === null) return;
      // The independent totals are rounded, know heads that an export dropped, or count constants that it folded.
      const gap = Math.abs(total(both.inferred, true) - both.oracle.macs_total) / both.oracle.macs_total;
      expect(gap).toBeLessThan(0.005);
    });
  }
});

/** Shared exports of torchvision models that have a published figure, by the figure's name. */
const publishedNames: Readonly<Record<string, string>> = {
  tv_alexnet: 'AlexNet',
  tv_densenet121_raw: 'DenseNet121',
  tv_efficientnet_b0: 'EfficientNet_B0',
  tv_googlenet: 'GoogLeNet',
  tv_lraspp_mobilenet_v3_large: 'LRASPP_MobileNet_V3_Large',
  tv_mobilenet_v3_large: 'MobileNet_V3_Large',
  tv_resnet152: 'ResNet152',
  tv_resnet18_op22: 'ResNet18',
  tv_resnet18_ts17: 'ResNet18',
  tv_resnet18_ts17_bn: 'ResNet18',
  tv_resnet50: 'ResNet50',
  tv_ssdlite320_mobilenet_v3_large_ts17: 'SSDLite320_MobileNet_V3_Large',
  tv_swin_t: 'Swin_T',
  tv_swin_t_ts17: 'Swin_T',
  tv_vgg19: 'VGG19',
  tv_vit_b_16: 'ViT_B_16',
  t113_densenet121: 'DenseNet121',
  t113_googlenet: 'GoogLeNet',
  t113_mnasnet1_0: 'MNASNet1_0',
  t113_mobilenet_v2_dynbatch: 'MobileNet_V2',
  t113_resnet50: 'ResNet50',
  t113_swin_t: 'Swin_T',
};

describe('published multiply-adds of torchvision', () => {
  const models = new Map(sharedModels().map((model) => [model.name, model]));
  for (const [name, published] of Object.entries(publishedNames)) {
    it(`${name}: within 1 % of ${published}`, () => {
      const [model, gmacs] = [models.get(name), torchvisionGmacs[published]];
      if (model === undefined || gmacs === undefined) throw new Error(`${name} or its published figure is missing`);
      const counted = total(inferShared(model).inferred, true) / 1e9;
      expect(Math.abs(counted - gmacs) / gmacs, `${counted} against ${gmacs}`).toBeLessThan(0.01);
    });
  }
});
