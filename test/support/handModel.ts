import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzeFile } from '../../src/app/model/analyzeFile';
import { configOf, settingsOf } from '../../src/app/model/configuredModel';
import { type PlannedModel, planAnalyzed } from '../../src/app/plan/planAnalyzed';
import type { PlanOverrides } from '../../src/shared/protocol/requests';
import { type BuiltModel, buildModel } from './onnxBuilder';

/**
 * A model that is small enough to be planned by hand, and all that a plan of it must say. No two figures of a kind are the
 * same, so that a test that compares with `byHand` sees whichever two are swapped.
 *
 *     x -> stem -> a -> squeeze -> b -> widen -> c            device
 *                  a, c -> join -> d -> body -> e             edge
 *                               c, e -> head -> y             cloud
 */
const weight = (...shape: readonly [number, number]) =>
  ({ dtype: 'float32', shape, values: new Array<number>(shape[0] * shape[1]).fill(0) }) as const;

const handModel: BuiltModel = {
  opset: 13,
  tensors: {
    x: { dtype: 'float32', shape: [1, 7] },
    w1: weight(7, 11),
    w2: weight(11, 5),
    w3: weight(5, 19),
    w5: weight(30, 13),
    w6: weight(13, 19),
  },
  nodes: [
    { op: 'MatMul', name: 'stem', inputs: ['x', 'w1'], outputs: ['a'] },
    { op: 'MatMul', name: 'squeeze', inputs: ['a', 'w2'], outputs: ['b'] },
    { op: 'MatMul', name: 'widen', inputs: ['b', 'w3'], outputs: ['c'] },
    { op: 'Concat', name: 'join', inputs: ['a', 'c'], outputs: ['d'], attributes: { axis: { int: 1 } } },
    { op: 'MatMul', name: 'body', inputs: ['d', 'w5'], outputs: ['e'] },
    { op: 'Gemm', name: 'head', inputs: ['e', 'w6', 'c'], outputs: ['y'] },
  ],
};

/** Rates are chosen so that times, prices and energies are short numbers; MACs count as two operations. */
export const handConfig = {
  tiers: [
    {
      id: 'device',
      gflops: 0.01,
      memoryGBps: 17,
      memoryGB: 2,
      overheadUs: 7,
      watts: 5,
      electricityPerKWh: 7200,
      profile: 'device.profile.json',
    },
    { id: 'edge', gflops: 0.004, memoryGB: 16, overheadUs: 3, pricePerHour: 108, watts: 13 },
    {
      id: 'cloud',
      gflops: 0.02,
      memoryGB: 64,
      pricePerHour: 1800,
      watts: 300,
      replicas: 3,
    },
  ],
  links: [
    { bandwidthMbps: 0.16, latencyMs: 2.5, pricePerGB: 31, joulesPerMB: 11 },
    { bandwidthMbps: 0.256, latencyMs: 1.7, pricePerGB: 37, joulesPerMB: 17 },
  ],
  objective: 'latency',
  answer: 'stays',
};

/** `widen` has no time of its own, and one time belongs to no node. */
const handProfile = {
  device: 'a bench',
  runtime: 'by hand',
  recorded: '2025-01-01',
  microseconds: { stem: 101, squeeze: 103, elsewhere: 999 },
};

