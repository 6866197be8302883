import { describe, expect, test } from 'vitest';
import { createCostTables } from '../../../src/engine/planning/costs/costTables';
import type { Infrastructure } from '../../../src/engine/planning/infrastructure/infrastructure';
import { tierBounds } from '../../../src/engine/planning/infrastructure/tierBounds';
import { exactPlan } from '../../../src/engine/planning/optimum/exactPlan';
import { rankPrefixPlans } from '../../../src/engine/planning/search/prefixTuples';
import { buildInModelOrder } from '../../../src/engine/split/buildSplitGraph';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { unwatched } from '../../../src/shared/work/work';
import {
  gflopsOnVgg16,
  layerInCloud,
  layerOnEdge,
  links,
  npyHeaderBytes,
  type PublishedRow,
  rows,
  vgg19Layers,
} from '../../fixtures/published/scissionVgg19';
import { sharedModels } from '../../support/shared';
import { inferFile } from '../split/loadGraph';
import { plainInfrastructure, syntheticGraph } from './support';

const layers = vgg19Layers();
const bytesAfter = (layer: number) => layers[layer]?.shape.reduce((product, side) => product * side, 4) ?? 0;

/** The chain of the computing layers: node i is Keras layer i + 1, what it sends is a file of `numpy.save`. */
const graph = syntheticGraph(
  { input: bytesAfter(0) + npyHeaderBytes },
  layers.slice(1).map(({ name, macs }, index) => ({
    name,
    reads: [layers[index]?.name ?? ''],
    bytes: bytesAfter(index + 1) + npyHeaderBytes,
    macs,
  })),
);

/** Seconds on both links, by the formula of `scission_predict.py` with bandwidths as whole bytes per second. */
function transferSeconds({ lastOnDevice, lastOnEdge }: PublishedRow): number {
  return [lastOnDevice, lastOnEdge].reduce((sum, layer, link) => {
    const { pingMs = 0, bandwidthMbps = 1 } = links[link] ?? {};
    return sum + pingMs / 1000 + (bytesAfter(layer) + npyHeaderBytes) / Math.round(bandwidthMbps * 125_000);
  }, 0);
}

/** What is left of each published total for the layers: device 0-6, edge from 7 on, and the cloud. */
const computed = rows.map((row) => row.seconds - transferSeconds(row));
const [vmGpu = 0, oldGpu = 0, vmNoGpu = 0, oldNoGpu = 0, vmGpuLater = 0] = computed;
/** Totals are rounded to 0.1 ms, so that a difference of two is known to 0.1 ms. */
const known = 1e-4;

describe('what Scission publishes of VGG19', () => {
  test('the bytes of its boundaries are ours, and with the header of its files to the last digit', () => {
    for (const { lastOnDevice, lastOnEdge, megabytes } of rows) {
      const own = (bytesAfter(lastOnDevice) + bytesAfter(lastOnEdge)) / 1e6;
      expect(Math.abs(own / megabytes - 1)).toBeLessThan(0.0002);
      expect((own + (2 * npyHeaderBytes) / 1e6).toFixed(4)).toBe(megabytes.toFixed(4));
    }
  });

  test('its five totals are one cost model: the same machines differ by the same seconds', () => {
    expect(oldGpu - vmGpu).toBeCloseTo(0.0488, 6);
    expect(Math.abs(oldNoGpu - vmNoGpu - (oldGpu - vmGpu))).toBeLessThanOrEqual(known);
    expect(Math.abs(oldNoGpu - oldGpu - (vmNoGpu - vmGpu))).toBeLessThanOrEqual(known);
    // Layer 12 moves from the GPU to the virtual machine: it gets slower, by less than the machine's other layers take.
    expect(vmGpuLater - vmGpu).toBeGreaterThan(0);
    expect(vmGpuLater - vmGpu).toBeLessThan(vmGpu);
  });

  const shared = sharedModels().find(({ name }) => name === 'keras_VGG19');
  test('the chain above is what the exported Keras model is', () => {
    const model = buildInModelOrder(inferFile(shared?.path ?? '', {}));
    // The export has more nodes than Keras has layers: activations, and a transposition before the classifier.
    const made = layers.slice(1).map(({ name, macs }) => {
      const own = model.nodes.filter((node) => node.label.split('/')[0] === name);
      const written = own.at(-1)?.writes.map((tensor) => model.tensors[tensor]?.bytes ?? 0) ?? [];
      return { name, macs: own.reduce((sum, node) => sum + (node.macs ?? 0), 0) - macs, bytes: written[0] };
    });
    expect(made).toEqual(layers.slice(1).map(({ name }, index) => ({ name, macs: 0, bytes: bytesAfter(index + 1) })));
  });
});

/**
 * Times per layer are not published, only sums of them, so they are derived: a machine spreads what a block takes over its
 * layers in proportion to a weight, and its speed follows from the totals. Five totals leave one machine open; the GPU is
 * taken at its speed on VGG16, where its layers take 4 ms in all.
 */
const spreads: readonly [string, (layer: number) => number][] = [
  ['their MACs', (layer) => layers[layer]?.macs ?? 0],
  ['their outputs', (layer) => bytesAfter(layer)],
  ['equal parts', (layer) => (/conv|fc|predictions/.test(layers[layer]?.name ?? '') ? 1 : 0)],
];

function sumOf(weight: (layer: number) => number, from: number, to: number): number {
  return layers.slice(from, to + 1).reduce((sum, _, index) => sum + weight(from + index), 0);
}

