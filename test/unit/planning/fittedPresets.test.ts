import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import type { Tier } from '../../../src/engine/planning/infrastructure/infrastructure';
import { resolveConfig } from '../../../src/engine/planning/infrastructure/resolveConfig';
import { tierPresets } from '../../../src/engine/presets/tierPresets';
import { buildSplitGraph } from '../../../src/engine/split/buildSplitGraph';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { configSchema } from '../../../src/shared/documents/config';
import { sharedFolder, sharedModels } from '../../support/shared';
import { inferFile } from '../split/loadGraph';
import { plainInfrastructure } from './support';

const fitted = tierPresets.filter(({ id }) => id.includes('/'));
const tierOf = (tier: object) =>
  resolveConfig(configSchema.parse({ tiers: [{ id: 'a', ...tier }] }), 'm.onnx', new Map()).infrastructure.tiers[0];

describe('presets of a device with a runtime', () => {
  it('are there for the devices that were asked for', () => {
    const ids = fitted.map(({ id }) => id);
    for (const device of [
      'raspberry-pi-4',
      'raspberry-pi-5',
      'jetson-nano',
      'jetson-orin-nano',
      'agx-xavier',
      'graviton3',
    ]) {
      expect(
        ids.some((id) => id.startsWith(`${device}/`)),
        device,
      ).toBe(true);
    }
    expect(ids).toContain('jetson-nano/tensorrt-fp16');
    expect(ids).toContain('agx-xavier/tensorrt-fp16');
  });

  it('state their error, and rest on five models at least', () => {
    for (const { id, fit } of fitted) {
      expect(fit, id).toBeDefined();
      expect(fit?.models, id).toBeGreaterThanOrEqual(5);
      expect(fit?.within13, id).toBeLessThanOrEqual(fit?.models ?? 0);
      expect(fit?.withinFactor, id).toBeGreaterThan(1);
      expect(fit?.source, id).not.toBe('');
    }
  });

  it('count by kind of work, unless the tier states a rate of its own', () => {
    const preset = tierPresets.find(({ id }) => id === 'raspberry-pi-4/ncnn-fp32');
    expect(tierOf({ preset: 'raspberry-pi-4/ncnn-fp32' })).toMatchObject({
      rates: preset?.fit?.rates,
      memoryGBps: preset?.fit?.memoryGBps,
      kernelOverheadUs: preset?.fit?.kernelOverheadUs,
      estimate: { basis: 'fitted', withinFactor: preset?.fit?.withinFactor },
    });
    const stated = tierOf({ preset: 'raspberry-pi-4/ncnn-fp32', gflops: 7 });
    expect(stated).toMatchObject({ gflops: 7, memoryGBps: 5.56, estimate: { basis: 'stated' } });
    expect(stated).not.toHaveProperty('rates');
    expect(tierOf({ preset: 'raspberry-pi-4' })).toMatchObject({ rates: preset?.fit?.rates });
    expect(tierOf({ preset: 't4' })).toMatchObject({ gflops: 8100, estimate: { basis: 'peak', withinFactor: 5 } });
    expect(tierOf({ preset: 't4' })).not.toHaveProperty('rates');
  });

  it('make presets beside them fuse too, and nothing that is written by hand', () => {
    const config = {
      tiers: [
        { id: 'a', preset: 'raspberry-pi-5' },
        { id: 'b', preset: 't4' },
        { id: 'c', gflops: 9 },
      ],
    };
    const { tiers } = resolveConfig(configSchema.parse(config), 'm.onnx', new Map()).infrastructure;
    expect(tiers.map(({ fusion }) => fusion)).toEqual([true, true, undefined]);
  });
});

/** Published models whose graphs are among the shared ones, under the names of the rows. */
const published: readonly (readonly [row: string, model: string])[] = [
  ['resnet50', 't113_resnet50'],
  ['resnet152', 'tv_resnet152'],
  ['alexnet', 'tv_alexnet'],
  ['vgg19', 'tv_vgg19'],
  ['densenet121', 't113_densenet121'],
  ['mobilenet', 'keras_MobileNet'],
  ['mobilenet-v1-1.0-224', 'keras_MobileNet'],
  ['mobilenet-v2-1.0-224', 't113_mobilenet_v2_dynbatch'],
  ['qai/densenet121', 't113_densenet121'],
  ['qai/resnet50', 't113_resnet50'],
  ['qai/vit', 'tv_vit_b_16'],
];

/** The published rows that a preset stands for, by what its source says of them. */
const rowsOfPresets: Readonly<Record<string, (row: Row) => boolean>> = {
  'raspberry-pi-4/ncnn-fp32': (row) => row.device === 'Raspberry Pi 4B' && row.runtime === 'ncnn' && row.threads === 4,
  'raspberry-pi-4/armnn-fp32': (row) => row.device === 'Raspberry Pi 4B' && row.runtime === 'Arm NN',
  'raspberry-pi-5/ncnn-fp32-1-thread': (row) =>
    row.device === 'Raspberry Pi 5' && row.runtime === 'ncnn' && row.threads === 1,
  'jetson-nano/tensorrt-fp16': (row) => row.device === 'Jetson Nano' && row.runtime === 'TensorRT (torch2trt)',
  'agx-xavier/tensorrt-fp16': (row) => row.device === 'Jetson AGX Xavier' && row.runtime === 'TensorRT (torch2trt)',
  'graviton3/tflite-fp32': (row) => row.device.includes('Graviton3') && row.runtime === 'TFLite (ruy)',
  'galaxy-s25/qnn-fp16': (row) => row.device === 'Samsung Galaxy S25' && row.runtime === 'QNN DLC',
};

interface Row {
  readonly device: string;
  readonly runtime: string;
  readonly precision: string;
  readonly threads?: number;
  readonly model: string;
  readonly milliseconds: number;
}

describe.skipIf(sharedFolder === undefined)('predicted through the graph, published times', () => {
  it('lie within the stated factor nine times in ten', () => {
    const rows: Row[] = JSON.parse(readFileSync(join(sharedFolder ?? '', 'data/published-latencies.json'), 'utf8'));
    const graphs = new Map(
      sharedModels().flatMap(({ name, path }) =>
        published.some(([, model]) => model === name)
          ? [[name, buildSplitGraph(inferFile(path, { batch: 1 }))] as const]
          : [],
      ),
    );
    const pairs = Object.entries(rowsOfPresets).flatMap(([preset, stands]) => {
      const tier = tierOf({ preset });
      // What ncnn calls AlexNet is the first one, with two groups.
      const named = published.filter(([name]) => name !== 'alexnet' || !preset.includes('ncnn'));
      return named.flatMap(([name, model]) => {
        const times = rows.filter((row) => row.model === name && stands(row) && /^fp/.test(row.precision));
        const graph = graphs.get(model);
        return times.length === 0 || graph === undefined || tier === undefined ? [] : [{ tier, graph, times }];
      });
    });
    const inside = pairs.filter(({ tier, graph, times }) => {
      const ratio = secondsOf(graph, tier) / middleOf(times.map(({ milliseconds }) => milliseconds * 1e-3));
      return Math.abs(Math.log(ratio)) <= Math.log(tier.estimate?.withinFactor ?? 1);
    });
    expect(pairs.length).toBeGreaterThanOrEqual(16);
    expect(inside.length / pairs.length).toBeGreaterThanOrEqual(0.9);
  });
});

function secondsOf(graph: SplitGraph, tier: Tier): number {
  return createCostTables(graph, plainInfrastructure([tier], [])).tiers[0]?.prefixSeconds.at(-1) ?? 0;
}

function middleOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
