import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { configOf, settingsOf } from '../../../src/app/model/configuredModel';
import { planAnalyzed } from '../../../src/app/plan/planAnalyzed';
import { planReport } from '../../../src/engine/report/planReport';
import type { PlanOverrides } from '../../../src/shared/protocol/requests';
import { planCommand } from '../../../src/shared/wording/planCommand';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { sampleConfig } from '../../support/sampleConfig';

const workspace = resolve(import.meta.dirname, '../../workspace');
const fixtures = resolve(import.meta.dirname, '../../fixtures/models');

describe('what the command line is asked for', () => {
  let bundled: Bundled;
  let folder: string;
  const path = (name: string) => join(folder, name);
  const run = (args: readonly string[], input?: Buffer) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bundled.program('cli'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      ...(input && { input }),
    });
    return { status, stdout, stderr };
  };
  const json = (...args: string[]) => JSON.parse(run([...args, '--json']).stdout);
  const withConfig = (config: object, ...args: string[]) => {
    writeFileSync(path('other.json'), JSON.stringify(config));
    return json(...args, '-c', 'other.json');
  };

  beforeAll(async () => {
    bundled = await bundlePrograms(commandLine);
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-wishes-'));
    copyFileSync(join(workspace, 'tiny-resnet.onnx'), path('tiny.onnx'));
    copyFileSync(join(fixtures, 's_lstm_gru.onnx'), path('lstm.onnx'));
    writeFileSync(path('dnnsplit.json'), sampleConfig);
  });
  afterAll(async () => {
    await bundled.remove();
    rmSync(folder, { recursive: true });
  });

  describe('dimensions', () => {
    it.each([
      ['analyze', 'lstm.onnx'],
      ['plan', 'lstm.onnx'],
      ['report', 'lstm.onnx', '-o', '-', '--format', 'md'],
    ])('that a model does not have are refused by %s, with what was meant', (...command) => {
      const { status, stdout, stderr } = run([...command, '--bind', 'Batch=1']);
      expect(stderr).toBe("dnnsplit: lstm.onnx has no dimension `Batch`; did you mean 'batch'?\n");
      expect([status, stdout]).toEqual([2, '']);
    });

    it('may be named by their place, and lie beyond a model where a configuration is for several', () => {
      expect(run(['plan', 'lstm.onnx', '--bind', 'batch=1', '--bind', 'x.1=9']).status).toBe(0);
      writeFileSync(
        path('several.json'),
        '{ "tiers": [{ "id": "a", "gflops": 9 }], "dimensions": { "height": 9, "Seq": 4 } }',
      );
      const { status, stdout, stderr } = run(['plan', 'lstm.onnx', '-c', 'several.json', '--json']);
      expect(status).toBe(0);
      expect(stderr).toBe("dnnsplit: warning: lstm.onnx has no dimension `Seq`; did you mean 'seq'?\n");
      expect(JSON.parse(stdout).warnings).toEqual(["lstm.onnx has no dimension `Seq`; did you mean 'seq'?"]);
    });
  });

  describe('cuts, links and tiers', () => {
    it('cuts after one node, on the link where that is best', () => {
      const { candidates } = json('analyze', 'tiny.onnx');
      const { candidates: outcomes } = json('plan', 'tiny.onnx');
      for (const [index, { after, position }] of candidates.slice(0, 3).entries()) {
        const cut = json('plan', 'tiny.onnx', '--cut', after ?? '(the input)');
        expect(cut.latencyMs).toBeCloseTo(outcomes[index].latencyMs, 9);
        const crossing = cut.links.filter(({ tensors }: { tensors: unknown[] }) => tensors.length > 0);
        expect(crossing.length).toBeGreaterThan(0);
        expect(cut.tiers.map(({ nodes }: { nodes: number }) => nodes)).toContain(21 - position);
      }
    });

    it('cuts after two nodes, whichever comes first', () => {
      const { nodes } = JSON.parse(run(['analyze', 'tiny.onnx', '--json', '--nodes']).stdout);
      const names = [nodes[3].label, nodes[9].label];
      const there = json('plan', 'tiny.onnx', '--cut', names[0], '--cut', names[1]);
      expect(there.tiers.map((tier: { nodes: number }) => tier.nodes)).toEqual([4, 6, 11]);
      expect(json('plan', 'tiny.onnx', '--cut', names[1], '--cut', names[0])).toEqual(there);
      const { stderr, status } = run(['plan', 'tiny.onnx', ...[0, 1, 2].flatMap(() => ['--cut', names[0]])]);
      expect([status, stderr]).toEqual([2, expect.stringContaining('3 cuts need as many links, but there are 2')]);
      expect(run(['plan', 'tiny.onnx', '--cut', 'node_linaer']).stderr).toMatch(/did you mean 'node_linear'\?\n$/);
    });

    it('takes the bandwidth of a link as if the configuration had it', () => {
      const config = parse(sampleConfig);
      const links = config.links.map((link: object, index: number) =>
        index === 0 ? { ...link, bandwidthMbps: 3 } : link,
      );
      const { config: _, ...given } = json('plan', 'tiny.onnx', '--link', '0=3');
      const { config: __, ...stated } = withConfig({ ...config, links }, 'plan', 'tiny.onnx');
      expect(given).toEqual(stated);
      expect(run(['plan', 'tiny.onnx', '--link', '2=3']).stderr).toMatch(/no link 2\. The links are 0 to 1\.\n$/);
      expect(run(['plan', 'tiny.onnx', '--link', '0=fast']).stderr).toMatch(/'0=fast' is not LINK=MBPS/);
    });

    it('takes tiers of the configuration and presets', () => {
      const config = parse(sampleConfig);
      const tiers = [config.tiers[1], { id: 't4', preset: 't4' }, { id: 't4-2', preset: 't4' }];
      const { config: _, ...given } = json('plan', 'tiny.onnx', '--tiers', 'edge,t4,t4');
      const { config: __, ...stated } = withConfig({ ...config, tiers, links: [{}, {}] }, 'plan', 'tiny.onnx');
      expect(given).toEqual(stated);
      const pair = withConfig(
        { ...config, tiers: config.tiers.slice(1), links: config.links.slice(1) },
        'plan',
        'tiny.onnx',
      );
      expect(json('plan', 'tiny.onnx', '--tiers', 'edge,cloud').latencyMs).toBe(pair.latencyMs);
      expect(run(['plan', 'tiny.onnx', '--tiers', 'edge,t44']).stderr).toMatch(
        /neither a tier nor a preset `t44`; did you mean 't4'\?/,
      );
    });
  });

  describe('a command that was copied', () => {
    const tiers = [`it's "on" $HOME`, 'e=2', 'cloud'] as const;
    const [model, config] = ["-o 'dd\\.onnx", 'own `one`.json'];
    const ends = ['0..6', '7..13', '14..20'] as const;

    beforeAll(() => {
      copyFileSync(path('tiny.onnx'), path(model));
      const sample = parse(sampleConfig);
      const named = sample.tiers.map((tier: object, index: number) => ({ ...tier, id: tiers[index] }));
      writeFileSync(path(config), JSON.stringify({ ...sample, tiers: named }));
    });

    /** What a real shell makes of the command. */
    const inShell = (command: string) => {
      const script = `dnnsplit() { "${process.execPath}" "${bundled.program('cli')}" "$@"; }; ${command}`;
      return spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
    };

    const tried: readonly PlanOverrides[] = [
      {
        objective: '{"latency":1,"cost":0.5}',
        answer: 'returned',
        bandwidthMbps: [3.5, null],
        latencyMs: [null, 40],
        tierSpeed: [2.5, 0.5, null],
      },
      { cuts: [4, null], strategy: 'dnnsplit', bandwidthMbps: [1e-3, 2e4] },
      { pin: { 5: tiers[1], 9: tiers[1] }, strategy: `single:${tiers[1]}` },
      { placement: [[ends[0]], [ends[1]], [ends[2]]] },
    ];

    it.each(tried)('makes the plan that was on the screen, with %j', (overrides) => {
      const command = planCommand({ command: 'plan', model, config, overrides, tiers, more: ['--json'] });
      const { stdout, stderr } = inShell(command);
      expect(stderr).toBe('');
      const { format: _f, formatVersion: _v, model: _m, config: _c, ...printed } = JSON.parse(stdout);
      const settings = settingsOf(path(model), configOf(path(model), path(config)));
      const { result, analyzed } = planAnalyzed(analyzeFile(path(model), settings.bindings), settings, overrides, {});
      expect(printed).toEqual(JSON.parse(JSON.stringify(planReport(result, analyzed))));
    });

    it('makes the report with what is tried', () => {
      const overrides = { cuts: [4, null], pin: { 0: tiers[0] } };
      const command = planCommand({ command: 'report', model, config, overrides, tiers, more: ['-o', 'own.md'] });
      expect(inShell(command).stderr).toBe('');
      const report = readFileSync(path('own.md'), 'utf8');
      expect(report).toContain('--cut-at 0=4');
      expect(report).toContain('Recommended');
      const refused = inShell(`${command} --force --cut-at 7=3`);
      expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('no link 7')]);
    });
  });

  it('names the configuration', () => {
    expect(json('plan', 'tiny.onnx').config).toBe('dnnsplit.json');
    expect(json('analyze', 'tiny.onnx').config).toBe('dnnsplit.json');
    expect(run(['plan', 'tiny.onnx']).stdout).toMatch(/^tiers from +dnnsplit\.json: device .*, edge .*, cloud/m);
  });

  it('lists presets with their sources, and the built-in configuration as one to begin with', () => {
    const { tiers, links } = json('presets');
    expect(tiers.find(({ id }: { id: string }) => id === 't4').gflops).toMatchObject({
      value: 8100,
      source: expect.any(String),
    });
    expect(links.map(({ id }: { id: string }) => id)).toContain('wifi');
    expect(run(['presets']).stdout).toMatch(/^raspberry-pi-4 .*Raspberry Pi 4$/m);
    expect(run(['presets', 'wifi']).stdout).toMatch(/^bandwidthMbps +18\.9 +2018 +DADS/m);
    expect(run(['presets', 'wify']).stderr).toMatch(/did you mean 'wifi'\?/);
    const builtIn = withConfig(JSON.parse(run(['presets', '--default']).stdout), 'plan', 'tiny.onnx');
    rmSync(path('dnnsplit.json'));
    try {
      expect(json('plan', 'tiny.onnx')).toEqual({ ...builtIn, config: null });
      expect(run(['plan', 'tiny.onnx']).stdout).toMatch(/^tiers from +built-in: device \(Raspberry Pi 4\), edge/m);
    } finally {
      writeFileSync(path('dnnsplit.json'), sampleConfig);
    }
  });

  describe('failures', () => {
    it.each([
      [['plan', 'missing.onnx', '--json'], 2, 'file-system'],
      [['plan', 'tiny.onnx', '--frob', '--json'], 2, 'bad-usage'],
      [['fly', '--json'], 2, 'bad-usage'],
      [['analyze', 'dnnsplit.json', '--json'], 2, 'unreadable-model'],
      [['verify', 'tiny.onnx', '--json'], 2, 'bad-usage'],
    ])('of %j are JSON with a code, beside the sentence', (args, status, code) => {
      const result = run(args);
      const { format, error } = JSON.parse(result.stdout);
      expect([result.status, format, error.code]).toEqual([status, 'dnnsplit.error', code]);
      expect(result.stderr).toContain(`dnnsplit: ${error.message}`);
    });

    it('of limits say as data what to relax, and that is enough', () => {
      const [tier] = parse(sampleConfig).tiers;
      const constraints = { maxLatencyMs: 0.001, respectMemory: true };
      const { error } = withConfig({ tiers: [{ ...tier, memoryGB: 1e-6 }], constraints }, 'plan', 'tiny.onnx');
      expect(error.code).toBe('infeasible');
      const to = (name: string) => error.relax.find(({ constraint }: { constraint: string }) => constraint === name).to;
      const relaxed = {
        tiers: [{ ...tier, memoryGB: to('memoryGB') }],
        constraints: { ...constraints, maxLatencyMs: to('maxLatencyMs') },
      };
      expect(withConfig(relaxed, 'plan', 'tiny.onnx').latencyMs).toBeLessThanOrEqual(to('maxLatencyMs'));
    });

    it('leave standard output alone where that is for a file', () => {
      const { stdout, stderr } = run(['plan', 'missing.onnx', '-o', '-', '--json']);
      expect(stdout).toBe('');
      expect(JSON.parse(stderr.slice(stderr.indexOf('{'))).error.code).toBe('file-system');
    });

    it('have one prefix', () => {
      for (const args of [
        ['fly'],
        ['plan'],
        ['plan', 'tiny.onnx', '--frob'],
        ['run', 'x', '-p', '70000'],
        ['plan', 'no.onnx'],
      ])
        expect(run(args).stderr).toMatch(/^dnnsplit: /);
    });

    it('name what to do instead', () => {
      expect(run(['verify', 'tiny.onnx']).stderr).toMatch(
        /is a model, not a plan\. .*dnnsplit plan tiny\.onnx -o tiny\.splitplan\.json\n$/,
      );
      expect(run(['graph', 'tiny.onnx', '-o', 'x.png']).stderr).toMatch(
        /writes SVG and PDF\. Name a \.svg or a \.pdf file\.\n$/,
      );
      expect(existsSync(path('x.png'))).toBe(false);
    });
  });

  describe('several models', () => {
    it('are a list, in which a failure takes the place of a report', () => {
      const { status, stdout, stderr } = run(['plan', 'tiny.onnx', 'missing.onnx', '*m.onnx', '--json']);
      const { format, results } = JSON.parse(stdout);
      expect(format).toBe('dnnsplit.results');
      expect(results.map(({ model }: { model: { path: string } }) => model.path)).toEqual([
        'tiny.onnx',
        'missing.onnx',
        'lstm.onnx',
      ]);
      expect(results[0]).toEqual(json('plan', 'tiny.onnx'));
      expect(results[1].error.code).toBe('file-system');
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^dnnsplit: missing\.onnx does not exist/)]);
    });

    it('stand under their names, and take no file for one plan', () => {
      expect(run(['analyze', '*.onnx']).stdout).toMatch(/^== lstm\.onnx\n[\s\S]*^== tiny\.onnx\n/m);
      expect(run(['plan', '*.onnx']).status).toBe(0);
      expect(run(['plan', 'tiny.onnx', 'lstm.onnx', '-o', 'x.splitplan.json']).status).toBe(2);
      expect(run(['plan', '*.gguf']).stderr).toBe(
        'dnnsplit: No file matches *.gguf. Check the pattern and the folder it starts in.\n',
      );
    });
  });

  it.skipIf(process.platform === 'win32')('waits for a pipe that has nothing to read yet', () => {
    const program = `"${process.execPath}" "${bundled.program('cli')}"`;
    const pipes = `(sleep 0.7; cat tiny.onnx) | ${program} compare - tiny.onnx --json
      (sleep 0.7; ${program} plan tiny.onnx -o - 2>/dev/null) | ${program} split - -o piped --json`;
    const { stdout, stderr } = spawnSync('sh', ['-c', pipes], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.match(/"format": "[^"]+"/g)).toEqual([
      '"format": "dnnsplit.comparison"',
      '"format": "dnnsplit.split"',
    ]);
  });

  it('reads a model from standard input', () => {
    const input = readFileSync(path('tiny.onnx'));
    for (const command of ['analyze', 'plan']) {
      const { model, ...report } = JSON.parse(run([command, '-', '--json'], input).stdout);
      const { model: named, ...expected } = json(command, 'tiny.onnx');
      expect(report).toEqual(expected);
      expect(model).toEqual({ ...named, path: '-' });
    }
    expect(run(['graph', '-', '-o', '-'], input).stdout).toMatch(/^<svg/);
    expect(run(['report', '-', '-o', '-', '--format', 'md'], input).stdout).toMatch(/^# .*\n\n\*\*Do not split/);
    expect(run(['analyze', '-'], Buffer.alloc(0)).stderr).toMatch(/^dnnsplit: Standard input is empty\./);
    expect(run(['plan', '-', '-o', 'x.splitplan.json'], input).stderr).toMatch(/Save the model and name its file/);
  });
});
