import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { decodeFromWire, encodeForWire } from '../../../src/relay/inference/wireEncoding';
import { bytesOf } from '../../../src/runtime/elements';
import { floats, planAt, type RelayProcess, startRelay, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { freePort } from '../../support/freePort';

const root = resolve(import.meta.dirname, '../../..');
/** One that has Ray may lie elsewhere. */
const python = process.env['DNNSPLIT_TEST_PYTHON'] ?? 'python3';
const has = (...modules: string[]) =>
  spawnSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' }).status === 0;
const hasPython = has('ast');
const hasNumpy = hasPython && has('numpy');
const hasRay = hasPython && has('ray.serve', 'onnxruntime');

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('an application of Ray Serve', () => {
  let bundled: Bundled;
  let folder: string;
  /** Of a cluster, each the first of a group. */
  const children: ChildProcess[] = [];
  let relay: RelayProcess | undefined;
  const at = (...path: string[]) => join(folder, 'out/ray', ...path);

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-ray-'));
    deploy([0.3, 0.7]);
  });
  afterAll(async () => {
    await relay?.end('SIGKILL');
    for (const child of children.reverse()) {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
    await bundled.remove();
  });

  function deploy(places: readonly number[]): void {
    const made = planAt(tinyResnet, places, { wire: 'float16' });
    const presets = [undefined, 'cpu-i5-2500', 't4'];
    const tiers = made.tiers.map((tier, k) => ({
      ...{ ...tier, replicas: k + 1 },
      ...(presets[k] !== undefined && { preset: presets[k] }),
    }));
    const links = made.links.map((link) => ({ ...link, wireDtype: 'original' as const }));
    const planPath = join(folder, 'p.splitplan.json');
    writeFileSync(planPath, JSON.stringify({ ...made, tiers, links, model: { ...made.model, file: tinyResnet } }));
    const args = ['deploy', planPath, '-t', 'ray', '-o', join(folder, 'out'), '--force'];
    execFileSync(process.execPath, [bundled.program('cli'), ...args]);
  }

  it('has a deployment for each tier but the first, on nodes of that tier', () => {
    const { applications, http_options } = parse(readFileSync(at('serve.yaml'), 'utf8'));
    expect(http_options).toMatchObject({ host: '0.0.0.0', port: 8000 });
    expect(applications).toEqual([
      expect.objectContaining({
        name: 'tiny-resnet',
        route_prefix: '/tiny-resnet',
        import_path: 'dnnsplit_tiers:app',
        args: expect.objectContaining({ tiers: ['edge', 'cloud'], revision: expect.stringMatching(/^[0-9a-f]{12}$/) }),
      }),
    ]);
    const [edge, cloud] = applications[0].deployments;
    expect([edge.name, edge.num_replicas, edge.ray_actor_options.num_gpus]).toEqual(['edge', 2, undefined]);
    expect([cloud.name, cloud.num_replicas, cloud.ray_actor_options.num_gpus]).toEqual(['cloud', 3, 1]);
    expect(edge.ray_actor_options.resources).toEqual({ 'dnnsplit-edge': 0.001 });
    const readme = readFileSync(at('README.md'), 'utf8');
    for (const tier of ['edge', 'cloud']) expect(readme).toContain(`--resources='{"dnnsplit-${tier}":1}'`);
    expect(readme).toContain(
      'node relay.js tiers/device/contract.json --upstream http://NODE-OF-EDGE:8000/tiny-resnet',
    );
  });

  it('changes its arguments with its parts, so that Ray starts other replicas', () => {
    const revision = () => parse(readFileSync(at('serve.yaml'), 'utf8')).applications[0].args.revision;
    const before = revision();
    deploy([0.3, 0.6]);
    expect(revision()).not.toBe(before);
    deploy([0.3, 0.7]);
    expect(revision()).toBe(before);
  });

  it.skipIf(!hasPython)('is Python that compiles (where python3 is)', () => {
    for (const module of ['dnnsplit_tiers.py', 'open_inference.py']) {
      const script = 'import ast, sys; ast.parse(open(sys.argv[1]).read())';
      expect(spawnSync(python, ['-c', script, at(module)], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    }
  });

  it.skipIf(!hasNumpy)('encodes and decodes tensors for a link as relays do (where NumPy is)', () => {
    const random = floats(4096, 3);
    const cases = [
      random.map((value) => value * 1000),
      // Ties, zeros of both signs, subnormal numbers, the largest half, and what goes beyond it.
      Float32Array.of(0.5, 1.5, 2.5, -0.5, -1.5, 0, -0, 2 ** -24, 2 ** -25, 3 * 2 ** -25, 127, -127),
      Float32Array.of(65_504, -65_519.99, 1),
      Float32Array.of(65_520, 1),
      Float32Array.of(Number.NaN, 1),
      Float32Array.of(Number.POSITIVE_INFINITY, 1),
      Float32Array.of(0, 0),
      Float32Array.of(1e-45, -1e-45),
    ];
    const script = [
      'import json, sys, numpy as np, open_inference as oip',
      'for line in sys.stdin:',
      '    task = json.loads(line)',
      '    array = np.frombuffer(bytes.fromhex(task["bytes"]), dtype=np.float32)',
      '    sent, scale = oip.encode_for_wire(array, task["wire"])',
      '    back = oip.decode_from_wire("x", sent, scale, "float32")',
      '    print(json.dumps([oip.NAMES[sent.dtype], sent.tobytes().hex(), scale, back.tobytes().hex()]))',
    ].join('\n');
    const tasks = cases.flatMap((values) =>
      (['float16', 'int8', 'original'] as const).map((wire) => ({ values, wire })),
    );
    const lines = tasks.map(({ values, wire }) => JSON.stringify({ wire, bytes: hex(bytesOf(values)) }));
    const told = spawnSync(python, ['-c', script], {
      ...{ input: lines.join('\n'), encoding: 'utf8', env: { ...process.env, PYTHONPATH: at() } },
    });
    expect([told.status, told.stderr]).toEqual([0, '']);
    const found = told.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const expected = tasks.map(({ values, wire }) => {
      const tensor = { name: 'x', datatype: 'FP32', shape: [values.length], data: bytesOf(values) } as const;
      const sent = encodeForWire(tensor, wire);
      return [sent.datatype, hex(sent.data), sent.scale ?? null, hex(decodeFromWire(sent, 'FP32').data)];
    });
    expect(found).toEqual(expected);
  });

  describe.skipIf(!hasRay)(
    'on two nodes (where Ray Serve and ONNX Runtime are in python3 or DNNSPLIT_TEST_PYTHON)',
    () => {
      let base: string;
      const program = (name: string) => join(dirname(python), name);
      const environment = () => ({
        ...process.env,
        PYTHONPATH: at(),
        RAY_TMPDIR: folder,
        RAY_USAGE_STATS_ENABLED: '0',
      });

      function start(name: string, ...args: string[]): ChildProcess {
        const child = spawn(program(name), args, { cwd: at(), env: environment(), stdio: 'ignore', detached: true });
        children.push(child);
        return child;
      }

      async function startCluster(): Promise<void> {
        const [gcs, port] = [await freePort(), await freePort()];
        const path = at('serve.yaml');
        const config = parse(readFileSync(path, 'utf8'));
        config.http_options = { ...config.http_options, host: '127.0.0.1', port };
        config.proxy_location = 'HeadOnly';
        const [application] = config.applications;
        writeFileSync(at('token'), 'secret\n');
        Object.assign(application.args, { exact: true, token_file: at('token') });
        for (const deployment of application.deployments) {
          deployment.num_replicas = 1;
          // Of a node that has none.
          delete deployment.ray_actor_options.num_gpus;
        }
        writeFileSync(path, stringify(config));
        const schema =
          'import sys, yaml; from ray.serve.schema import ServeDeploySchema as S; S.parse_obj(yaml.safe_load(open(sys.argv[1])))';
        expect(spawnSync(python, ['-c', schema, path], { encoding: 'utf8' })).toMatchObject({ status: 0 });
        const node = ['--block', '--disable-usage-stats'];
        const resources = (tier: string) => `--resources={"dnnsplit-${tier}":1}`;
        start('ray', 'start', '--head', `--port=${gcs}`, '--include-dashboard=false', resources('edge'), ...node);
        while (!(await isOpen(gcs))) await setTimeout(100);
        start('ray', 'start', `--address=127.0.0.1:${gcs}`, resources('cloud'), ...node);
        start('serve', 'run', `--address=127.0.0.1:${gcs}`, path);
        base = `http://127.0.0.1:${port}/tiny-resnet`;
        await untilReady();
        const contract = at('tiers/device/contract.json');
        const access = ['--upstream', base, '--upstream-token-file', at('token')];
        relay = await startRelay(bundled.program('relay'), contract, '--port', '0', '--exact', ...access);
      }

      const isOpen = (port: number) =>
        new Promise<boolean>((done) => {
          const socket = createConnection(port, '127.0.0.1', () => {
            socket.destroy();
            done(true);
          }).on('error', () => done(false));
        });

      async function untilReady(): Promise<void> {
        const ask = () => fetch(`${base}/v2/health/ready`, { signal: AbortSignal.timeout(5000) });
        const isReady = async () => (await ask().catch(() => undefined))?.status === 200;
        while (!(await isReady())) await setTimeout(500);
      }
      const verify = (url: string) =>
        spawnSync(
          process.execPath,
          [bundled.program('cli'), 'verify', join(folder, 'p.splitplan.json'), '--url', url],
          {
            ...{ cwd: root, encoding: 'utf8', env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root } },
          },
        );

      it('answers behind the relay of the device with the bits of the whole model', async () => {
        await startCluster();
        const { status, stdout, stderr } = verify(relay?.base ?? '');
        expect([stderr, status]).toEqual(['', 0]);
        expect(stdout).toMatch(/bit-identical to the unsplit model tiny-resnet: .* over device, edge, cloud,/);
      });

      it('refuses who has no token, and a relay of another export', async () => {
        const bare = await fetch(`${base}/v2/models/tiny-resnet`);
        expect([bare.status, await bare.json()]).toEqual([401, { error: expect.stringMatching(/requires a token/) }]);
        const headers = { authorization: 'Bearer secret' };
        const metadata = await (await fetch(`${base}/v2/models/tiny-resnet`, { headers })).json();
        const body = JSON.stringify({ inputs: [], parameters: { dnnsplit_artifact: 'other' } });
        const mixed = await fetch(`${base}/v2/models/tiny-resnet/infer`, { method: 'POST', headers, body });
        expect([mixed.status, (await mixed.json()).error]).toEqual([
          409,
          expect.stringMatching(/Two exports .* are mixed/),
        ]);
        const { artifact } = JSON.parse(readFileSync(at('tiers/edge/contract.json'), 'utf8'));
        expect(metadata.parameters.dnnsplit_artifact).toBe(artifact);
        const wrong = await fetch(`${base}/v2/models/tiny-resnet/infer`, {
          method: 'POST',
          headers,
          body: '{"inputs": 3}',
        });
        expect(wrong.status).toBe(400);
      });

      it('comes back when a replica is killed', async () => {
        const listed = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
        const replica = listed.split('\n').find((line) => line.includes('ray::ServeReplica:tiny-resnet:cloud'));
        process.kill(Number(replica?.trim().split(' ')[0]), 'SIGKILL');
        while (verify(relay?.base ?? '').status !== 0) await setTimeout(500);
      });
    },
  );
});
