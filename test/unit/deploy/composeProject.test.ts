import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { byHand } from '../../support/handModel';
import {
  contentOf,
  generate,
  isThere,
  memoryMiB,
  relayVariables,
  sizes,
  splits,
  type whole,
} from './deploymentsByHand';
import type { Labels } from './kubernetesObjects';

interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly runtime?: string;
  readonly command: readonly string[];
  readonly environment?: Labels;
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes: readonly { readonly source: string; readonly target: string }[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy: {
    readonly resources: {
      readonly limits: { readonly memory: string };
      readonly reservations?: { readonly devices: readonly { readonly driver: string }[] };
    };
  };
}

/** OpenVINO Model Server is not built for the Jetson of the first tier. */
const withoutJetson = (split: typeof whole) => ({
  ...split,
  plan: {
    ...split.plan,
    tiers: split.plan.tiers.map((tier, k) => (k === 0 ? { ...tier, preset: 'cpu-i5-2500' } : tier)),
  },
});

const projects = splits.flatMap(([name, split]) =>
  (['relay', 'triton', 'ovms'] as const).map(
    (engine) => [engine, name, engine === 'ovms' ? withoutJetson(split) : split] as const,
  ),
);

describe.each(projects)('a Compose project with the engine %s and %s', (engine, _, split) => {
  const generated = generate('compose', split, engine);
  const project = parse(contentOf(generated, 'compose.yaml'));
  const services: Readonly<Record<string, ComposeService>> = project.services;
  const relays = byHand.tiers.flatMap(({ id }) => services[id] ?? []);
  const readme = contentOf(generated, 'README.md');

  /** The service at an address, which has to be on a network of the asking one. */
  function serviceAt(address: string | undefined, from: ComposeService): { service: ComposeService; port: number } {
    const { hostname, port } = new URL(address ?? '');
    const service = services[hostname];
    if (service === undefined) throw new Error(`there is no service ${hostname}`);
    expect(service.networks.filter((network) => from.networks.includes(network))).toHaveLength(1);
    return { service, port: Number(port) };
  }

  it('mounts folders and files that are there', () => {
    for (const { volumes } of Object.values(services)) {
      for (const { source } of volumes) expect(isThere(generated, posix.normalize(source)), source).toBe(true);
    }
    for (const [k, { volumes, command }] of relays.entries()) {
      const mount = volumes.find(({ target }) => target === posix.dirname(command[0] ?? ''));
      const path = posix.join(posix.normalize(mount?.source ?? ''), posix.basename(command[0] ?? ''));
      expect(JSON.parse(contentOf(generated, path))).toMatchObject({ tier: byHand.tiers[k]?.id, position: k });
    }
  });

  it('builds the image of all relays once, with the tier that every other one waits for', () => {
    expect(new Set(relays.map(({ image }) => image)).size).toBe(1);
    const builds = relays.map(({ build }) => build !== undefined);
    expect(builds).toEqual(relays.map((_, k) => k === relays.length - 1));
    const folder = posix.normalize(relays.at(-1)?.build ?? '');
    expect(isThere(generated, posix.join(folder, 'Dockerfile'))).toBe(true);
  });

  it('joins each tier to the next one, waits for it, and opens the first one alone', () => {
    for (const [k, relay] of relays.entries()) {
      const { environment = {}, depends_on = {} } = relay;
      for (const name of Object.keys(environment)) expect(relayVariables, name).toContain(name);
      for (const name of Object.keys(depends_on)) expect(services).toHaveProperty(name);
      const above = relays[k + 1];
      if (above === undefined) expect(environment).not.toHaveProperty('DNNSPLIT_UPSTREAM');
      else {
        const { service, port } = serviceAt(environment['DNNSPLIT_UPSTREAM'], relay);
        expect([service, port]).toEqual([above, Number(above.environment?.['DNNSPLIT_PORT'])]);
        expect(depends_on).toHaveProperty(byHand.tiers[k + 1]?.id ?? '');
      }
      const own = `http://127.0.0.1:${environment['DNNSPLIT_PORT']}/v2/health/ready`;
      expect(relay.healthcheck?.test.join(' ')).toContain(`'${own}'`);
      expect(environment).toMatchObject({ DNNSPLIT_HOST: '0.0.0.0', DNNSPLIT_MAX_BODY_MB: '4' });
      const [, host, inside] = /^127\.0\.0\.1:(\d+):(\d+)$/.exec(relay.ports?.[0] ?? '') ?? [];
      expect(inside).toBe(k === 0 ? environment['DNNSPLIT_PORT'] : undefined);
      if (k === 0) expect(readme).toContain(`http://127.0.0.1:${host}/v2/health/ready\n`);
    }
    const used = new Set(Object.values(services).flatMap(({ networks }) => networks));
    expect(Object.keys(project.networks).sort()).toEqual([...used].sort());
  });

  it('has each part run by what is asked for, under the name that its relay asks for', () => {
    for (const [k, relay] of relays.entries()) {
      const { environment = {} } = relay;
      const runsNothing = split.contracts[k]?.segment === null;
      if (engine === 'relay' || runsNothing) {
        expect(environment).not.toHaveProperty('DNNSPLIT_ENGINE');
        continue;
      }
      const { service, port } = serviceAt(environment['DNNSPLIT_ENGINE'], relay);
      const model = environment['DNNSPLIT_ENGINE_MODEL'] ?? '';
      const part = service.volumes.find(({ source }) => source === `./models/${byHand.tiers[k]?.id}`);
      if (engine === 'triton') {
        expect(part?.target).toBe(`/models/${model}/1`);
        const config = service.volumes.find(({ target }) => target === `/models/${model}/config.pbtxt`);
        expect(contentOf(generated, posix.normalize(config?.source ?? ''))).toContain(`name: "${model}"`);
        expect(service.command).toContain('--model-repository=/models');
        expect(service.healthcheck?.test.join(' ')).toContain(`:${port}/v2/health/ready`);
        expect(service.runtime).toBe(k === 0 ? 'nvidia' : undefined);
        expect(service.image.endsWith('-igpu')).toBe(k === 0);
        expect(service.deploy.resources.reservations !== undefined).toBe(k === 1);
      } else {
        expect(service.command.join(' ')).toContain(
          `--model_name ${model} --model_path ${part?.target.replace(/\/1$/, '')} `,
        );
        expect(service.command.join(' ')).toContain(`--rest_port ${port} `);
      }
    }
  });

  it('limits memory to what the plan says, in the README too', () => {
    for (const [k, { id }] of byHand.tiers.entries()) {
      const wanted = memoryMiB(k, engine === 'relay' ? 512 : 1024);
      expect(services[id]?.deploy.resources.limits.memory).toBe(`${wanted}M`);
      const runner = services[`${id}-engine`];
      if (runner) expect(runner.deploy.resources.limits.memory).toBe(`${wanted}M`);
      const weights = `${(sizes[k]?.weightBytes ?? 0) / 1e6} MB`;
      const nodes = split.contracts[k]?.segment === null ? '[a-z ]+' : String(split.plan.tiers[k]?.nodeCount);
      expect(readme).toMatch(
        new RegExp(`^\\| \`${id}\` \\| ${id} \\| ${nodes} \\| ${weights} \\| ${wanted} MiB \\|$`, 'm'),
      );
    }
    const latency = /Predicted latency of one request: ([\d.]+) ms/.exec(readme)?.[1];
    expect(Number(latency)).toBeCloseTo(split.plan.prediction.latencyMs, 1);
    expect(readme).toMatch(/^- takes `x: float32 1x7, 28 B`$/m);
    expect(readme).toMatch(/^- answers `y: float32 1x19, 76 B`$/m);
  });
});
