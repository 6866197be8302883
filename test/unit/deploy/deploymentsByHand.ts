import { Command } from 'commander';
import { planText } from '../../../src/app/plan/planAnalyzed';
import { prepareSplit } from '../../../src/app/split/deploySplit';
import { deploymentFiles } from '../../../src/engine/deploy/deploymentFiles';
import type { Deployment } from '../../../src/engine/deploy/parts/deployment';
import { addRelayOptions } from '../../../src/relay/serveCommand';
import { requireDocument } from '../../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import type { PlanDocument } from '../../../src/shared/documents/plan';
import type { DeploymentTarget, Engine } from '../../../src/shared/vocabulary/targets';
import { splitOnce } from '../../support/cutOnce';
import { handFolder, planByHand } from '../../support/handModel';

const folder = handFolder();
// The files that use it share it.
process.on('exit', folder.remove);

/** Sizes that matter, machines of every kind, another number of copies on each tier, and another encoding on each link. */
export const sizes = [
  { weightBytes: 100e6, peakActivationBytes: 30e6, preset: 'jetson-orin-nano', replicas: 2 },
  { weightBytes: 300e6, peakActivationBytes: 50e6, preset: 't4', replicas: 5 },
  { weightBytes: 700e6, peakActivationBytes: 70e6, replicas: 3 },
] as const;
/** What Kubernetes calls the processors of a Jetson and of a machine with a T4; nobody says it of the third. */
export const nodeArchitectures = [{ 'kubernetes.io/arch': 'arm64' }, { 'kubernetes.io/arch': 'amd64' }, {}];
export const wires = ['float16', 'int8'] as const;

/** Weights and activations twice, two messages of 4 MB, and what each server needs before it has a model. */
export const memoryMiB = (k: number, serverMiB: number) => {
  const { weightBytes = 0, peakActivationBytes = 0 } = sizes[k] ?? {};
  return serverMiB + Math.ceil((2 * (weightBytes + peakActivationBytes) + 8e6) / 2 ** 20);
};

/** Weights and activations once, and what each server takes while it waits. */
export const idleMiB = (k: number, serverMiB: number) => {
  const { weightBytes = 0, peakActivationBytes = 0 } = sizes[k] ?? {};
  return serverMiB + Math.ceil((weightBytes + peakActivationBytes) / 2 ** 20);
};

function splitAt(cuts?: readonly number[]) {
  const planPath = `${folder.model}.splitplan.json`;
  const options = { skipRegimes: true, skipCertificate: true };
  const made = requireDocument(
    parsePlan(planText(planByHand(folder, options, cuts), planPath)),
    'invalid-plan',
    planPath,
  );
  const plan: PlanDocument = {
    ...made,
    tiers: made.tiers.map((tier, k) => ({ ...tier, ...sizes[k] })),
    links: made.links.map((link, l) => ({ ...link, wireDtype: wires[l] ?? 'original' })),
  };
  return splitOnce(prepareSplit(plan, planPath));
}

export const whole = splitAt();
/** The same without anything on the edge, which passes tensors on. */
export const passing = splitAt([3, 3]);
export const splits = [
  ['a part on every tier', whole],
  ['a tier between that runs nothing', passing],
] as const;

export const generate = (target: DeploymentTarget, { plan, contracts }: typeof whole, engine: Engine = 'relay') =>
  deploymentFiles(target, { plan, contracts, engine, relayProgram: '// relay\n', revision: '0123456789ab' });

export const contentOf = ({ files }: Deployment, path: string) => {
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`there is no ${path}`);
  return file.content;
};
export const isThere = ({ files, models }: Deployment, path: string) =>
  [...files, ...models].some((one) => one.path === path || one.path.startsWith(`${path}/`));

/** Variables that the relay reads, by what its help says. */
export const relayVariables = (() => {
  const command = new Command();
  addRelayOptions(command);
  return new Set(command.helpInformation().match(/\bDNNSPLIT_[A-Z_]+\b/g));
})();
