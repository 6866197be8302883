import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { createAtomicFile, writeFileAtomically } from '../../../src/files/atomicFile';
import { openFileSource } from '../../../src/files/fileSource';
import { concat, message, varint } from '../../support/protoBytes';

const asked = { overwrite: false, inputs: [] };
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('file sources', () => {
  it('read any range, and none outside', () => {
    const path = join(folder, 'file');
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
    writeFileSync(path, bytes);
    const source = openFileSource(path);
    expect(source.size).toBe(200_000);
    expect(source.read(10, 5)).toEqual(bytes.subarray(10, 15));
    expect(source.read(0, 200_000)).toEqual(bytes);
    expect(source.read(200_000, 0)).toHaveLength(0);
    expect(() => source.read(199_999, 2)).toThrow(RangeError);
    expect(() => source.read(-1, 2)).toThrow(RangeError);
    source.close();
    source.close();
  });

  it('explain what is wrong with a path', () => {
    expect(() => openFileSource(join(folder, 'absent.onnx'))).toThrow(/absent.onnx does not exist/);
    expect(() => openFileSource(folder)).toThrow(/is a folder/);
    writeFileSync(join(folder, 'file'), '');
    expect(() => openFileSource(join(folder, 'file', 'below'))).toThrow(/not a folder/);
    expect(() => openFileSource('/dev/null')).toThrow(/not a regular file/);
    expect(() => openFileSource(folder)).toThrow(
      expect.objectContaining({ code: 'file-system', place: { path: folder } }),
    );
  });

  it.skipIf(process.getuid?.() === 0)('explain missing permission', () => {
    const path = join(folder, 'closed');
    writeFileSync(path, 'x');
    chmodSync(path, 0);
    expect(() => openFileSource(path)).toThrow(/no permission to open/);
  });

  it('notice a file that becomes shorter', () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'a long text');
    const source = openFileSource(path);
    writeFileSync(path, 'a');
    expect(() => source.read(4, 4)).toThrow(/became shorter/);
    source.close();
  });

  it('read a model of 20 GB with a few kB of reads', () => {
    const path = join(folder, 'large.onnx');
    const weightBytes = 5 * 2 ** 30;
    const weight = concat(message([1, weightBytes / 4], [2, 1], [8, 'w']), varint(9 * 8 + 2), varint(weightBytes));
    const initializer = concat(varint(5 * 8 + 2), varint(weight.length + weightBytes), weight);
    const node = message([
      1,
      [
        [4, 'Relu'],
        [1, 'w'],
        [2, 'y'],
      ],
    ]);
    const graphBytes = 4 * (initializer.length + weightBytes) + node.length;
    const file = openSync(path, 'w');
    const head = concat(message([1, 10]), varint(7 * 8 + 2), varint(graphBytes));
    let at = writeSync(file, head, 0, head.length, 0);
    for (let count = 0; count < 4; count++) {
      at += writeSync(file, initializer, 0, initializer.length, at) + weightBytes;
    }
    at += writeSync(file, node, 0, node.length, at);
    ftruncateSync(file, at);
    closeSync(file);
    const source = openFileSource(path);
    const model = readModel(source);
    source.close();
    expect(model.bytes).toBeGreaterThan(20 * 2 ** 30);
    expect(model.graph.nodes[0]?.outputs).toEqual(['y']);
    expect(model.graph.initializers.get('w')).toMatchObject({ bytes: weightBytes, payload: { kind: 'skipped' } });
    expect(model.bytesRead).toBeLessThan(64 * 1024);
  });
});

describe('atomic files', () => {
  it('appear only when they are complete', () => {
    const path = join(folder, 'new', 'file');
    const file = createAtomicFile(path, asked);
    file.write(new Uint8Array(3_000_000).fill(7));
    file.write(Uint8Array.from([1, 2]));
    expect(readdirSync(join(folder, 'new'))).not.toContain('file');
    file.commit();
    file.abandon();
    expect(file.length).toBe(3_000_002);
    expect(readdirSync(join(folder, 'new'))).toEqual(['file']);
    expect(readFileSync(path).subarray(2_999_999)).toEqual(Buffer.from([7, 1, 2]));
  });

  it('leave nothing when they are abandoned, and do not replace a file unasked', () => {
    const path = join(folder, 'file');
    const file = createAtomicFile(path, asked);
    file.write(new Uint8Array(10));
    file.abandon();
    expect(readdirSync(folder)).toEqual([]);
    writeFileAtomically(path, Uint8Array.from([1]), asked);
    expect(() => writeFileAtomically(path, Uint8Array.from([2]), asked)).toThrow(
      expect.objectContaining({ code: 'file-exists' }),
    );
    writeFileAtomically(path, Uint8Array.from([3]), { overwrite: true, inputs: [] });
    expect([...readFileSync(path)]).toEqual([3]);
    expect(() => createAtomicFile(join(path, 'below', 'file'), { overwrite: true, inputs: [] })).toThrow(
      expect.objectContaining({ code: 'file-system' }),
    );
  });
});
