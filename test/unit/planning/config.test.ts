import { expect, test } from 'vitest';
import { applyOverrides, parseObjective } from '../../../src/engine/planning/infrastructure/applyOverrides';
import { defaultConfig, resolveConfig } from '../../../src/engine/planning/infrastructure/resolveConfig';
import { linkPresets } from '../../../src/engine/presets/linkPresets';
import { tierPresets } from '../../../src/engine/presets/tierPresets';
import { configSchema } from '../../../src/shared/documents/config';
import { DnnSplitError } from '../../../src/shared/work/errors';

const resolve = (config: unknown, path = '/project/models/net.onnx', profiles = new Map()) =>
  resolveConfig(configSchema.parse(config), path, profiles);

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(DnnSplitError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('expected a DnnSplitError');
}

test('the default has a Raspberry Pi 4, a T4 and an A10G', () => {
  const { infrastructure, strategy } = resolveConfig(defaultConfig, 'm.onnx', new Map());
  expect(infrastructure.tiers.map((tier) => [tier.id, tier.gflops, tier.memoryGBps])).toEqual([
    ['device', 30.4, 3.43],
    ['edge', 8100, 320],
    ['cloud', 31200, 600],
  ]);
  expect(infrastructure.links).toHaveLength(2);
  expect(strategy).toBe('dnnsplit');
});

test('what a tier states wins over its preset', () => {
  const { infrastructure } = resolve({ tiers: [{ id: 'a', preset: 't4', gflops: 7, pricePerHour: 0 }] });
  expect(infrastructure.tiers[0]).toMatchObject({ gflops: 7, memoryGBps: 320, watts: 70, pricePerHour: 0 });
});

test('the longest matching model entry applies', () => {
  const config = {
    tiers: [{ id: 'a' }],
    dimensions: { batch: 1, seq: 8 },
    models: {
      'net.onnx': { dimensions: { batch: 2 } },
      'models/net.onnx': { dimensions: { batch: 4 }, objective: 'cost', inputs: { x: { wireBytes: 9 } } },
      't.onnx': { dimensions: { batch: 8 } },
    },
  };
  const resolved = resolve(config);
  expect(resolved.bindings).toEqual({ batch: 4, seq: 8 });
  expect(resolved.infrastructure.objective).toBe('cost');
  expect(resolved.infrastructure.inputWireBytes).toEqual({ x: 9 });
  expect(resolve(config, 'C:\\other\\net.onnx').bindings['batch']).toBe(2);
});

test('links fill themselves in, and carry the wire type', () => {
  const { infrastructure } = resolve({ tiers: [{ id: 'a' }, { id: 'b' }, { id: 'c' }], wire: { dtype: 'float16' } });
  expect(infrastructure.links.map((link) => [link.bandwidthMbps, link.wireDtype])).toEqual([
    [18.88, 'float16'],
    [50, 'float16'],
  ]);
  const stated = resolve({ tiers: [{ id: 'a' }, { id: 'b' }], links: [{ bandwidthMbps: 3, wire: { dtype: 'int8' } }] });
  expect(stated.infrastructure.links[0]).toMatchObject({ bandwidthMbps: 3, latencyMs: 0, wireDtype: 'int8' });
});

test('a profile is found by the path that names it', () => {
  const profile = { device: 'd', runtime: 'r', recorded: '2026-01-01', microseconds: { conv: 5 } };
  const config = { tiers: [{ id: 'a', profile: 'p.profile.json' }] };
  const { infrastructure } = resolve(config, 'm.onnx', new Map([['p.profile.json', profile]]));
  expect(infrastructure.tiers[0]?.profile?.get('conv')).toBe(5);
  expect(messageOf(() => resolve(config))).toContain('`tiers[0].profile`');
});

test.each([
  [{ tiers: [{ id: 'a', preset: 'abacus' }] }, ['tiers[0].preset', 'abacus', 'jetson-nano', 'h100']],
  [{ tiers: [{ id: 'a' }, { id: 'b' }], links: [{ preset: 'pigeon' }] }, ['links[0].preset', 'pigeon', '4g']],
  [{ tiers: [{ id: 'a' }, { id: 'a' }] }, ['tiers[1].id', 'tiers[0]']],
  [{ tiers: [{ id: 'a' }, { id: 'b' }], links: [] }, ['`links` has 0', '2 tiers need 1 link:']],
  [{ tiers: [{ id: 'a' }], constraints: { pin: { conv: 'z' } } }, ['constraints.pin["conv"]', '`z`', 'Use one of: a.']],
  [{ tiers: [{ id: 'a' }], constraints: { excludeTiers: ['q'] } }, ['constraints.excludeTiers[0]', '`q`']],
  [{ tiers: [{ id: 'a' }], strategy: 'magic' }, ['`strategy`', 'magic', 'dnnsplit', 'single:a']],
  [{ tiers: [{ id: 'a' }], objective: { latency: 0 } }, ['`objective`']],
])('a mistake is told with its place: %j', (config, words) => {
  const message = messageOf(() => resolve(config));
  for (const word of words) expect(message).toContain(word);
});

test('every preset figure has a source and a date and is positive', () => {
  const figures = [...tierPresets, ...linkPresets].flatMap((preset) =>
    Object.entries(preset).flatMap(([name, value]) => (typeof value === 'object' && name !== 'fit' ? [value] : [])),
  );
  expect(figures.length).toBeGreaterThan(60);
  for (const figure of figures) {
    expect(figure.value).toBeGreaterThan(0);
    expect(figure.source).not.toBe('');
    expect(figure.date).toMatch(/^20\d\d/);
  }
  const ids = [...tierPresets, ...linkPresets].map((preset) => preset.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('overrides change what they name and nothing else', () => {
  const { infrastructure } = resolveConfig(defaultConfig, 'm.onnx', new Map());
  const changed = applyOverrides(infrastructure, 'dnnsplit', {
    bandwidthMbps: [null, 7],
    objective: '{"latency":1,"cost":2}',
    strategy: 'single:edge',
    pin: { conv: 'cloud' },
    cuts: [3, null],
  });
  expect(changed.infrastructure.links.map((link) => link.bandwidthMbps)).toEqual([20, 7]);
  expect(changed.infrastructure.objective).toEqual({ latency: 1, cost: 2, energy: 0 });
  expect(changed.infrastructure.constraints.pin).toEqual({ conv: 'cloud' });
  expect(changed.infrastructure.tiers).toBe(infrastructure.tiers);
  expect(applyOverrides(infrastructure, 'dnnsplit', { tierSpeed: [3, null, null] }).infrastructure.tiers).toEqual(
    infrastructure.tiers.map((tier, k) => ({ ...tier, speed: k === 0 ? 3 : 1 })),
  );
  expect(changed.strategy).toBe('single:edge');
  expect(changed.cuts).toEqual([3, null]);
  expect(messageOf(() => parseObjective('speed'))).toContain('latency, cost, throughput, energy');
  expect(messageOf(() => parseObjective('{"latency":0}'))).toContain('not an objective');
});

test('no link preset is without latency, and the way down is never slower than the way up', () => {
  for (const { id, bandwidthMbps, latencyMs, downBandwidthMbps } of linkPresets) {
    expect(latencyMs.value, id).toBeGreaterThan(0);
    expect(downBandwidthMbps?.value ?? Number.POSITIVE_INFINITY, id).toBeGreaterThan(bandwidthMbps.value);
  }
});
