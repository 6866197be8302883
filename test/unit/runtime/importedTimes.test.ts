import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { profileFromTrace } from '../../../src/app/profile/profileModel';

const model = analyzeFile(resolve(import.meta.dirname, '../../workspace/tiny-resnet.onnx'), {});
const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-imported-'));
const source = { device: 'd', runtime: 'r', recorded: '2026-01-01', warmup: undefined };

describe('times of other programs', () => {
  afterAll(() => rmSync(folder, { recursive: true }));
  const imported = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return profileFromTrace(join(folder, name), model, source);
  };
  const names = model.graph.nodes.map(({ name }) => name);

  it.each([
    ['microseconds', 1],
    ['milliseconds', 1000],
  ])('come from a table of nodes and %s', (unit, scale) => {
    const lines = names.map((name, index) => (index % 2 === 0 ? `"${name}",${index + 0.5}` : `${name},${index + 0.5}`));
    const { document, measuredNodes } = imported('table.csv', `\uFEFFnode,${unit}\r\n${lines.join('\r\n')}\r\n\r\n`);
    expect(measuredNodes).toBe(21);
    for (const [index, name] of names.entries()) expect(document.microseconds[name]).toBe((index + 0.5) * scale);
    expect(document.fused).toBeUndefined();
  });

  it('are refused with the line that is none', () => {
    expect(() => imported('bad.csv', `node,microseconds\n${names[0]},1\n${names[1]},fast\n`)).toThrow(
      /^Line 3 of .*bad\.csv is not a node and a time/,
    );
  });

  it('come from layers of TensorRT, which are called after all that they fuse', () => {
    const [conv, relu] = model.graph.nodes;
    expect([conv?.op, relu?.op]).toEqual(['Conv', 'Relu']);
    const rest = names.slice(2).map((name) => ({ name, timeMs: 5, averageMs: 0.05, medianMs: 0.04, percentage: 1 }));
    const layers = [
      { count: 100 },
      { name: 'Reformatting CopyNode for Input Tensor 0', timeMs: 1, averageMs: 0.01, medianMs: 0.01, percentage: 1 },
      { name: `${names[0]} + ${names[1]}`, timeMs: 10, averageMs: 0.1, medianMs: 0.09, percentage: 9 },
      ...rest,
    ];
    const { document, measuredNodes, runs } = imported('layers.json', JSON.stringify(layers));
    expect([measuredNodes, runs]).toEqual([21, 100]);
    expect(document.fused).toEqual({ [names[0] ?? '']: [names[1]] });
    // The layer that prepares its input counts with it.
    expect(document.microseconds[names[0] ?? '']).toBe(100);
    expect(document.microseconds[names[1] ?? '']).toBe(0);
    expect(document.microseconds[names[2] ?? '']).toBe(40);
  });

  it('are refused where they are of another model', () => {
    expect(() => imported('other.csv', 'node,microseconds\na,1\nb,2\n')).toThrow(/was recorded from another model/);
  });
});
