import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { defaultConfigText } from '../../../src/extension/model/configText';
import { keepable, keptText } from '../../../src/extension/model/keptText';
import { parseConfig } from '../../../src/shared/documents/parseConfig';

const modelPath = '/work space/nets/net.onnx';

describe('what is kept of a trial', () => {
  it('is written to the places of a valid configuration, whose comments stay', () => {
    const text = keptText(defaultConfigText, modelPath, {
      bandwidthMbps: [5, null],
      latencyMs: [null, 0],
      tierSpeed: [null, 1.5, null],
      objective: 'cost',
      strategy: 'exhaustive',
      pin: { '12': 'cloud' },
    });
    const before = parse(defaultConfigText);
    expect(parse(text)).toEqual({
      ...before,
      tiers: before.tiers.map((tier: object, k: number) => (k === 1 ? { ...tier, speed: 1.5 } : tier)),
      links: [
        { ...before.links[0], bandwidthMbps: 5 },
        { ...before.links[1], latencyMs: 0 },
      ],
      strategy: 'exhaustive',
      models: { 'net.onnx': { objective: 'cost', constraints: { pin: { '12': 'cloud' } } } },
    });
    for (const comment of defaultConfigText.match(/\/\/.*/g) ?? []) expect(text).toContain(comment);
    expect(parseConfig(text).problems).toEqual([]);
  });

  it('goes to the entry that applies to the model, and keeps the pins that held before', () => {
    const config = {
      tiers: [{ id: 'a' }, { id: 'b' }],
      links: [{ bandwidthMbps: 1 }],
      constraints: { pin: { x: 'a' } },
      models: { 'nets/net.onnx': { objective: 'cost' }, 'net.onnx': {}, 'et.onnx': {} },
    };
    const kept = parse(keptText(JSON.stringify(config), modelPath, { objective: '{"latency":1}', pin: { y: 'b' } }));
    expect(kept.models).toEqual({
      'nets/net.onnx': { objective: { latency: 1 }, constraints: { pin: { x: 'a', y: 'b' } } },
      'net.onnx': {},
      'et.onnx': {},
    });
  });

  it('leaves cuts and whole plans a trial', () => {
    const { kept, left } = keepable({ cuts: [3], placement: [['0']], strategy: 'exact' });
    expect([kept, left]).toEqual([{ strategy: 'exact' }, { cuts: [3], placement: [['0']] }]);
    expect(keptText('{}', modelPath, {})).toBe('{}');
  });
});
