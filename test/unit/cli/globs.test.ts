import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesMatching } from '../../../src/cli/terminal/globs';

const files = [
  'a.onnx',
  'b.onnx',
  'b.json',
  'x/a.onnx',
  'x/y/c.onnx',
  'x/y/d[1].onnx',
  '.hidden/e.onnx',
  'node_modules/f.onnx',
];

describe('the files of a pattern', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-globs-'));
    for (const file of files) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const found = (pattern: string) => filesMatching(`${folder}/${pattern}`).map((path) => path.slice(folder.length + 1));

  it.each([
    ['*.onnx', ['a.onnx', 'b.onnx']],
    ['**/*.onnx', ['a.onnx', 'b.onnx', 'x/a.onnx', 'x/y/c.onnx', 'x/y/d[1].onnx']],
    ['x/**/*.onnx', ['x/a.onnx', 'x/y/c.onnx', 'x/y/d[1].onnx']],
    ['{a,b}.onnx', ['a.onnx', 'b.onnx']],
    ['[!a].onnx', ['b.onnx']],
    ['?.{json,onnx}', ['a.onnx', 'b.json', 'b.onnx']],
    ['*/a.onnx', ['x/a.onnx']],
    ['none/*.onnx', []],
    ['*.on+x', []],
  ])('of %s', (pattern, expected) => {
    expect(found(pattern)).toEqual(expected);
  });
});
