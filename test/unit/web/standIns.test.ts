import { createHash } from 'node:crypto';
import { posix, win32 } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOfUri, uriOfPath } from '../../../src/web/files/editorPaths';
import { NodeBuffer } from '../../../src/web/node/buffer';
import * as path from '../../../src/web/node/path';
import { Sha256 } from '../../../src/web/node/sha256';
import { timerPromises } from '../../../src/web/node/timers';

/** Each stand-in against the module of Node's that it stands in for. */
const somePath = fc
  .array(fc.constantFrom('a', 'b.onnx', '.json', '..', '.', '', '/'), { maxLength: 7 })
  .map((parts) => parts.join('/'));

describe('what Node gives, in a browser', () => {
  it('joins, resolves and takes apart paths as Node does', () => {
    fc.assert(
      fc.property(somePath, somePath, (first, second) => {
        expect(path.normalize(first)).toBe(posix.normalize(first));
        expect(path.join(first, second)).toBe(posix.join(first, second));
        expect(path.resolve('/', first, second)).toBe(posix.resolve('/', first, second));
        // Paths come from URIs and from `join`, without doubled separators.
        const single = posix.normalize(first);
        expect(path.dirname(single)).toBe(posix.dirname(single));
        expect(path.basename(single, '.onnx')).toBe(posix.basename(single, '.onnx'));
        expect(path.extname(single)).toBe(posix.extname(single));
        expect(path.relative(`/${first}`, `/${second}`)).toBe(posix.relative(`/${first}`, `/${second}`));
      }),
    );
  });

  it('separates paths as Node does', () => {
    expect([path.sep, path.delimiter]).toEqual([posix.sep, posix.delimiter]);
  });

  it('knows absolute paths of Windows as Node does', () => {
    for (const name of ['C:\\a', 'c:/a', 'C:a', '\\\\host\\a', '/a', 'a\\b', '', '1:/a']) {
      expect(path.win32.isAbsolute(name), name).toBe(win32.isAbsolute(name));
    }
  });

  it('hashes as Node does, in whatever parts the bytes come', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 4 }), (parts) => {
        const [own, known] = [new Sha256(), createHash('sha256')];
        for (const part of parts) {
          own.update(part);
          known.update(part);
        }
        expect(Buffer.from(own.digest()).toString('hex')).toBe(known.digest('hex'));
      }),
    );
  });

  it('writes and reads bytes as texts as Node does', () => {
    const encodings = ['utf8', 'hex', 'base64', 'base64url', 'latin1'] as const;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...encodings), (text, encoding) => {
        const [own, known] = [NodeBuffer.from(text), Buffer.from(text)];
        expect(own.toString(encoding)).toBe(known.toString(encoding));
        expect([...NodeBuffer.from(own.toString(encoding), encoding)]).toEqual([...known]);
        expect(NodeBuffer.concat([own, own]).equals(Buffer.concat([known, known]))).toBe(true);
        expect(NodeBuffer.byteLength(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('gives up a timer that is aborted', async () => {
    const controller = new AbortController();
    const waiting = timerPromises.setTimeout(1e6, undefined, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toThrow('abort');
    expect(await timerPromises.setTimeout(0, 'value')).toBe('value');
  });
});

describe('the path of a URI', () => {
  it('says all that the URI does', () => {
    for (const uri of [
      'vscode-vfs://github/owner/models/a.onnx',
      'vscode-vfs://github%2B7b2276223a317d/o/r/m%C3%A4nner%20%231.onnx',
      'vscode-remote://127.0.0.1:8080/home/me/a.onnx',
      'vscode-userdata:///User/globalStorage/x.onnx',
    ]) {
      expect(uriOfPath(pathOfUri(uri))).toBe(uri);
    }
    expect(pathOfUri('vscode-userdata:/User/a.onnx')).toBe(pathOfUri('vscode-userdata:///User/a.onnx'));
    expect(pathOfUri('vscode-vfs://github/o/r/a%20b.onnx')).toBe('/vscode-vfs:github/o/r/a b.onnx');
  });

  it('is asked of no editor for a path of no URI', () => {
    expect(uriOfPath('/tmp/a.onnx')).toBeUndefined();
    expect(uriOfPath('/dnnsplit.json')).toBeUndefined();
    expect(() => pathOfUri('no URI')).toThrow('no URI');
  });
});
