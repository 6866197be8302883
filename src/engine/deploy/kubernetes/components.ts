import type { DeployedFile, DeployedTier } from '../parts/deployment';
import {
  type KubernetesObject,
  manifest,
  metadata,
  type Placement,
  relayLabels,
  relayName,
  tierLabel,
} from './objects';

/** Parts of a kustomization that not every cluster can take; whoever wants one lists it in a kustomization of their own. */
export const components = {
  autoscaling: 'copies of each tier by the requests that come (needs Prometheus Adapter)',
  monitoring: 'metrics by the Prometheus Operator, from the namespace `monitoring`',
  tokens: 'a token on each tier but the first, from Secrets that you make',
} as const;

/** Part of what a relay can do that it is left to do on average, so that bursts find room. */
const utilization = 0.7;
/** Copies at most, by how many the plan counts on. */
const mostCopies = 4;

/** The folders of all components. */
export function componentFiles(tiers: readonly DeployedTier[], placement: Placement): DeployedFile[] {
  const scaled = tiers.filter(({ tier }) => tier.computeMs > 0);
  return [
    ...component('autoscaling', {
      objects: scaled.map((tier) => autoscaler(tier, placement)),
      // What the autoscaler decides must not be set back whenever somebody applies everything.
      patches: scaled.map((tier) => ({
        target: { kind: 'Deployment', name: relayName(tier) },
        patch: JSON.stringify([{ op: 'remove', path: '/spec/replicas' }]),
      })),
    }),
    ...component('monitoring', {
      objects: [...tiers.map((tier) => podMonitor(tier, placement)), scraping(placement)],
      patches: [],
    }),
    ...component('tokens', {
      objects: [],
      patches: [
        ...tiers.flatMap((tier, index) => tokenPatch(tier, tiers[index + 1], { ...placement, isFirst: index === 0 })),
        ...tiers.slice(1).map((tier) => ({
          target: { kind: 'PodMonitor', name: relayName(tier) },
          patch: JSON.stringify([
            {
              op: 'add',
              path: '/spec/podMetricsEndpoints/0/authorization',
              value: { credentials: { name: tokenSecret(tier), key: tokenKey } },
            },
          ]),
        })),
      ],
    }),
  ];
}

/** How to use them, for a README. */
export function componentLines(tiers: readonly DeployedTier[], { namespace }: Placement): string[] {
  return [
    '## What else there is',
    '',
    ...Object.entries(components).map(([name, text]) => `- \`components/${name}\`: ${text}`),
    '',
    'List those that you want in a kustomization of your own, in this order, which stays when this folder is made again:',
    '',
    '```yaml',
    'resources: [../kubernetes]',
    `components: [${Object.keys(components)
      .map((name) => `../kubernetes/components/${name}`)
      .join(', ')}]`,
    '```',
    '',
    ...(tiers.length < 2
      ? []
      : [
          'Tokens are in no file here. Make them before you apply that:',
          '',
          '```sh',
          ...tiers
            .slice(1)
            .map(
              (tier) =>
                `openssl rand -hex 32 | kubectl --namespace ${namespace} create secret generic ${tokenSecret(tier)} --from-file=${tokenKey}=/dev/stdin`,
            ),
          '```',
          '',
        ]),
  ];
}

function component(
  name: keyof typeof components,
  { objects, patches }: { readonly objects: readonly KubernetesObject[]; readonly patches: readonly object[] },
): DeployedFile[] {
  const file = `${name}.yaml`;
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    ...(objects.length > 0 && { resources: [file] }),
    ...(patches.length > 0 && { patches }),
  };
  return [
    { path: `components/${name}/kustomization.yaml`, content: manifest([kustomization]) },
    ...(objects.length > 0 ? [{ path: `components/${name}/${file}`, content: manifest(objects) }] : []),
  ];
}

/**
 * Copies of a tier by the requests per second that each gets: a relay answers 1000 / (milliseconds of its part) of them.
 * Prometheus Adapter makes the metric out of `dnnsplit_requests_total` with its own settings.
 */
function autoscaler(deployed: DeployedTier, placement: Placement): KubernetesObject {
  const { computeMs, replicas } = deployed.tier;
  const milliRequests = Math.max(1, Math.floor(1e6 * (utilization / computeMs)));
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(relayName(deployed), deployed, placement),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: relayName(deployed) },
      minReplicas: replicas,
      maxReplicas: mostCopies * replicas,
      metrics: [
        {
          type: 'Pods',
          pods: {
            metric: { name: 'dnnsplit_requests' },
            target: { type: 'AverageValue', averageValue: `${milliRequests}m` },
          },
        },
      ],
    },
  };
}

function podMonitor(tier: DeployedTier, placement: Placement): KubernetesObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: metadata(relayName(tier), tier, placement),
    spec: {
      selector: { matchLabels: relayLabels(tier, placement) },
      podMetricsEndpoints: [{ port: 'http', path: '/metrics' }],
    },
  };
}

/** Relays are reached by their neighbors alone otherwise. */
function scraping({ namespace, model }: Placement): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'relay-metrics', namespace },
    spec: {
      podSelector: {
        matchLabels: { 'app.kubernetes.io/part-of': model },
        matchExpressions: [{ key: tierLabel, operator: 'Exists' }],
      },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
          ports: [{ protocol: 'TCP', port: 'http' }],
        },
      ],
    },
  };
}

/** File of a token in its Secret. */
const tokenKey = 'token';

function tokenSecret(tier: DeployedTier): string {
  return `${relayName(tier)}-token`;
}

/** Lets the relays of a tier want its token, and send the one of the tier above. */
function tokenPatch(
  tier: DeployedTier,
  above: DeployedTier | undefined,
  { namespace, isFirst }: Placement & { readonly isFirst: boolean },
): object[] {
  const tokens = [
    ...(isFirst ? [] : [{ name: 'token', variable: 'DNNSPLIT_TOKEN_FILE', secret: tokenSecret(tier) }]),
    ...(above === undefined
      ? []
      : [{ name: 'token-above', variable: 'DNNSPLIT_UPSTREAM_TOKEN_FILE', secret: tokenSecret(above) }]),
  ];
  if (tokens.length === 0) return [];
  const folder = (name: string) => `/secrets/${name}`;
  const relay = {
    name: 'relay',
    env: [
      ...(isFirst ? [] : [{ name: 'DNNSPLIT_ALLOW_ANONYMOUS', $patch: 'delete' }]),
      ...tokens.map(({ name, variable }) => ({ name: variable, value: `${folder(name)}/${tokenKey}` })),
    ],
    volumeMounts: tokens.map(({ name }) => ({ name, mountPath: folder(name), readOnly: true })),
  };
  const volumes = tokens.map(({ name, secret }) => ({ name, secret: { secretName: secret } }));
  const patch = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: relayName(tier), namespace },
    spec: { template: { spec: { containers: [relay], volumes } } },
  };
  return [{ patch: manifest([patch]) }];
}
