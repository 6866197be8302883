import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { bytesOf } from '../../../src/runtime/elements';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { inferBinary, type V2Answer } from '../../relay/v2Client';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { hasContainers, whereContainersAre } from '../../support/containers';
import { freePort } from '../../support/freePort';
import { prepare, runChain, type Subject } from '../extract/chain';

/** A deployment as its README starts it, on a port of its own and with the bits of the whole model. */
describe.skipIf(!hasContainers)(`a Compose project that runs (${whereContainersAre})`, () => {
  let bundled: Bundled;
  let folder: string;
  let port: number;
  /** The whole model, with its weights in a file of their own. */
  let subject: Subject;
  const project = () => join(folder, 'out/compose');

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-containers-'));
    port = await freePort();
    const embedded = await prepare(tinyResnet, {});
    const all = new Uint8Array(embedded.graph.nodes.length);
    await runChain(embedded, all, 1, { directory: folder, largestModelBytes: 60_000 });
    subject = await prepare(join(folder, 'part1.onnx'), {});
  });
  afterAll(async () => {
    spawnSync('docker', ['compose', 'down', '--rmi', 'local', '--volumes', '--remove-orphans', '--timeout', '1'], {
      cwd: project(),
    });
    rmSync(folder, { recursive: true, force: true });
    await bundled.remove();
  });

  /** Generates the project for cuts at these places, anew where one is there, and starts it. */
  async function deploy(places: readonly number[]): Promise<void> {
    const plan = planAt(subject.path, places);
    const tiers = plan.tiers.map((tier, k) => ({ ...tier, replicas: k === 1 ? 2 : 1 }));
    const planPath = join(folder, 'p.splitplan.json');
    writeFileSync(planPath, JSON.stringify({ ...plan, tiers, model: { ...plan.model, file: subject.path } }));
    const args = ['deploy', planPath, '-t', 'compose', '-o', join(folder, 'out'), '--name', `test-${port}`, '--force'];
    execFileSync(process.execPath, [bundled.program('cli'), ...args]);
    const path = join(project(), 'compose.yaml');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('127.0.0.1:8000:8000', `127.0.0.1:${port}:8000`));
    const exact = { environment: { DNNSPLIT_EXACT: 'true' } };
    const services = Object.keys(parse(text).services).map((name) => [name, exact] as const);
    writeFileSync(
      join(project(), 'compose.override.yaml'),
      stringify({ services: Object.fromEntries(services) }, { aliasDuplicateObjects: false }),
    );
    const up = ['compose', 'up', '--build', '--detach', '--wait', '--remove-orphans'];
    await promisify(execFile)('docker', up, { cwd: project() });
  }

  function compose(...args: string[]): string {
    return execFileSync('docker', ['compose', ...args], { cwd: project(), encoding: 'utf8', stdio: 'pipe' });
  }

  const ask = (): Promise<V2Answer | undefined> => {
    const inputs = [...subject.inputs].map(([name, tensor]) => ({
      name,
      datatype: 'FP32',
      shape: tensor.dims,
      bytes: rawBytes(tensor),
    }));
    // Docker takes connections for a container before anything in there listens.
    const answer = inferBinary(`http://127.0.0.1:${port}`, 'part1', inputs).catch(() => undefined);
    return Promise.race([answer, setTimeout(10_000, undefined)]);
  };

  const rawBytes = ({ data }: { readonly data: unknown }) => {
    if (!ArrayBuffer.isView(data)) throw new Error('a tensor of texts has no bytes');
    return bytesOf(data);
  };

  /** True for the bits of the whole model, false for a refusal. */
  function isRight(answer: V2Answer | undefined): boolean {
    if (answer?.status !== 200) return false;
    const found = answer.outputs.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('hex')]);
    const whole = [...subject.whole].map(([name, tensor]) => [name, Buffer.from(rawBytes(tensor)).toString('hex')]);
    expect(found).toEqual(whole);
    return true;
  }

  async function untilRight(): Promise<void> {
    while (!isRight(await ask())) await setTimeout(100);
  }

  it('answers with the bits of the whole model, weights of their own file included', async () => {
    await deploy([0.3, 0.7]);
    const running = compose('ps', '--format', '{{.Service}} {{.Health}}').trim().split('\n').sort();
    expect(running).toEqual(['cloud healthy', 'device healthy', 'edge healthy', 'edge healthy']);
    expect(isRight(await ask())).toBe(true);
    // Neighbors alone share a network.
    const reach = (tier: string) =>
      `fetch('http://${tier}:8000/v2/health/live', { signal: AbortSignal.timeout(3000) }).then(() => console.log('reached'), () => console.log('not reached'))`;
    expect(compose('exec', '-T', 'device', 'node', '-e', reach('edge'))).toBe('reached\n');
    expect(compose('exec', '-T', 'device', 'node', '-e', reach('cloud'))).toBe('not reached\n');
  });

  it.each(['cloud', 'device'])('comes back when what runs on tier %s is killed', async (tier) => {
    const startsOf = () => {
      const id = compose('ps', '--quiet', tier).trim();
      return Number(execFileSync('docker', ['inspect', '--format', '{{.RestartCount}}', id], { encoding: 'utf8' }));
    };
    const before = startsOf();
    // Everything in the container but its first process, which ends when the relay does.
    spawnSync('docker', ['compose', 'exec', '-T', tier, 'sh', '-c', 'kill -9 -1'], { cwd: project() });
    while (startsOf() === before) await setTimeout(100);
    await untilRight();
  });

  it('changes to another plan without a wrong answer', async () => {
    let isOver = false;
    const asked = (async () => {
      const seen = { right: 0, refused: 0 };
      for (; !isOver; await setTimeout(20)) {
        seen[isRight(await ask()) ? 'right' : 'refused'] += 1;
      }
      return seen;
    })();
    await untilRight();
    await deploy([0.5]);
    isOver = true;
    const { right, refused } = await asked;
    // The new part on one tier with the old one on the next would answer with other bits, or never again.
    expect([right, refused].every((count) => count > 0)).toBe(true);
    await untilRight();
    expect(compose('ps', '--services').trim().split('\n').sort()).toEqual(['device', 'edge']);
  });
});
