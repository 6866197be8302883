import { parseAllDocuments } from 'yaml';
import type { Deployment } from '../../../src/engine/deploy/parts/deployment';

export type Labels = Readonly<Record<string, string>>;
export const selects = (selector: Labels, labels: Labels) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

export interface Port {
  readonly name?: string;
  readonly port?: number;
  readonly targetPort?: string | number;
  readonly containerPort?: number;
  readonly protocol?: string;
}
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string | number };
}
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly Port[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
  readonly resources: Readonly<Record<'requests' | 'limits', Labels>>;
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
}
interface Peer {
  readonly podSelector?: { readonly matchLabels?: Labels };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly Port[];
}
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  readonly data?: Labels;
  readonly spec?: {
    readonly replicas?: number;
    readonly maxUnavailable?: number;
    readonly selector?: Labels & { readonly matchLabels?: Labels };
    readonly ports?: readonly Port[];
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
    readonly template?: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly nodeSelector: Labels;
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly Container[];
        readonly initContainers?: readonly Container[];
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
      };
    };
    readonly predictor?: {
      readonly minReplicas: number;
      readonly maxReplicas: number;
      readonly nodeSelector: Labels;
      readonly model: {
        readonly storageUri: string;
        readonly runtimeVersion: string;
        readonly resources: Readonly<Record<'requests' | 'limits', Labels>>;
      };
    };
  };
}

/** Of everything that is applied; components are for those who list them. */
export const objectsOf = ({ files }: Deployment): KubernetesObject[] =>
  files
    .filter(({ path }) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
    .filter(({ path }) => !path.startsWith('components/'))
    .flatMap(({ content }) => parseAllDocuments(content).map((document) => document.toJS()));

/** Relays of a tier with all that belongs to them. */
export function relaysOf(objects: readonly KubernetesObject[]) {
  return objects
    .filter(({ kind }) => kind === 'Deployment')
    .map((deployment) => {
      const pod = deployment.spec?.template;
      const [container] = pod?.spec.containers ?? [];
      if (pod === undefined || container === undefined) throw new Error('a deployment has no container');
      const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
      return { deployment, pod, container, environment, labels: pod.metadata.labels };
    });
}
