import { namesOf } from './recordOf';
import { translatable } from './translatable';

/** What people see of a deployment target. What it writes is the row of the same name in `engine/deploy/deploymentFiles`. */
interface TargetEntry {
  /** As its makers write it. */
  readonly label: string;
  /** One line for pickers. */
  readonly description: string;
  /** Where its contracts lie, below its folder; the manifest validates them. None where they are part of other files. */
  readonly contracts?: string;
  /** Offered where a configuration is for so many models that all targets of each would bury the rest. */
  readonly isUsual?: true;
}

/** What manifests can be made for, in the order in which people see them. */
export const targetTable = {
  compose: {
    label: 'Docker Compose',
    description: translatable('All tiers as containers on one machine, to try the split'),
    contracts: 'models/*/contract.json',
    isUsual: true,
  },
  kubernetes: {
    label: 'Kubernetes',
    description: translatable('One deployment and service per tier, joined by network policies'),
  },
  kserve: {
    label: 'KServe',
    description: translatable('Tiers with an inference service each'),
  },
  triton: {
    label: 'Triton',
    description: translatable('Model repositories for Triton Inference Server'),
    contracts: 'contracts/*/contract.json',
  },
  bundle: {
    label: 'Bundles',
    description: translatable('A folder per machine with TLS, tokens and a service'),
    contracts: '*/contract.json',
  },
  ray: {
    label: 'Ray Serve',
    description: translatable('Tiers above the device as an application on a Ray cluster'),
    contracts: 'tiers/*/contract.json',
  },
} as const satisfies Readonly<Record<string, TargetEntry>>;

export type DeploymentTarget = keyof typeof targetTable;

export const deploymentTargets = namesOf(targetTable);

/** The entry of a target, with every property that one may have. */
export function targetEntry(target: DeploymentTarget): TargetEntry {
  return targetTable[target];
}

/** Folder beside a plan in which deployments and split models are made, one folder each. */
export const deploymentsFolder = 'deploy';

/** Where contracts lie below the folder of a plan, as patterns; `split` is what an export without a target makes. */
export const contractPatterns: readonly string[] = [
  `${deploymentsFolder}/split/*/contract.json`,
  ...deploymentTargets.flatMap((target) => {
    const { contracts } = targetEntry(target);
    return contracts === undefined ? [] : [`${deploymentsFolder}/${target}/${contracts}`];
  }),
];

/** What can run the sub-models of a Compose project: ONNX Runtime inside of each relay, or an inference server beside it. */
export const engines = ['relay', 'triton', 'ovms'] as const;
export type Engine = (typeof engines)[number];
