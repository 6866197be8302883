import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { freePort } from '../../support/freePort';
import {
  type HostileRepository,
  hostileAddress,
  hostileName,
  hostileRepository,
  plantPackages,
} from '../../support/hostileRepository';
import { renderedMarkdown } from '../../support/renderedMarkdown';

const root = resolve(import.meta.dirname, '../../..');
/** Everything that a terminal obeys instead of showing it, and what turns the reading direction. */
const acting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const readable = (text: string) => !acting.test(text.replaceAll('\n', '')) && !/^(# heading|- : #)/m.test(text);

describe('the commands on a repository that somebody sent', () => {
  let bundled: Bundled;
  let repository: HostileRepository;

  const environment = (runtime: string | undefined) => {
    const { DNNSPLIT_RUNTIME_FOLDER: _, ...rest } = process.env;
    return runtime === undefined ? rest : { ...rest, DNNSPLIT_RUNTIME_FOLDER: runtime };
  };
  const run = (args: readonly string[], runtime?: string) => {
    const options = { cwd: repository.folder, encoding: 'utf8', env: environment(runtime) } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [bundled.program('cli'), ...args], options);
    return { status, stdout, stderr };
  };

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    repository = hostileRepository();
    const planned = run(['plan', 'model.onnx', '-o', 'model.splitplan.json']);
    expect(planned).toMatchObject({ status: 0, stderr: '' });
    // A plan that was edited: its nodes are spread over the tiers, and what names the program is hostile too.
    const plan = JSON.parse(readFileSync(repository.path('model.splitplan.json'), 'utf8'));
    plan.tool.version = `1.0${hostileName}${hostileAddress}`;
    plan.model.name = `${hostileName}${hostileAddress}`;
    writeFileSync(repository.path('hostile.splitplan.json'), JSON.stringify(plan));
  }, 60_000);
  afterEach(() => expect(repository.hasRun()).toBe(false));
  afterAll(async () => {
    repository.remove();
    await bundled.remove();
  });

  it.each([
    ['analyze', 'model.onnx', '--nodes', '--tensors'],
    ['analyze', 'open.onnx', '--nodes', '--tensors'],
    ['analyze', 'model.onnx', '--nodes', '--tensors', '--json'],
    ['plan', 'model.onnx', '--compare', '--sweep', 'link=0', '--top', '5', '--regions', '--pareto', '--follow', '1,9'],
    ['plan', 'model.onnx', '--compare', '--json'],
    ['plan', 'model.onnx', '--strategy', `single:${hostileName}a`],
    ['graph', 'model.onnx', '-o', 'model.svg'],
    ['report', 'model.onnx', '-o', 'model.html'],
    ['split', 'hostile.splitplan.json', '-o', 'split'],
    ['deploy', 'hostile.splitplan.json', '-t', 'compose,kubernetes,kserve,triton', '-o', 'deploy'],
  ])('%s %s prints text alone', (...args) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).not.toBe('');
    expect(stdout.split('\n').filter((line) => !readable(line))).toEqual([]);
    if (args.includes('--json'))
      expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(hostileName).slice(1, -1));
  });

  it.each([
    ['no model', ['analyze', `none${hostileName}.onnx`]],
    ['no tier of a strategy', ['plan', 'model.onnx', '--strategy', `single:${hostileName}`]],
    ['no preset', ['plan', 'model.onnx', '-c', 'preset.json']],
    ['an unknown property', ['plan', 'model.onnx', '-c', 'unknown.json']],
  ])('tells of %s in one line', (_, args) => {
    const tiers = [{ id: 'a', preset: hostileName }];
    writeFileSync(repository.path('preset.json'), JSON.stringify({ tiers }));
    writeFileSync(repository.path('unknown.json'), JSON.stringify({ [hostileName]: 1, tiers: [{ id: 'a' }] }));
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(readable(stderr)).toBe(true);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('verifies a split without loading anything from its folder, from the working folder or from above', () => {
    expect(run(['split', 'model.splitplan.json', '-o', 'parts', '--force']).status).toBe(0);
    plantPackages(repository.path('parts'), repository.path('owned'));
    for (const target of ['parts', 'model.splitplan.json', 'hostile.splitplan.json']) {
      const missing = run(['verify', target]);
      expect(missing).toMatchObject({ status: 2, stdout: '' });
      expect(missing.stderr).toMatch(/ONNX Runtime is not installed\. Run `npm install --global/);
      const found = run(['verify', target], root);
      expect(found).toMatchObject({ status: 0, stderr: '' });
      expect(found.stdout).toMatch(/^Outputs of the sub-models of .* are bit-identical to the unsplit model: /m);
      expect(readable(found.stdout)).toBe(true);
    }
  });

  it('measures a model without loading anything from beside it', () => {
    const args = ['profile', 'plain.onnx', '-o', 'x.profile.json', '--runs', '2', '--force', '--device', hostileName];
    const missing = run(args);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toMatch(/ONNX Runtime is not installed/);
    const measured = run(args, root);
    expect(measured).toMatchObject({ status: 0, stderr: '' });
    expect(readable(measured.stdout)).toBe(true);
  });

  it.each([
    ['serve', ['serve', 'parts/CONTRACT', '--port', '0', '--upstream', 'http://127.0.0.1:9']],
    ['run', ['run', 'model.splitplan.json', '--port', '0']],
  ])('%s loads nothing from the folder that it serves, and logs text alone', async (_, args) => {
    expect(run(['split', 'model.splitplan.json', '-o', 'parts', '--force']).status).toBe(0);
    plantPackages(repository.path('parts'), repository.path('owned'));
    const [tier = ''] = readdirSync(repository.path('parts')).filter((name) => /^2j|^0-owned|heading/.test(name));
    const port = String(await freePort());
    const filled = args.map((arg) => arg.replace('CONTRACT', `${tier}/contract.json`).replace(/^0$/, port));
    const missing = spawnSync(process.execPath, [bundled.program('cli'), ...filled], {
      cwd: repository.folder,
      encoding: 'utf8',
      env: environment(undefined),
    });
    expect(missing.status).toBe(2);
    expect(missing.stderr).toMatch(/ONNX Runtime is not installed/);
    const child = spawn(process.execPath, [bundled.program('cli'), ...filled], {
      cwd: repository.folder,
      env: environment(root),
    });
    let said = '';
    const ready = new Promise<void>((done) => {
      const hear = (text: Buffer) => {
        said += text.toString();
        if (/listens on/.test(said) && (args[0] === 'serve' || /Press Ctrl\+C to stop\.[\s\S]*curl/.test(said))) done();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', () => done());
    });
    await ready;
    expect([child.exitCode, said]).toEqual([null, said]);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
    expect(said.split('\n').filter((line) => !readable(line))).toEqual([]);
  });

  it.skipIf(process.platform === 'win32').each([
    ['a file above', '../../model.onnx', /which is not in its own folder/],
    ['a file by its whole path', '/dev/zero', /which is not in its own folder/],
    ['a link out of the folder', 'out.onnx', /which is not in its own folder/],
    ['a link to a device', 'zero.onnx', /which is not in its own folder/],
    ['a pipe', 'pipe.onnx', /is a pipe, not a regular file/],
    ['a folder', 'folder.onnx', /is a folder/],
  ])('neither serves nor verifies a contract that names %s', (_, file, sentence) => {
    expect(run(['split', 'model.splitplan.json', '-o', 'named', '--force']).status).toBe(0);
    const [tier = ''] = readdirSync(repository.path('named')).filter((name) => /^2j|^0-owned|heading/.test(name));
    const within = (name: string) => repository.path(`named/${tier}/${name}`);
    symlinkSync('../../model.onnx', within('out.onnx'));
    symlinkSync('/dev/zero', within('zero.onnx'));
    spawnSync('mkfifo', [within('pipe.onnx')]);
    mkdirSync(within('folder.onnx'));
    const contract = JSON.parse(readFileSync(within('contract.json'), 'utf8'));
    contract.segment.file = file;
    writeFileSync(within('contract.json'), JSON.stringify(contract));
    const commands = [
      ['verify', 'named'],
      ['serve', `named/${tier}/contract.json`, '--port', '0', '--upstream', 'http://127.0.0.1:9'],
    ];
    for (const command of commands) {
      const { status, stderr } = run(command, root);
      expect([command, status, stderr]).toEqual([command, 2, expect.stringMatching(sentence)]);
      expect(readable(stderr)).toBe(true);
    }
    rmSync(repository.path('named'), { recursive: true });
  });

  it('writes READMEs that show names and link to nothing', () => {
    expect(
      run(['deploy', 'hostile.splitplan.json', '-t', 'compose,kubernetes,kserve,triton', '-o', 'all', '--force'])
        .status,
    ).toBe(0);
    for (const target of ['compose', 'kubernetes', 'kserve', 'triton']) {
      const text = readFileSync(repository.path(`all/${target}/README.md`), 'utf8');
      const { acting: links, text: shown } = renderedMarkdown(text);
      expect(links, target).toEqual([]);
      expect(shown, target).toContain('![picture](owned.png)');
      expect(readable(text), target).toBe(true);
    }
  });

  it('writes manifests with nothing but what it meant', () => {
    const engines = [
      ['compose', 'relay'],
      ['compose', 'triton'],
      ['kubernetes', 'relay'],
      ['kserve', 'relay'],
    ] as const;
    for (const [target, engine] of engines) {
      const folder = `${target}-${engine}`;
      mkdirSync(repository.path(folder), { recursive: true });
      const args = ['deploy', 'hostile.splitplan.json', '-t', target, '--engine', engine, '-o', folder, '--force'];
      expect(run(args).status).toBe(0);
      const files = readdirSync(repository.path(folder), { recursive: true, encoding: 'utf8' });
      for (const file of files.filter((name) => /\.ya?ml$/.test(name))) {
        const text = readFileSync(repository.path(join(folder, file)), 'utf8');
        for (const document of parseAllDocuments(text)) {
          expect(document.errors).toEqual([]);
          for (const [path, value] of leaves(document.toJS())) checkLeaf(path, value);
        }
      }
      for (const file of files.filter((name) => name.endsWith('.pbtxt'))) {
        const lines = readFileSync(repository.path(join(folder, file)), 'utf8')
          .trim()
          .split('\n');
        expect(
          lines.every((line) =>
            /^(name|backend|default_model_filename|max_batch_size|input|output|instance_group)\b/.test(line),
          ),
        ).toBe(true);
      }
      for (const file of files.filter((name) => name.endsWith('Dockerfile'))) {
        expect(readFileSync(repository.path(join(folder, file)), 'utf8')).not.toMatch(/owned|heading/i);
      }
    }
  });

  it('refuses a plan of impossible numbers with a place', () => {
    const plan = readFileSync(repository.path('model.splitplan.json'), 'utf8');
    const edits: readonly (readonly [RegExp, string, RegExp])[] = [
      [/"replicas": \d+/, '"replicas": -1', /splitplan\.json:\d+:\d+: 'tiers\[0\]\.replicas' must be more than 0/],
      [/"replicas": \d+/, '"replicas": 1e308', /'tiers\[0\]\.replicas' must be/],
      [/"replicas": \d+/, '"replicas": 1.5', /'tiers\[0\]\.replicas' must be a whole number/],
      [/"peakActivationBytes": \d+/, '"peakActivationBytes": 1e308', /peakActivationBytes' must be at most/],
      [/"weightBytes": \d+/, '"weightBytes": -5', /weightBytes' must be at least 0/],
      [/"bandwidthMbps": \d+/, '"bandwidthMbps": 0', /bandwidthMbps' must be more than 0/],
      [/"bandwidthMbps": \d+/, '"bandwidthMbps": 1e-300', /bandwidthMbps' must be at least/],
      [/"bandwidthMbps": \d+/, '"bandwidthMbps": "NaN"', /bandwidthMbps' must be a number/],
    ];
    for (const [what, by, sentence] of edits) {
      expect(plan).toMatch(what);
      writeFileSync(repository.path('edited.splitplan.json'), plan.replace(what, by));
      const { status, stderr } = run(['deploy', 'edited.splitplan.json', '-t', 'kubernetes', '-o', 'none']);
      expect([by, status, stderr]).toEqual([by, 2, expect.stringMatching(sentence)]);
    }
    expect(parsePlan(plan).problems).toEqual([]);
  });
});

function leaves(value: unknown, path = ''): (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => {
    expect(key).toMatch(/^[\w./-]+$/);
    return leaves(item, `${path}/${key}`);
  });
}

/** Hostile text may stand inside of the contract alone, which is JSON of its own; everything else is a safe word. */
function checkLeaf(path: string, value: unknown): void {
  if (path.endsWith('contract.json')) {
    expect(JSON.parse(String(value)).format).toBe('dnnsplit.contract');
    return;
  }
  expect([path, String(value)]).toEqual([path, expect.not.stringMatching(/[\n`]|<img|\$\{|\$\((?!alert)|\[click\]/)]);
  if (path.endsWith('/image')) expect(value).toMatch(/^[a-z0-9./-]+:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
  if (path.endsWith('/name') && path.includes('metadata'))
    expect(value).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
}
