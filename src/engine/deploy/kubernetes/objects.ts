import { stringify } from 'yaml';
import { contractText, type DeployedTier, keepsSessions } from '../parts/deployment';
import { architectureOf } from '../parts/device';
import { relayEnvironment, relayPort, relayUser } from '../parts/relayImage';

/** What the objects of all tiers of one model share. */
export interface Placement {
  readonly namespace: string;
  /** Name of the model, as labels accept it. */
  readonly model: string;
  /** Of the deployment: another one for every other part or contract. */
  readonly revision: string;
}

/** How a tier's relay reaches the inference server that runs its part, where that is not the relay itself. */
export interface EngineAddress {
  readonly address: string;
  readonly modelName: string;
  /** Labels and port of the pods behind the address. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podPort: number;
}

export type KubernetesObject = Readonly<Record<string, unknown>>;

/** Containers and volumes of a pod beside those of its relay. */
interface PodParts {
  readonly initContainers: readonly object[];
  readonly containers: readonly object[];
  readonly volumes: readonly object[];
}

/** Label that says which tier a node or a pod belongs to. */
export const tierLabel = 'dnnsplit.dev/tier';
/** Beside the sub-model, which the image has there: a relay runs nothing from elsewhere. */
const contractPath = '/tier/contract.json';
/** How long a caller stays with its pod without asking: longer than any relay keeps an unused session. */
const affinitySeconds = 10_800;
/** How often readiness is looked at, in seconds; a relay that stops goes on answering for so long. */
const readinessSeconds = 5;
/** Then it lets requests that run finish, at most this long: its default. */
const graceSeconds = 10;
/** After which nothing of a relay runs any more, so that what it relies on may end. */
export const relayStopSeconds = readinessSeconds + graceSeconds;

/** Name of a tier's relay; Services want a letter first. */
export function relayName({ name }: Pick<DeployedTier, 'name'>): string {
  return `relay-${name}`;
}

export function relayLabels(tier: Pick<DeployedTier, 'name'>, { model }: Placement): Record<string, string> {
  return { 'app.kubernetes.io/name': 'dnnsplit-relay', 'app.kubernetes.io/part-of': model, [tierLabel]: tier.name };
}

/** Name, namespace and labels of an object that belongs to a tier. */
export function metadata(name: string, tier: DeployedTier, placement: Placement) {
  return { name, namespace: placement.namespace, labels: relayLabels(tier, placement) };
}

/** Another name for every other contract: pods that still run keep the one that fits their part. */
function contractName(tier: DeployedTier, { revision }: Placement): string {
  return `${relayName(tier)}-${revision}`;
}

/** Nodes that a tier runs on: those with its label, and with the processor that its image is for. */
export function nodesOf({ name, tier }: DeployedTier): Record<string, string> {
  const architecture = architectureOf(tier);
  return { [tierLabel]: name, ...(architecture !== undefined && { 'kubernetes.io/arch': architecture }) };
}

/** The contract of a tier, for its relay to mount, and further files by their names. */
export function contractConfigMap(
  tier: DeployedTier,
  placement: Placement,
  files: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(contractName(tier, placement), tier, placement),
    data: { 'contract.json': contractText(tier.contract), ...files },
  };
}

