import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuzzReader } from '../../fuzz/fuzzReader';

const folder = resolve(import.meta.dirname, '../../fixtures/models');
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.onnx'))
  .map((file) => join(folder, file));

describe('mutated models', () => {
  it('are read or refused, and nothing else happens', () => {
    const report = fuzzReader(files, 1000, 20);
    expect(report.crashes).toEqual([]);
    expect(report.accepted).toBeGreaterThan(100);
    expect(report.refusals.get('unreadable-model')).toBeGreaterThan(100);
    expect(report.refusals.get('truncated-model')).toBeGreaterThan(10);
  });
});
