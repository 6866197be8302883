import { stringify } from 'yaml';
import { visibleText } from '../../../shared/escape/visible';
import {
  contractText,
  type DeployedTier,
  type Deployment,
  type DeploymentInput,
  deployedTiers,
  isServed,
  keepsSessions,
  modelPlaces,
} from '../parts/deployment';
import { modelSlug, relayImage } from '../parts/names';
import { relayDockerfile, relayEnvironment, relayPort, relayPrograms, relayUser } from '../parts/relayImage';
import { modelConfig } from '../triton/modelConfig';
import { composeReadme } from './composeReadme';
import { engineAddress, engineService, engineServiceName } from './engineService';

/** Port of the first tier on the host's loopback. */
const hostPort = 8000;

/** Where the parts lie that a tier's containers mount. */
export function tierFolder(name: string): string {
  return `models/${name}`;
}

/**
 * A Compose project: a relay per tier, an inference server beside it where one is asked for, neighbors joined by a
 * network of their own that leads nowhere else. The same plan gives the same bytes.
 * @throws DnnSplitError `unsupported-model` where the inference server cannot take a part
 */
export function composeFiles(input: DeploymentInput): Deployment {
  const { plan, engine } = input;
  const tiers = deployedTiers(input, engine);
  const withEngine = tiers.filter(isServed);
  const relays = tiers.map((tier, index) => [tier.name, relayService(input, tiers, index)] as const);
  const engines = withEngine.map((tier) => [engineServiceName(tier), engineService(tier)] as const);
  const internal = [
    ...tiers.slice(1).map((upper, index) => `${tiers[index]?.name}-to-${upper.name}`),
    ...withEngine.map(engineServiceName),
  ];
  const project = {
    name: `dnnsplit-${modelSlug(input)}`,
    services: Object.fromEntries([...relays, ...engines]),
    networks: { front: {}, ...Object.fromEntries(internal.map((name) => [name, { internal: true }])) },
  };
  const title = `${plan.model.name} on ${tiers.map(({ tier }) => tier.id).join(', ')}; made by dnnsplit ${plan.tool.version}`;
  const header = `# ${visibleText(title)}. See README.md.\n`;
  const models = tiers.flatMap((tier) => modelPlaces(tier, tierFolder(tier.name)));
  return {
    files: [
      { path: 'compose.yaml', content: header + stringify(project, { lineWidth: 0, aliasDuplicateObjects: false }) },
      { path: 'README.md', content: composeReadme(input, tiers, models, hostPort) },
      { path: 'relay/Dockerfile', content: relayDockerfile({ withTiers: false }) },
      ...relayPrograms(input, 'relay/'),
      ...tiers.map(({ name, contract }) => ({
        path: `${tierFolder(name)}/contract.json`,
        content: contractText(contract),
      })),
      ...(engine === 'triton'
        ? withEngine.map((tier) => ({ path: `engine/${tier.name}/config.pbtxt`, content: modelConfig(tier) }))
        : []),
    ],
    models,
  };
}

const healthScript = `fetch('http://127.0.0.1:${relayPort}/v2/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

function relayService(input: DeploymentInput, tiers: readonly DeployedTier[], index: number) {
  const tier = tiers[index];
  const above = tiers[index + 1];
  const below = tiers[index - 1];
  if (tier === undefined) return {};
  const usesEngine = isServed(tier);
  const dependencies = [...(above ? [above.name] : []), ...(usesEngine ? [engineServiceName(tier)] : [])];
  return {
    image: relayImage(input),
    // Built once: every tier depends on the last one, whichever of them is started.
    ...(above === undefined && { build: './relay' }),
    command: ['/tier/contract.json'],
    environment: relayEnvironment({
      maxBodyMB: tier.maxBodyMB,
      // One container per tier: nobody else could take the requests meanwhile.
      drainMs: 0,
      upstream: above && `http://${above.name}:${relayPort}`,
      engine: usesEngine ? engineAddress(tier) : undefined,
      engineModel: usesEngine ? tier.modelName : undefined,
      sessionMB: tier.sessionMB,
    }),
    volumes: [
      {
        type: 'bind',
        source: `./${tierFolder(tier.name)}`,
        target: '/tier',
        read_only: true,
        bind: { create_host_path: false },
      },
    ],
    ...(index === 0 && { ports: [`127.0.0.1:${hostPort}:${relayPort}`] }),
    networks: [
      ...(index === 0 ? ['front'] : []),
      ...(below ? [`${below.name}-to-${tier.name}`] : []),
      ...(above ? [`${tier.name}-to-${above.name}`] : []),
      ...(usesEngine ? [engineServiceName(tier)] : []),
    ],
    ...(dependencies.length > 0 && {
      depends_on: Object.fromEntries(dependencies.map((name) => [name, { condition: 'service_started' }])),
    }),
    healthcheck: {
      test: ['CMD', 'node', '-e', healthScript],
      interval: '10s',
      timeout: '5s',
      retries: 6,
      start_period: '60s',
    },
    read_only: true,
    tmpfs: ['/tmp'],
    user: `${relayUser}:${relayUser}`,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    deploy: {
      // The port of the first tier is there once, and nothing would lead a session back to its container.
      ...(index > 0 && !keepsSessions(tier) && tier.tier.replicas > 1 && { replicas: tier.tier.replicas }),
      resources: { limits: { memory: `${tier.memoryMiB}M` } },
    },
    init: true,
    // Longer than requests that run may take to finish.
    stop_grace_period: '20s',
    restart: 'unless-stopped',
  };
}