/** Relays of one tier, on nodes of that tier. */
export function relayDeployment(
  tier: DeployedTier,
  placement: Placement,
  settings: {
    readonly image: string;
    readonly above: DeployedTier | undefined;
    readonly engine?: Pick<EngineAddress, 'address' | 'modelName'> | undefined;
    /** What else is in the pod. */
    readonly beside?: PodParts | undefined;
  },
): KubernetesObject {
  const name = relayName(tier);
  const labels = relayLabels(tier, placement);
  const environment = relayEnvironment({
    maxBodyMB: tier.maxBodyMB,
    drainMs: readinessSeconds * 1000,
    upstream: settings.above && `http://${relayName(settings.above)}:${relayPort}`,
    engine: settings.engine?.address,
    engineModel: settings.engine?.modelName,
    sessionMB: tier.sessionMB,
  });
  const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
    httpGet: { path, port: 'http' },
    periodSeconds,
    timeoutSeconds: 5,
    failureThreshold,
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(name, tier, placement),
    spec: {
      replicas: tier.tier.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels,
          annotations: {
            'prometheus.io/scrape': 'true',
            'prometheus.io/port': String(relayPort),
            'prometheus.io/path': '/metrics',
          },
        },
        spec: {
          automountServiceAccountToken: false,
          nodeSelector: nodesOf(tier),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: relayUser,
            runAsGroup: relayUser,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          // Not ready first, then time for the requests that run.
          terminationGracePeriodSeconds: relayStopSeconds + 10,
          ...(settings.beside && { initContainers: settings.beside.initContainers }),
          containers: [
            {
              name: 'relay',
              image: settings.image,
              args: [contractPath],
              env: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
              ports: [{ name: 'http', containerPort: relayPort }],
              resources: {
                requests: { cpu: '500m', memory: `${tier.requestMiB}Mi` },
                limits: { memory: `${tier.memoryMiB}Mi` },
              },
              // A part may take minutes to load; only then does it count as hung or not ready.
              startupProbe: probe('/v2/health/live', 5, 60),
              livenessProbe: probe('/v2/health/live', 10, 3),
              readinessProbe: probe('/v2/health/ready', readinessSeconds, 2),
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'contract', mountPath: contractPath, subPath: 'contract.json', readOnly: true },
                { name: 'temporary', mountPath: '/tmp' },
              ],
            },
            ...(settings.beside?.containers ?? []),
          ],
          volumes: [
            { name: 'contract', configMap: { name: contractName(tier, placement) } },
            { name: 'temporary', emptyDir: { sizeLimit: '64Mi' } },
            ...(settings.beside?.volumes ?? []),
          ],
        },
      },
    },
  };
}

/** The address under which the tier below (or a client) reaches a tier. */
export function relayService(tier: DeployedTier, placement: Placement): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(relayName(tier), tier, placement),
    spec: {
      type: 'ClusterIP',
      selector: relayLabels(tier, placement),
      ports: [{ name: 'http', port: relayPort, targetPort: 'http', protocol: 'TCP' }],
      ...(keepsSessions(tier) && {
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: affinitySeconds } },
      }),
    },
  };
}

/** Takes the relays of a tier off their nodes one by one, so that one of several is there while nodes are drained. */
export function relayDisruptionBudget(tier: DeployedTier, placement: Placement): KubernetesObject[] {
  if (tier.tier.replicas < 2) return [];
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadata(relayName(tier), tier, placement),
      spec: { maxUnavailable: 1, selector: { matchLabels: relayLabels(tier, placement) } },
    },
  ];
}

/** Lets a tier be reached by the tier below alone (the first one: by pods of its namespace), and reach the one above. */
export function relayNetworkPolicy(
  tier: DeployedTier,
  placement: Placement,
  neighbors: {
    readonly below: DeployedTier | undefined;
    readonly above: DeployedTier | undefined;
    readonly engine?: EngineAddress | undefined;
  },
): KubernetesObject {
  const { below, above, engine } = neighbors;
  const podsOf = (other: DeployedTier) => ({ podSelector: { matchLabels: relayLabels(other, placement) } });
  const tcp = (port: number) => [{ protocol: 'TCP', port }];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(relayName(tier), tier, placement),
    spec: {
      podSelector: { matchLabels: relayLabels(tier, placement) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [below ? podsOf(below) : { podSelector: {} }], ports: tcp(relayPort) }],
      egress: [
        ...(above ? [{ to: [podsOf(above)], ports: tcp(relayPort) }] : []),
        ...(engine
          ? [{ to: [{ podSelector: { matchLabels: { ...engine.podLabels } } }], ports: tcp(engine.podPort) }]
          : []),
        // Names of services.
        { to: [{ namespaceSelector: {} }], ports: [{ protocol: 'UDP', port: 53 }, ...tcp(53)] },
      ],
    },
  };
}

/** The namespace of a model, in which no pod may be reached unless another policy says so. */
export function baseObjects({ namespace, model }: Placement): KubernetesObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { 'app.kubernetes.io/part-of': model, 'pod-security.kubernetes.io/enforce': 'baseline' },
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny-ingress', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    },
  ];
}

/** A kustomization that joins files and folders. */
export function kustomization(resources: readonly string[]): KubernetesObject {
  return { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
}

/** Objects as one YAML file. */
export function manifest(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
}
