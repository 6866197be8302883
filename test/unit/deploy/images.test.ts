import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { hasContainers, whereContainersAre } from '../../support/containers';
import { freePort } from '../../support/freePort';

const root = resolve(import.meta.dirname, '../../..');

interface RelayDeployment {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
        readonly containers: readonly {
          readonly image: string;
          readonly args: readonly string[];
          readonly env: readonly { readonly name: string; readonly value: string }[];
        }[];
      };
    };
  };
}

/** What a cluster would start of the Kubernetes target, started by Docker: the built images with what the pods say. */
describe.skipIf(!hasContainers)(`images of the Kubernetes target (${whereContainersAre})`, () => {
  const name = `dnnsplit-images-${process.pid}`;
  let bundled: Bundled;
  let folder: string;
  let port: number;
  const images: string[] = [];
  const at = (...path: string[]) => join(folder, 'out/kubernetes', ...path);
  const docker = (...args: string[]) => execFileSync('docker', args, { cwd: at(), encoding: 'utf8', stdio: 'pipe' });

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-images-'));
    port = await freePort();
    const plan = planAt(tinyResnet, [0.3, 0.7]);
    const planPath = join(folder, 'p.splitplan.json');
    writeFileSync(planPath, JSON.stringify({ ...plan, model: { ...plan.model, file: tinyResnet } }));
    const args = ['deploy', planPath, '-t', 'kubernetes', '-o', join(folder, 'out'), '--name', name];
    execFileSync(process.execPath, [bundled.program('cli'), ...args]);
    docker('buildx', 'bake', '--file', 'images/docker-bake.json', '--load');
    docker('network', 'create', '--internal', name);
    docker('network', 'create', `${name}-front`);
    for (const tier of ['cloud', 'edge', 'device'] as const) start(tier);
  });
  afterAll(async () => {
    const containers = ['cloud', 'edge', 'device'].map((tier) => `${name}-${tier}`);
    spawnSync('docker', ['rm', '--force', ...containers]);
    spawnSync('docker', ['network', 'rm', name, `${name}-front`]);
    spawnSync('docker', ['rmi', '--force', ...images]);
    rmSync(folder, { recursive: true, force: true });
    await bundled.remove();
  });

  /** Starts a tier's relay as its pod says, under the name of its service. */
  function start(tier: string): void {
    const objects = parseAllDocuments(readFileSync(at('tiers', tier, 'relay.yaml'), 'utf8')).map((one) => one.toJS());
    const deployment: RelayDeployment = objects.find(({ kind }) => kind === 'Deployment');
    const { securityContext, containers } = deployment.spec.template.spec;
    const [relay] = containers;
    if (relay === undefined) throw new Error('there is no relay');
    images.push(relay.image);
    const contract = join(folder, `${tier}-contract.json`);
    writeFileSync(contract, objects.find(({ kind }) => kind === 'ConfigMap').data['contract.json']);
    const settings = [...relay.env, { name: 'DNNSPLIT_EXACT', value: 'true' }];
    const { runAsUser, runAsGroup } = securityContext;
    docker(
      ...['create', '--name', `${name}-${tier}`, '--network', `${name}-front`],
      ...['--user', `${runAsUser}:${runAsGroup}`, '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'],
      ...['--security-opt', 'no-new-privileges', '--volume', `${contract}:${relay.args[0]}:ro`],
      ...settings.flatMap((one) => ['--env', `${one.name}=${one.value}`]),
      ...(tier === 'device' ? ['--publish', `127.0.0.1:${port}:8000`] : []),
      ...[relay.image, ...relay.args],
    );
    docker('network', 'connect', '--alias', deployment.metadata.name, name, `${name}-${tier}`);
    docker('start', `${name}-${tier}`);
  }

  it('answer with the bits of the whole model, a part in each', async () => {
    const base = `http://127.0.0.1:${port}`;
    // Docker takes connections for a container before anything in there listens.
    const ask = () => fetch(`${base}/v2/health/ready`, { signal: AbortSignal.timeout(5000) });
    const isReady = async () => (await ask().catch(() => undefined))?.status === 200;
    while (!(await isReady())) await setTimeout(200);
    expect(new Set(images).size).toBe(3);
    const args = [bundled.program('cli'), 'verify', join(folder, 'p.splitplan.json'), '--url', base];
    const told = spawnSync(process.execPath, args, {
      ...{ cwd: root, encoding: 'utf8', env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root } },
    });
    expect([told.stderr, told.status]).toEqual(['', 0]);
    expect(told.stdout).toMatch(/bit-identical to the unsplit model tiny-resnet: .* over device, edge, cloud,/);
  });

  it('say what they are', () => {
    const labels = JSON.parse(docker('inspect', '--format', '{{json .Config.Labels}}', images[0] ?? ''));
    expect(labels).toMatchObject({ 'org.opencontainers.image.title': 'tiny-resnet, tier cloud' });
  });
});
