import { stringify } from 'yaml';
import type { PlanDocument } from '../../../protocol/documents/plan';
import { DnnSplitError } from '../../../protocol/errors';
import type { GeneratedFile } from '../../../protocol/requests';
import { type EngineImage, engineImageFor } from '../engineImage';
import { type Segment, segmentsOf, slug } from '../segments';
import { composeReadme } from './readme';

/** Ports on the host's loopback: the first service's HTTP port, and the distance to the next one's. */
const firstPort = 8000;
const portStep = 10;

/**
 * A Compose project for a plan: one inference server per tier that runs something, neighbors joined by a network of their
 * own, and a README that says what has to be put beside it. The same plan gives the same bytes.
 * @throws DnnSplitError `invalid-plan` where no tier runs anything
 */
export function composeFiles(plan: PlanDocument): GeneratedFile[] {
  const segments = segmentsOf(plan);
  if (segments.length === 0) {
    throw new DnnSplitError('invalid-plan', 'No tier of this plan runs any node, so there is nothing to deploy.');
  }
  const project = {
    name: `dnnsplit-${slug(plan.model.name, 'model')}`,
    services: Object.fromEntries(segments.map((segment, index) => [segment.service, service(plan, segments, index)])),
    networks: Object.fromEntries(networkNames(segments).map((name) => [name, {}])),
  };
  const header = `# ${plan.model.name} on ${segments.map(({ tier }) => tier.id).join(', ')}; made by dnnsplit ${plan.tool.version}. See README.md.\n`;
  return [
    { path: 'compose.yaml', content: header + stringify(project, { lineWidth: 0, aliasDuplicateObjects: false }) },
    { path: 'README.md', content: composeReadme(plan, segments, hostPort) },
  ];
}

/** HTTP port of service `index` on the host's loopback. */
function hostPort(index: number): number {
  return firstPort + index * portStep;
}

function service(plan: PlanDocument, segments: readonly Segment[], index: number): Record<string, unknown> {
  const segment = segments[index];
  if (segment === undefined) return {};
  const engine = engineImageFor(segment.tier);
  return {
    image: engine.image,
    command: ['tritonserver', '--model-repository=/models', '--exit-on-error=true', '--strict-readiness=true'],
    environment: environment(plan, segments, index),
    volumes: [
      {
        type: 'bind',
        source: `./models/${segment.service}`,
        target: '/models',
        read_only: true,
        bind: { create_host_path: false },
      },
    ],
    ports: [`127.0.0.1:${hostPort(index)}:8000`, `127.0.0.1:${hostPort(index) + 1}:8001`],
    networks: networksOf(segments, index),
    healthcheck: {
      test: ['CMD', 'curl', '--fail', '--silent', 'http://localhost:8000/v2/health/ready'],
      interval: '10s',
      timeout: '5s',
      retries: 6,
      start_period: '60s',
    },
    ...(engine.accelerator === 'jetson' && { runtime: 'nvidia' }),
    deploy: { resources: resources(segment, engine) },
    security_opt: ['no-new-privileges:true'],
    restart: 'unless-stopped',
  };
}

function resources({ memoryMiB }: Segment, { accelerator }: EngineImage): Record<string, unknown> {
  const gpu = { devices: [{ driver: 'nvidia', count: 1, capabilities: ['gpu'] }] };
  return {
    limits: { memory: `${memoryMiB}M` },
    ...(accelerator === 'discrete-gpu' && { reservations: gpu }),
  };
}

/** What the service runs and which tensors go in and out, for people and for whatever drives the chain. */
function environment(plan: PlanDocument, segments: readonly Segment[], index: number): Record<string, string> {
  const segment = segments[index];
  const next = segments[index + 1];
  if (segment === undefined) return {};
  const contract = (tensors: Segment['inputs']) =>
    literal(JSON.stringify(tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape }))));
  return {
    DNNSPLIT_TIER: literal(segment.tier.id),
    DNNSPLIT_MODEL: segment.modelName,
    DNNSPLIT_STRUCTURE: plan.model.structureHash,
    DNNSPLIT_INPUTS: contract(segment.inputs),
    DNNSPLIT_OUTPUTS: contract(segment.outputs),
    ...(next && { DNNSPLIT_NEXT: `http://${next.service}:8000/v2/models/${next.modelName}/infer` }),
  };
}

/** Compose reads `$` as the start of a variable. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function networkNames(segments: readonly Segment[]): string[] {
  const first = segments[0];
  if (first !== undefined && segments.length === 1) return [first.service];
  return segments.slice(1).map((upper, index) => `${segments[index]?.service}-to-${upper.service}`);
}

/** The networks to the neighbor below and to the one above. */
function networksOf(segments: readonly Segment[], index: number): string[] {
  const names = networkNames(segments);
  return names.length < segments.length ? names.slice(Math.max(0, index - 1), index + 1) : names;
}