/** Seconds per weight of every machine such that the published totals come out. */
function speedsOf(weight: (layer: number) => number) {
  const cloud = (2 * sumOf((layer) => layers[layer]?.macs ?? 0, 12, 25)) / (gflopsOnVgg16['6700k(GPU)'] * 1e9);
  const gpu = cloud / sumOf(weight, 12, 25);
  const vm = gpu + (vmGpuLater - vmGpu) / weight(12);
  const onVm = vm * sumOf(weight, 7, 11);
  return {
    raspi4: (vmGpu - onVm - cloud) / sumOf(weight, 1, 6),
    vm2Core: vm,
    '2500': vm + (oldGpu - vmGpu) / sumOf(weight, 7, 11),
    '6700k(GPU)': gpu,
    '6700k(NoGPU)': gpu + (vmNoGpu - vmGpu) / sumOf(weight, 12, 25),
  };
}

test('the speeds that the totals imply are those of VGG16 on the same machines, within a quarter', () => {
  const speeds = speedsOf((layer) => layers[layer]?.macs ?? 0);
  for (const [machine, gflops] of Object.entries(gflopsOnVgg16)) {
    const implied = 2 / (speeds[machine as keyof typeof speeds] * 1e9);
    expect(implied / gflops, machine).toBeGreaterThan(0.75);
    expect(implied / gflops, machine).toBeLessThan(1.25);
  }
});

describe.each(spreads)('with layer times in proportion to %s', (_, weight) => {
  const speeds = speedsOf(weight);
  const profile = (machine: keyof typeof speeds) =>
    new Map(layers.slice(1).map(({ name }, index) => [name, speeds[machine] * weight(index + 1) * 1e6]));

  /** The machines of a row under the constraints of the README's command. */
  function infrastructureOf({ edge, cloud }: Pick<PublishedRow, 'edge' | 'cloud'>): Infrastructure {
    const machines = ['raspi4', edge, cloud] as const;
    return plainInfrastructure(
      machines.map((machine) => ({ id: machine, profile: profile(machine) })),
      links.map(({ bandwidthMbps, pingMs }) => ({ bandwidthMbps, latencyMs: pingMs })),
      {
        constraints: {
          keepInputOnFirstTier: true,
          pin: { [layers[layerOnEdge]?.name ?? '']: edge, [layers[layerInCloud]?.name ?? '']: cloud },
        },
      },
    );
  }

  /** The best plans of a pair of machines, as rows like the published ones. */
  function ranked(machines: Pick<PublishedRow, 'edge' | 'cloud'>): PublishedRow[] {
    const infrastructure = infrastructureOf(machines);
    const costs = createCostTables(graph, infrastructure);
    const best = rankPrefixPlans(costs, tierBounds(graph, infrastructure), 'latency', 5, unwatched);
    return best.ranked.map(({ positions: [lastOnDevice = 0, lastOnEdge = 0], value }) => {
      const bytes = bytesAfter(lastOnDevice) + bytesAfter(lastOnEdge) + 2 * npyHeaderBytes;
      return { ...machines, lastOnDevice, lastOnEdge, seconds: value, megabytes: bytes / 1e6 };
    });
  }

  const pairs = (['vm2Core', '2500'] as const).flatMap((edge) =>
    (['6700k(GPU)', '6700k(NoGPU)'] as const).map((cloud) => ({ edge, cloud })),
  );

  test('every machine has a speed, and the weaker one of two is slower', () => {
    for (const seconds of Object.values(speeds)) expect(seconds).toBeGreaterThan(0);
    expect(speeds.raspi4).toBeGreaterThan(speeds['2500']);
    expect(speeds['2500']).toBeGreaterThan(speeds.vm2Core);
    expect(speeds['6700k(NoGPU)']).toBeGreaterThan(speeds['6700k(GPU)']);
  });

  test('the five best plans over all machines are the published ones, in that order and with these totals', () => {
    const five = pairs
      .flatMap(ranked)
      .sort((a, b) => a.seconds - b.seconds)
      .slice(0, 5);
    expect(five.map(({ seconds, megabytes, ...row }) => row)).toEqual(
      rows.map(({ seconds, megabytes, ...row }) => row),
    );
    for (const [index, { seconds, megabytes }] of five.entries()) {
      expect(Math.abs(seconds - (rows[index]?.seconds ?? 0))).toBeLessThanOrEqual(known);
      expect(megabytes.toFixed(4)).toBe(rows[index]?.megabytes.toFixed(4));
    }
  });

  test('the exact optimum of each pair of machines is its first published plan', () => {
    for (const machines of pairs) {
      const infrastructure = infrastructureOf(machines);
      const { assignment, objectiveValue } = exactPlan(createCostTables(graph, infrastructure), infrastructure);
      const row = rows.find(({ edge, cloud }) => edge === machines.edge && cloud === machines.cloud);
      expect(Array.from(assignment)).toEqual(assignmentOf(row, graph));
      expect(Math.abs(objectiveValue - (row?.seconds ?? 0))).toBeLessThanOrEqual(known);
    }
  });
});

function assignmentOf(row: PublishedRow | undefined, { nodes }: SplitGraph): number[] {
  return nodes.map((_, index) => {
    const layer = index + 1;
    if (layer <= (row?.lastOnDevice ?? 0)) return 0;
    return layer <= (row?.lastOnEdge ?? 0) ? 1 : 2;
  });
}
