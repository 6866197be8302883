import { namesOf } from '../recordOf';
import { translatable } from '../translatable';

/** What people see of a deployment target. What it writes is the row of the same name in `engine/deploy/deploymentFiles`. */
interface TargetEntry {
  /** As its makers write it. */
  readonly label: string;
  /** One line for pickers. */
  readonly description: string;
  /** Where its contracts lie, below its folder; the manifest validates them. None where they are part of other files. */
  readonly contracts?: string;
  /** How far its deployments were tried, for whoever relies on them: what was started and answered right, and what was only validated. */
  readonly tried: string;
  /** Offered where a configuration is for so many models that all targets of each would bury the rest. */
  readonly isUsual?: true;
}

/** What manifests can be made for, in the order in which people see them. */
export const targetTable = {
  compose: {
    label: 'Docker Compose',
    description: translatable('All tiers as containers on one machine, to try the split'),
    contracts: 'models/*/contract.json',
    tried:
      'Started with Docker and Compose: answers had the bits of the whole model, killed containers came back, and another plan took over without a wrong answer. Triton was started as a stand-in that reads its configuration; OpenVINO Model Server was only validated.',
    isUsual: true,
  },
  kubernetes: {
    label: 'Kubernetes',
    description: translatable('One deployment and service per tier, joined by network policies'),
    tried:
      'Images were built, and started with Docker as the pods say: answers had the bits of the whole model. Everything else was only validated, by the types of Kubernetes and `kubectl kustomize`: no cluster ran it. `PodMonitor` was not checked.',
  },
  kserve: {
    label: 'KServe',
    description: translatable('Tiers with an inference service each'),
    tried: 'Only validated, by the types of Kubernetes and the schema of `InferenceService`: no cluster ran it.',
  },
  triton: {
    label: 'Triton',
    description: translatable('Model repositories for Triton Inference Server'),
    contracts: 'contracts/*/contract.json',
    tried:
      "Only validated: configurations by Triton's own definition of them. Relays were started in front of a stand-in that reads these.",
  },
  bundle: {
    label: 'Bundles',
    description: translatable('A folder per machine with TLS, tokens and a service'),
    contracts: '*/contract.json',
    tried:
      'Started on three machines with networks of their own, over TLS with tokens, as another user without rights on a root that cannot be written: answers had the bits of the whole model, a wrong token and another authority were refused. Pushed over SSH, broken off, and rolled back. Units were only validated by systemd.',
  },
  ray: {
    label: 'Ray Serve',
    description: translatable('Tiers above the device as an application on a Ray cluster'),
    contracts: 'tiers/*/contract.json',
    tried:
      "Started with Ray 2.58 on two nodes, behind the device's relay: answers had the bits of the whole model, and a killed replica came back. GPUs and `serve deploy` were not tried.",
  },
} as const satisfies Readonly<Record<string, TargetEntry>>;

export type DeploymentTarget = keyof typeof targetTable;

export const deploymentTargets = namesOf(targetTable);

/** The entry of a target, with every property that one may have. */
export function targetEntry(target: DeploymentTarget): TargetEntry {
  return targetTable[target];
}

/** Folder beside a plan in which deployments and split models are made: a folder per plan, and in it one for each of them. */
export const deploymentsFolder = 'deploy';

/** Places of contracts in what is made of one plan, as patterns; `split` is what an export without a target makes. */
const contractPlaces: readonly string[] = [
  'split/*/contract.json',
  ...deploymentTargets.flatMap((target) => {
    const { contracts } = targetEntry(target);
    return contracts === undefined ? [] : [`${target}/${contracts}`];
  }),
];

/** Where contracts lie below the folder of a plan; versions up to 0.1 had no folder for each plan. */
export const contractPatterns: readonly string[] = ['*/', ''].flatMap((plan) =>
  contractPlaces.map((place) => `${deploymentsFolder}/${plan}${place}`),
);

/** What can run the sub-models of a Compose project: ONNX Runtime inside of each relay, or an inference server beside it. */
export const engines = ['relay', 'triton', 'ovms'] as const;
export type Engine = (typeof engines)[number];
