import { execFileSync } from 'node:child_process';
import {
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/app/model/configFile';
import { modelOfPlan, readPlanFile } from '../../../src/app/plan/planFile';
import { readSplit } from '../../../src/app/split/verifySplit';
import { resolveExternalData } from '../../../src/files/externalData';
import { openFileSource } from '../../../src/files/fileSource';
import { type Reach, reachedFile, subModelPath } from '../../../src/files/reach';
import { readTextFile } from '../../../src/files/regularFile';
import { readContract } from '../../../src/relay/contract/contractFile';
import { readTraceEvents } from '../../../src/runtime/profiling/traceEvents';

let folder = '';
const path = (name: string) => join(folder, name);
const put = (name: string, text: string) => writeFileSync(path(name), text);
const profile = '{ "device": "x", "runtime": "y", "recorded": "2026-01-01", "microseconds": {} }';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dnnsplit-reading-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.skipIf(process.platform === 'win32')('files that are no files', () => {
  const readers: readonly (readonly [string, (path: string) => unknown])[] = [
    ['model', (file) => openFileSource(file)],
    ['configuration', (file) => loadConfig(file)],
    ['plan', (file) => readPlanFile(file)],
    ['contract', (file) => readContract(file)],
    ['trace', (file) => [...readTraceEvents(file)]],
  ];

  it.each(readers)('are refused at once as a %s', async (_, read) => {
    execFileSync('mkfifo', [path('pipe')]);
    symlinkSync('/dev/zero', path('zero'));
    const server = createServer().listen(path('socket'));
    for (const [file, nature] of [
      [path('pipe'), /pipe is a pipe, not a regular file/],
      [path('zero'), /zero is a device, not a regular file/],
      ['/dev/zero', /is a device/],
      [path('socket'), /is a socket/],
      [folder, /is a folder/],
    ] as const) {
      await expect(async () => await read(file)).rejects.toThrow(nature);
      await expect(async () => await read(file)).rejects.toMatchObject({ code: 'file-system' });
    }
    server.close();
  });

  it('are refused where a configuration or a folder of sub-models names them', () => {
    symlinkSync('/dev/zero', path('zero.profile.json'));
    put('dnnsplit.json', '{ "tiers": [{ "id": "a", "gflops": 1, "profile": "zero.profile.json" }] }');
    expect(() => loadConfig(path('dnnsplit.json'))).toThrow(/zero\.profile\.json is a device/);
    mkdirSync(path('split'));
    execFileSync('mkfifo', [path('split/split.splitplan.json')]);
    expect(() => readSplit(path('split'))).toThrow(/holds no exported sub-models/);
  });
});

describe('files that are too large for what they are', () => {
  it('are refused before they are read', () => {
    ftruncateSync(openSync(path('dnnsplit.json'), 'w'), 2 ** 40);
    expect(() => loadConfig(path('dnnsplit.json'))).toThrow(
      /dnnsplit\.json is larger than 10 MB, too large for a configuration/,
    );
    expect(() => readTextFile(path('dnnsplit.json'), 'token')).toThrow(/larger than 0\.1 MB/);
  });

  it('are read where the system does not tell their size', () => {
    if (process.platform === 'linux') expect(readTextFile('/proc/self/status', 'configuration')).toContain('Pid:');
    put('marked', '\uFEFFtext');
    expect(readTextFile(path('marked'), 'plan')).toBe('text');
  });
});

/** Names that lead out of a folder by their text alone. */
const outside = ['../p', 'sub/../../p', '/etc/passwd', '\\\\host\\share\\p', '//host/share/p', 'C:\\p', 'C:p', '..\\p'];

describe('what documents name', () => {
  it.each(outside)('is not touched outside of their folder unless that is allowed: %s', (name) => {
    expect(() => reachedFile(path('dnnsplit.json'), name, 'own-folder')).toThrow(
      /dnnsplit\.json names the file .*, which is not in its own folder\. Trust the workspace/,
    );
    expect(() => reachedFile(path('dnnsplit.json'), name, 'anywhere')).not.toThrow();
  });

  it('is not followed out of the folder by links', () => {
    mkdirSync(path('inside'));
    put('p', profile);
    symlinkSync('../p', path('inside/p'));
    symlinkSync('..', path('inside/up'));
    for (const name of ['p', 'up/p']) {
      expect(() => reachedFile(path('inside/dnnsplit.json'), name, 'own-folder')).toThrow(/not in its own folder/);
      expect(reachedFile(path('inside/dnnsplit.json'), name, 'anywhere')).toBe(path(`inside/${name}`));
    }
  });

  it('holds for the profiles of a configuration and the model of a plan', () => {
    mkdirSync(path('inside'));
    put('p.profile.json', profile);
    put('inside/p.profile.json', profile);
    const config = (name: string) => `{ "tiers": [{ "id": "a", "gflops": 1, "profile": "${name}" }] }`;
    const load = (name: string, reach: Reach) => {
      put('inside/dnnsplit.json', config(name));
      return loadConfig(path('inside/dnnsplit.json'), reach).profiles.size;
    };
    expect(load('../p.profile.json', 'anywhere')).toBe(1);
    expect(load('p.profile.json', 'own-folder')).toBe(1);
    expect(() => load('../p.profile.json', 'own-folder')).toThrow(/Trust the workspace/);
    const plan = { model: { file: '../m.onnx' } } as Parameters<typeof modelOfPlan>[0];
    put('m.onnx', '');
    expect(modelOfPlan(plan, path('inside/p.splitplan.json'))).toBe(path('m.onnx'));
    expect(() => modelOfPlan(plan, path('inside/p.splitplan.json'), 'own-folder')).toThrow(/Trust the workspace/);
  });
});

describe('the sub-model that a contract names', () => {
  const contract = () => path('split/device/contract.json');
  const within = (name: string) => path(`split/device/${name}`);

  beforeEach(() => {
    mkdirSync(path('split/device/parts'), { recursive: true });
    put('split/device/model.onnx', '');
    put('split/device/parts/model.onnx', '');
    put('split/model.onnx', '');
  });

  it('lies in the folder of the contract, links within included', () => {
    symlinkSync('parts/model.onnx', within('link.onnx'));
    symlinkSync('device', path('split/linked'));
    for (const name of ['model.onnx', './model.onnx', 'parts/model.onnx', 'link.onnx'])
      expect(readFileSync(subModelPath(contract(), name), 'utf8')).toBe('');
    expect(readFileSync(subModelPath(path('split/linked/contract.json'), 'model.onnx'), 'utf8')).toBe('');
  });

  it.each([
    ...outside,
    '../model.onnx',
    'parts/../../model.onnx',
    '/dev/zero',
    'out.onnx',
    'up/model.onnx',
    'zero.onnx',
    'nul\0.onnx',
  ])('is refused elsewhere: %j', (name) => {
    symlinkSync('../model.onnx', within('out.onnx'));
    symlinkSync('..', within('up'));
    symlinkSync('/dev/zero', within('zero.onnx'));
    expect(() => subModelPath(contract(), name)).toThrow(
      /contract\.json names the sub-model ".*", which is not in its own folder\. Put the sub-model beside/,
    );
  });

  it.skipIf(process.platform === 'win32').each([
    ['a folder', 'parts', /parts is a folder\. Choose a model file\.$/],
    ['the folder itself', '.', /is a folder/],
    ['a pipe', 'pipe.onnx', /pipe\.onnx is a pipe, not a regular file/],
    ['nothing', 'none.onnx', /none\.onnx does not exist/],
    ['a loop of links', 'loop.onnx', /is a loop of symbolic links/],
    ['a name that is too long', 'n'.repeat(5000), /is too long for the file system/],
  ])('is refused where it is %s', (_, name, sentence) => {
    execFileSync('mkfifo', [within('pipe.onnx')]);
    symlinkSync('loop.onnx', within('loop.onnx'));
    expect(() => subModelPath(contract(), name)).toThrow(sentence);
  });
});

describe("weights in Hugging Face's cache", () => {
  const hash = 'a'.repeat(64);
  const model = () => path('models--a--b/snapshots/1234/onnx/model.onnx');

  beforeEach(() => {
    mkdirSync(path('models--a--b/blobs'), { recursive: true });
    mkdirSync(path('models--a--b/snapshots/1234/onnx'), { recursive: true });
    put(`models--a--b/blobs/${hash}`, 'weights');
    put(`models--a--b/blobs/notes.txt`, 'no blob');
    put('secret', 'secret');
    writeFileSync(model(), '');
  });
  const link = (target: string) => symlinkSync(target, path('models--a--b/snapshots/1234/onnx/model.onnx_data'));

  it('are found through the link that the cache makes', () => {
    link(`../../../blobs/${hash}`);
    expect(readFileSync(resolveExternalData(model(), 'model.onnx_data'), 'utf8')).toBe('weights');
  });

  it.each([
    ['a file outside of the cache', '../../../../secret'],
    ['a file of the system', '/etc/passwd'],
    ['a file that is no blob', '../../../blobs/notes.txt'],
  ])('are refused where the link leads to %s', (_, target) => {
    link(target);
    expect(() => resolveExternalData(model(), 'model.onnx_data')).toThrow(
      /is a link to .*Replace the link with the file itself/,
    );
  });

  it('are refused where the folder of blobs is itself a link', () => {
    mkdirSync(path('elsewhere'));
    put(`elsewhere/${hash}`, 'secret');
    rmSync(path('models--a--b/blobs'), { recursive: true });
    symlinkSync('../elsewhere', path('models--a--b/blobs'));
    link(`../../../blobs/${hash}`);
    expect(() => resolveExternalData(model(), 'model.onnx_data')).toThrow(/is a link to/);
  });

  it("are refused beside a folder of blobs that is not the model's own", () => {
    mkdirSync(path('other/blobs'), { recursive: true });
    put(`other/blobs/${hash}`, 'secret');
    link(`../../../../other/blobs/${hash}`);
    expect(() => resolveExternalData(model(), 'model.onnx_data')).toThrow(/is a link to/);
  });
});
