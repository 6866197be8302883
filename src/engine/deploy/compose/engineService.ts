import type { DeployedTier } from '../parts/deployment';
import { type EngineImage, openvinoImageFor, tritonImageFor } from '../parts/engineImage';

const enginePort = 8000;

/** Name of the inference server's service beside a tier's relay, and of the network between the two. */
export function engineServiceName({ name }: Pick<DeployedTier, 'name'>): string {
  return `${name}-engine`;
}

/** Where a tier's relay finds its inference server. */
export function engineAddress(tier: Pick<DeployedTier, 'name'>): string {
  return `http://${engineServiceName(tier)}:${enginePort}`;
}

/** An inference server that holds one tier's part and talks to its relay alone. */
export function engineService(tier: DeployedTier): Record<string, unknown> {
  return {
    ...(tier.engine === 'ovms' ? openvinoServer(tier) : tritonServer(tier)),
    networks: [engineServiceName(tier)],
    security_opt: ['no-new-privileges:true'],
    restart: 'unless-stopped',
  };
}

function tritonServer(tier: DeployedTier): Record<string, unknown> {
  const image = tritonImageFor(tier.tier);
  return {
    image: image?.image,
    command: ['tritonserver', '--model-repository=/models', '--exit-on-error=true', '--strict-readiness=true'],
    volumes: [
      mount(`./models/${tier.name}`, `/models/${tier.modelName}/1`),
      mount(`./engine/${tier.name}/config.pbtxt`, `/models/${tier.modelName}/config.pbtxt`),
    ],
    healthcheck: {
      test: ['CMD', 'curl', '--fail', '--silent', `http://localhost:${enginePort}/v2/health/ready`],
      interval: '10s',
      timeout: '5s',
      retries: 6,
      start_period: '60s',
    },
    ...(image?.accelerator === 'jetson' && { runtime: 'nvidia' }),
    deploy: { resources: resources(tier, image) },
  };
}

function openvinoServer({ tier, name, modelName, memoryMiB }: DeployedTier): Record<string, unknown> {
  return {
    image: openvinoImageFor(tier),
    command: ['--model_name', modelName, '--model_path', '/model', '--rest_port', String(enginePort), '--port', '9000'],
    volumes: [mount(`./models/${name}`, '/model/1')],
    deploy: { resources: { limits: { memory: `${memoryMiB}M` } } },
  };
}

function mount(source: string, target: string): Record<string, unknown> {
  return { type: 'bind', source, target, read_only: true, bind: { create_host_path: false } };
}

function resources({ memoryMiB }: DeployedTier, image: EngineImage | undefined): Record<string, unknown> {
  const gpu = { devices: [{ driver: 'nvidia', count: 1, capabilities: ['gpu'] }] };
  return {
    limits: { memory: `${memoryMiB}M` },
    ...(image?.accelerator === 'discrete-gpu' && { reservations: gpu }),
  };
}
