import { describe, expect, it } from 'vitest';
import type { Entry, Want } from '../../../src/web/files/entry';
import { HeldFiles } from '../../../src/web/files/heldFiles';
import { createNodeFs } from '../../../src/web/node/fs';
import { missingReader } from '../../../src/web/threads/missingReader';
import { RepeatedCalls } from '../../../src/web/threads/repeatedCalls';

const folder = '/memfs:/models';
const model = `${folder}/a.onnx`;
const weights = `${folder}/a.onnx.data`;
const bytes = new TextEncoder().encode('the bytes of a model');

/** An editor's file system: answers as `workspace.fs` would. */
class Editor {
  readonly asked: Want[] = [];
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>([[model, bytes]]);

  readonly read = async (wants: readonly Want[]): Promise<Entry[]> => {
    this.asked.push(...wants);
    await Promise.resolve();
    return wants.map(({ path, content }) => {
      const file = this.files.get(path);
      if (file !== undefined) {
        const entry = { path, kind: 'file', size: file.length, mtimeMs: 7 } as const;
        return content ? { ...entry, bytes: Uint8Array.from(file) } : entry;
      }
      if (path !== folder) return { path, kind: 'none' };
      return { path, kind: 'folder', ...(content && { names: [['a.onnx', 'file'] as const] }) };
    });
  };
}

function setUp() {
  const editor = new Editor();
  const files = new HeldFiles();
  return { editor, files, fs: createNodeFs(files, new Map()), readMissing: missingReader(files, editor.read) };
}

describe("an editor's files in a thread of a browser", () => {
  it('seem to be missing until the editor was asked, and are read as from a disk then', async () => {
    const { fs, files, readMissing } = setUp();
    expect(fs.existsSync(model)).toBe(false);
    expect(await readMissing()).toBe(true);
    expect(fs.existsSync(model)).toBe(true);
    expect(fs.statSync(model, { bigint: true })).toMatchObject({ size: BigInt(bytes.length), mtimeNs: 7_000_000n });
    expect(() => fs.openSync(model)).toThrow('ENOENT');
    await readMissing();
    const descriptor = fs.openSync(model);
    const target = new Uint8Array(5);
    expect(fs.readSync(descriptor, target, 0, 5, 4)).toBe(5);
    expect(new TextDecoder().decode(target)).toBe('bytes');
    expect(fs.readSync(descriptor, target, 0, 5, bytes.length)).toBe(0);
    expect(fs.readFileSync(model, 'utf8')).toBe('the bytes of a model');
    expect(files.wantsAny).toBe(false);
  });

  it('lists a folder once its names are asked for', async () => {
    const { fs, readMissing } = setUp();
    expect(() => fs.readdirSync(folder)).toThrow('ENOENT');
    await readMissing();
    expect(fs.readdirSync(folder)).toEqual(['a.onnx']);
    expect(() => fs.readFileSync(folder)).toThrow('EISDIR');
  });

  it('asks for nothing outside of the editor, and for the same thing once', async () => {
    const { fs, editor, readMissing } = setUp();
    expect(fs.existsSync('/etc/passwd')).toBe(false);
    fs.existsSync(model);
    const first = readMissing();
    fs.existsSync(model);
    const second = readMissing();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(editor.asked).toEqual([{ path: model, content: false }]);
  });

  it('is another file for whoever keeps what it held, once the file of its weights is known', async () => {
    const { fs, files, readMissing } = setUp();
    const stamp = () => fs.statSync(model, { bigint: true })?.ctimeMs;
    fs.existsSync(model);
    await readMissing();
    const before = stamp();
    files.add([{ path: '/memfs:/elsewhere/b.onnx', kind: 'file', size: 1, mtimeMs: 7 }]);
    expect(stamp()).toBe(before);
    files.add([{ path: weights, kind: 'file', size: 1, mtimeMs: 7 }]);
    expect(stamp()).not.toBe(before);
  });

  it('are asked for again after they have changed', async () => {
    const { fs, files, editor, readMissing } = setUp();
    fs.existsSync(model);
    await readMissing();
    editor.files.delete(model);
    expect(fs.existsSync(model)).toBe(true);
    files.forget([model]);
    expect(fs.existsSync(model)).toBe(false);
    expect(await readMissing()).toBe(false);
    expect(files.wantsAny).toBe(false);
  });

  it('are never written, and never read beyond the limit', async () => {
    const { fs, files } = setUp();
    expect(() => fs.writeFileSync(model)).toThrow('EROFS');
    files.add([{ path: model, kind: 'file', size: 1e9, mtimeMs: 7 }]);
    expect(() => fs.openSync(model)).toThrow('EFBIG');
    expect(files.wantsAny).toBe(false);
  });
});

describe('a call of a worker thread', () => {
  it('is made again until nothing is missing, and answered once', async () => {
    const { fs, files, readMissing } = setUp();
    const sent: unknown[] = [];
    const port = new RepeatedCalls(
      files,
      async () => void (await readMissing()),
      (value) => void sent.push(value),
    );
    let runs = 0;
    port.on('message', ({ id }: { id: number }) => {
      runs++;
      try {
        port.postMessage({ id, kind: 'ok', ok: fs.readFileSync(model, 'utf8') } as never);
      } catch {
        port.postMessage({ id, kind: 'err' });
      }
    });
    port.receive({ id: 1 });
    await expect.poll(() => sent).toEqual([{ id: 1, kind: 'ok', ok: 'the bytes of a model' }]);
    expect(runs).toBe(2);
  });

  it('is answered as it stands where it goes on asking', async () => {
    const { fs, files, readMissing } = setUp();
    const sent: unknown[] = [];
    const port = new RepeatedCalls(
      files,
      async () => void (await readMissing()),
      (value) => void sent.push(value),
    );
    let runs = 0;
    port.on('message', ({ id }: { id: number }) => {
      fs.existsSync(`${folder}/${runs++}.onnx`);
      port.postMessage({ id, kind: 'err' });
    });
    port.receive({ id: 2 });
    await expect.poll(() => sent).toEqual([{ id: 2, kind: 'err' }]);
    expect(runs).toBeLessThan(100);
  });
});