/** Worked out with pencil and paper: bytes are four per element, MACs rows times columns of the weights. */
export const byHand = {
  nodes: {
    stem: { op: 'MatMul', macs: 77, weightBytes: 308, ms: [0.101, 0.0415, 0.0077] },
    squeeze: { op: 'MatMul', macs: 55, weightBytes: 220, ms: [0.103, 0.0305, 0.0055] },
    widen: { op: 'MatMul', macs: 95, weightBytes: 380, ms: [0.026, 0.0505, 0.0095] },
    /** It only moves its 240 bytes, which the device does at 17 GB/s. */
    join: { op: 'Concat', macs: 0, weightBytes: 0, ms: [0.007 + 240 / 17e6, 0.003, 0] },
    body: { op: 'MatMul', macs: 390, weightBytes: 1560, ms: [0.085, 0.198, 0.039] },
    head: { op: 'Gemm', macs: 247, weightBytes: 988, ms: [0.0564, 0.1265, 0.0247] },
  },
  model: { macs: 864, weightBytes: 3456, parameters: 864 },
  tiers: [
    {
      id: 'device',
      letter: 'D',
      names: ['stem', 'squeeze', 'widen'],
      nodes: 3,
      measuredNodes: 2,
      macs: 227,
      computeMs: 0.23,
      weightBytes: 908,
      /** While `widen` runs: a, b and c. */
      peakActivationBytes: 140,
      /** 5 W at 7200 $/kWh are a cent per second. */
      costPerRequest: 2.3e-6,
      energyJ: 5 * 0.23e-3 + 11 * 120e-6,
    },
    {
      id: 'edge',
      letter: 'E',
      names: ['join', 'body'],
      nodes: 2,
      measuredNodes: 0,
      macs: 390,
      computeMs: 0.201,
      weightBytes: 1560,
      /** While `body` runs: c, d and e. */
      peakActivationBytes: 248,
      costPerRequest: 6.03e-6,
      energyJ: 13 * 0.201e-3 + 17 * 128e-6,
    },
    {
      id: 'cloud',
      letter: 'C',
      names: ['head'],
      nodes: 1,
      measuredNodes: 0,
      macs: 247,
      computeMs: 0.0247,
      weightBytes: 988,
      /** c, e and y. */
      peakActivationBytes: 204,
      costPerRequest: 12.35e-6,
      energyJ: 300 * 0.0247e-3,
    },
  ],
  links: [
    {
      from: 'device',
      to: 'edge',
      tensors: [
        { name: 'a', shape: [1, 11], bytes: 44 },
        { name: 'c', shape: [1, 19], bytes: 76 },
      ],
      bandwidthMbps: 0.16,
      latencyMs: 2.5,
      bytes: 120,
      transferMs: 8.5,
      costPerRequest: 3.72e-6,
    },
    {
      from: 'edge',
      to: 'cloud',
      tensors: [
        { name: 'c', shape: [1, 19], bytes: 76 },
        { name: 'e', shape: [1, 13], bytes: 52 },
      ],
      bandwidthMbps: 0.256,
      latencyMs: 1.7,
      bytes: 128,
      transferMs: 5.7,
      costPerRequest: 4.736e-6,
    },
  ],
  /** Of the whole plan; the link from the device is its slowest stage, busy for 6 ms, and energy is the device's alone. */
  plan: {
    latencyMs: 14.6557,
    costPerRequest: 29.136e-6,
    throughputPerSecond: 1000 / 6,
    energyJ: 2.47e-3,
  },
  /** With everything on one tier: the input of 28 bytes climbs to it. */
  singles: {
    'single:device': { latencyMs: 0.3784, costPerRequest: 3.784e-6, energyJ: 1.892e-3 },
    'single:edge': { latencyMs: 4.35, costPerRequest: 14.368e-6, energyJ: 308e-6 },
    'single:cloud': { latencyMs: 6.5614, costPerRequest: 45.104e-6, energyJ: 308e-6 },
  },
} as const;

/** The numbers of nodes after which the plan is cut. */
export const handCuts = [3, 5] as const;

export interface HandFolder {
  readonly folder: string;
  readonly model: string;
  readonly config: string;
  readonly remove: () => void;
}

/** A folder with the model, its configuration and the device's profile. */
export function handFolder(): HandFolder {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-by-hand-'));
  const [model, config] = [join(folder, 'net.onnx'), join(folder, 'dnnsplit.json')];
  writeFileSync(model, buildModel(handModel));
  writeFileSync(config, JSON.stringify(handConfig, null, 2));
  writeFileSync(join(folder, 'device.profile.json'), JSON.stringify(handProfile));
  return { folder, model, config, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The plan that `byHand` tells of, unless it is cut elsewhere. */
export function planByHand(
  { model }: HandFolder,
  options: Parameters<typeof planAnalyzed>[3] = {},
  cuts: readonly number[] = handCuts,
  conditions: PlanOverrides = {},
): PlannedModel {
  const settings = settingsOf(model, configOf(model));
  return planAnalyzed(analyzeFile(model, settings.bindings), settings, { ...conditions, cuts }, options);
}
