import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { linkPresets } from '../../../src/engine/presets/linkPresets';
import { tierPresets } from '../../../src/engine/presets/tierPresets';
import { contractSchema } from '../../../src/shared/documents/contract';
import { parseConfig } from '../../../src/shared/documents/parseConfig';
import { documentSchemas } from '../../../src/shared/documents/schemas';

const schemas = documentSchemas({ tierPresets, linkPresets });
const ajv = new Ajv({ strict: false });
const validate = ajv.compile(schemas['dnnsplit'] ?? false);
const workspaceConfig = readFileSync(resolve(import.meta.dirname, '../../workspace/dnnsplit.json'), 'utf8');

describe('the JSON schemas', () => {
  it('are valid for all documents', () => {
    for (const schema of Object.values(schemas)) expect(ajv.validateSchema(schema ?? {})).toBe(true);
    expect(Object.keys(schemas).slice(0, 4)).toEqual(['dnnsplit', 'splitplan', 'profile', 'contract']);
  });

  it.each([
    workspaceConfig,
    '{ "tiers": [{ "id": "a", "preset": "jetson-nano" }] }',
    '{ "tiers": [{ "id": "a" }], "objective": { "latency": 1, "cost": 2 } }',
    '{ "tiers": [] }',
    '{ "tiers": [{ "id": "a", "gflop": 1 }] }',
    '{ "tiers": [{ "id": "a", "gflops": 0 }] }',
    '{ "tiers": [{ "id": "a", "replicas": 1.5 }] }',
    '{ "tiers": [{ "id": "a" }], "wire": { "dtype": "float8" } }',
    '{ "tiers": [{ "id": "a" }], "models": { "m.onnx": { "dimensions": { "n": 0 } } } }',
  ])('agree with the parser on %j', (text) => {
    expect(validate(parse(text))).toBe(parseConfig(text).problems.length === 0);
  });

  it('know the presets', () => {
    expect(validate({ tiers: [{ id: 'a', preset: 'jetson-nano' }] })).toBe(true);
    expect(validate({ tiers: [{ id: 'a', preset: 'jetson-nanoo' }] })).toBe(false);
    expect(validate({ tiers: [{ id: 'a' }, { id: 'b' }], links: [{ preset: 'wifi' }] })).toBe(true);
    expect(validate({ tiers: [{ id: 'a' }, { id: 'b' }], links: [{ preset: 'wifey' }] })).toBe(false);
  });

  it('agree with the parser on contracts', () => {
    const isContract = ajv.compile(schemas['contract'] ?? false);
    const tensor = { name: 'x', dtype: 'float32', shape: ['batch', 3], bytes: null };
    const contract = {
      format: 'dnnsplit.contract',
      formatVersion: 1,
      model: 'm',
      tier: 'device',
      position: 0,
      tierCount: 1,
      segment: { file: 'model.onnx', inputs: [tensor], outputs: [tensor] },
      receives: [tensor],
      receivesAs: 'original',
      sends: [],
      sendsAs: 'original',
      answers: [tensor],
      answersAbove: [],
    };
    for (const change of [
      {},
      { segment: null },
      { sendsAs: 'float8' },
      { position: -1 },
      { note: 1 },
      { format: 'x' },
    ]) {
      const changed = { ...contract, ...change };
      expect(isContract(changed)).toBe(contractSchema.safeParse(changed).success);
    }
    expect(isContract(contract)).toBe(true);
  });
});
