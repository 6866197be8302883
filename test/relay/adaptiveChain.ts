import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzeFile } from '../../src/app/model/analyzeFile';
import { settingsOf } from '../../src/app/model/configuredModel';
import { planAnalyzed, planText } from '../../src/app/plan/planAnalyzed';
import { prepareSplit, writeSplit } from '../../src/app/split/deploySplit';
import { readSplit } from '../../src/app/split/verifySplit';
import { type AdaptiveContract, contractSchema } from '../../src/shared/documents/contract';
import { parseConfig } from '../../src/shared/documents/parseConfig';
import { requireDocument } from '../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../src/shared/documents/parsePlan';
import type { PlanDocument } from '../../src/shared/documents/plan';
import { type BuiltModel, type BuiltNode, type BuiltTensor, buildModel } from '../support/onnxBuilder';
import { floats } from './splitChain';

/** What the funnel takes and answers. */
export const funnelInput = { name: 'x', shape: [1, 6, 128, 128] } as const;

/**
 * A model whose tensors shrink from 393 kB over 98 kB to 25 kB, with about as much work before each of them, so that a slow
 * device has a regime for every one: all of it below about 0.4 Mbit/s, and an earlier cut the faster the link is.
 */
export function funnelModel(): BuiltModel {
  const tensors: Record<string, BuiltTensor> = { x: { dtype: 'float32', shape: funnelInput.shape } };
  const nodes: BuiltNode[] = [];
  let [last, channels] = ['x', 6];
  const conv = (to: number) => {
    const name = `c${nodes.length}`;
    const values = [...floats(to * channels * 9, nodes.length + 1)].map((value) => value / (2 * channels));
    tensors[`${name}_w`] = { dtype: 'float32', shape: [to, channels, 3, 3], values };
    const attributes = { pads: { ints: [1, 1, 1, 1] } };
    nodes.push({ op: 'Conv', inputs: [last, `${name}_w`], outputs: [name], attributes });
    [last, channels] = [name, to];
  };
  const pool = () => {
    const name = `p${nodes.length}`;
    const attributes = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
    nodes.push({ op: 'MaxPool', inputs: [last], outputs: [name], attributes });
    last = name;
  };
  conv(6);
  pool();
  for (let layer = 0; layer < 5; layer += 1) conv(6);
  pool();
  for (const to of [24, 24, 24, 6]) conv(to);
  nodes.push({ op: 'GlobalAveragePool', inputs: [last], outputs: ['y'] });
  return { opset: 17, tensors, nodes };
}

/** Tiers for which the funnel has a regime per tensor; measured in the figures of the plan alone. */
const funnelFigures = {
  tiers: [
    { id: 'device', gflops: 0.054, memoryGB: 8 },
    { id: 'edge', gflops: 20, memoryGB: 8 },
    { id: 'cloud', gflops: 200, memoryGB: 8 },
  ],
  links: [
    { bandwidthMbps: 50, latencyMs: 1 },
    { bandwidthMbps: 1000, latencyMs: 0.1 },
  ],
};

/** The same as a configuration. */
export function funnelConfig() {
  return configOf(funnelFigures);
}

function configOf(config: object) {
  return requireDocument(parseConfig(JSON.stringify(config)), 'invalid-config', 'dnnsplit.json');
}

/** The contract of a tier that holds several cuts. */
export function adaptiveContract(path: string): AdaptiveContract {
  const contract = contractSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  if (contract.formatVersion !== 2) throw new Error('it is of version 1');
  return contract;
}

/** Plans a model with every regime, and where two links are followed with a map of both. */
export function planWhole(modelPath: string, config: object, links: readonly number[] = [0]): PlanDocument {
  const settings = settingsOf(modelPath, { path: undefined, config: configOf(config), profiles: new Map() });
  const [first, second] = links;
  const regions = { links: [first ?? 0, second ?? 0] as const, fromMbps: 0.1, toMbps: 10_000 };
  const asked = { skipCertificate: true, ...(second !== undefined && { regions }) };
  const planned = planAnalyzed(analyzeFile(modelPath, settings.bindings), settings, {}, asked);
  const planPath = `${modelPath}.splitplan.json`;
  return requireDocument(parsePlan(planText(planned, planPath)), 'invalid-plan', planPath);
}

/** The blocks of the funnel on three tiers, in a temporary folder, and the model itself. */
export function exportFunnel(
  config: object = funnelFigures,
  model: BuiltModel = funnelModel(),
  adaptiveLinks: readonly number[] = [0],
) {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-funnel-'));
  const modelPath = join(folder, 'funnel.onnx');
  writeFileSync(modelPath, buildModel(model));
  const planPath = join(folder, 'funnel.splitplan.json');
  const plan = planWhole(modelPath, config, adaptiveLinks);
  writeFileSync(planPath, JSON.stringify(plan));
  const directory = join(folder, 'split');
  const report = writeSplit(prepareSplit(plan, planPath, { adaptiveLinks }), { directory, overwrite: false });
  return {
    ...readSplit(directory),
    folder,
    planPath,
    directory,
    report,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
