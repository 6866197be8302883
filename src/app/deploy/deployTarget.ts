import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentFiles } from '../../engine/deploy/deploymentFiles';
import type { BundleAddress } from '../../engine/deploy/parts/bundleAddress';
import type { BundleSecrets } from '../../engine/deploy/parts/bundleSecrets';
import type { Deployment } from '../../engine/deploy/parts/deployment';
import { requireUnchanged } from '../../files/fileIdentity';
import { commitSets, FileSet } from '../../files/fileSet';
import type { ContractDocument } from '../../shared/documents/contract';
import { say } from '../../shared/messages/say';
import type { DeploymentTarget, Engine } from '../../shared/vocabulary/targets';
import { DnnSplitError } from '../../shared/work/errors';
import { unwatched, type Work } from '../../shared/work/work';
import type { HeldPart } from '../split/cutModel';
import { type PreparedSplit, segmentSteps } from '../split/deploySplit';
import { earlierGeneratedFiles, generatedListFile, generatedListText } from '../split/ownFiles';
import type { Steps } from '../tasks/steps';
import { bundleSecrets } from './bundleSecrets';

/** File of the relay's program, beside every other program of the product. */
export const relayProgramFile = 'relay.js';
/** What that loads to speak gRPC. */
const relayGrpcProgramFile = 'relayGrpc.js';

export interface TargetOptions {
  readonly target: DeploymentTarget;
  readonly engine: Engine;
  /** Folder of the product's programs. */
  readonly programFolder: string;
  /** What the deployment is called instead of its model. */
  readonly name?: string | undefined;
  /** Registry of the images. */
  readonly registry?: string | undefined;
  /** Of bundles: where tiers are reached, by their id. */
  readonly addresses?: ReadonlyMap<string, BundleAddress> | undefined;
  /** Of bundles: false leaves encryption out. */
  readonly tls?: boolean | undefined;
  /** Of bundles: their folder, where secrets are kept or made; without it there are none, as for a preview. */
  readonly secretsIn?: string | undefined;
}

/** The files of a deployment target for a cut model. @throws DnnSplitError where the target cannot take the model */
export function deploymentOf(prepared: PreparedSplit, options: TargetOptions): Deployment {
  const { plan, contracts } = prepared;
  const { target, engine, programFolder, name, registry, addresses, tls, secretsIn } = options;
  const relayProgram = readRelay(programFolder);
  const relayGrpcProgram = readGrpc(programFolder);
  const revision = revisionOf(contracts, `${relayProgram}${relayGrpcProgram ?? ''}`);
  const isBundle = target === 'bundle' && secretsIn !== undefined;
  const secrets = isBundle ? secretsOf(prepared, options, secretsIn) : undefined;
  const named = { name, registry, addresses, tls, secrets };
  return deploymentFiles(target, {
    ...{ plan, contracts, engine, relayProgram, relayGrpcProgram, revision },
    ...named,
  });
}

/** Certificates are for the name of a tier, its address, and the machine itself. */
function secretsOf(
  { plan, names, contracts }: PreparedSplit,
  options: TargetOptions,
  directory: string,
): BundleSecrets {
  const { addresses, tls = true, name = plan.model.name } = options;
  const unknown = [...(addresses?.keys() ?? [])].find((id) => !plan.tiers.some((tier) => tier.id === id));
  if (unknown !== undefined) {
    const tiers = plan.tiers.map(({ id }) => id).join(', ');
    throw new DnnSplitError('bad-usage', say('bundle.noTier', { tier: unknown, tiers }));
  }
  const tiers = contracts.map(({ tier }, position) => {
    const folder = names[position] ?? '';
    const address = addresses?.get(tier)?.host ?? folder;
    return { name: folder, hosts: [...new Set([address, folder, 'localhost', '127.0.0.1', '::1'])] };
  });
  return bundleSecrets({ directory, deployment: name, tiers, tls });
}

/** Contracts hold the id of their export, which changes with every byte of the parts. */
function revisionOf(contracts: readonly ContractDocument[], relayProgram: string): string {
  return createHash('sha256').update(JSON.stringify(contracts)).update(relayProgram).digest('hex').slice(0, 12);
}

/** A deployment and the folder that it goes to. */
export interface PlacedDeployment {
  readonly directory: string;
  readonly deployment: Deployment;
}

export interface DeploymentOptions {
  readonly overwrite: boolean;
  /** A person has agreed to lose the files that are in the way, whoever wrote them. */
  readonly replacesForeign?: boolean;
  /** Leaves the sub-models out. */
  readonly manifestsOnly: boolean;
}

/**
 * Writes the folders of deployments with their sub-models, in steps: all of them appear, or none does.
 * @returns the paths of all files
 * @throws DnnSplitError `file-exists`, `external-data` where weights are missing, `file-system`, `canceled`
 */
export function* deploymentSteps(
  prepared: PreparedSplit,
  placed: readonly PlacedDeployment[],
  options: DeploymentOptions,
  work: Work = unwatched,
): Steps<string[]> {
  const sets: FileSet[] = [];
  try {
    for (const each of placed) sets.push(openSet(prepared, each, options));
    const paths: string[] = [];
    for (const [index, { directory, deployment }] of placed.entries()) {
      const set = sets[index];
      if (set === undefined) continue;
      const models = options.manifestsOnly ? [] : yield* modelSteps(prepared, deployment, set, work);
      for (const { path, content, kind = 'text' } of deployment.files) write(set, path, content, fileModes[kind]);
      const files = [...models, ...deployment.files.map(({ path }) => path)];
      write(set, generatedListFile, generatedListText(files));
      paths.push(...files.map((path) => join(directory, path)));
    }
    requireUnchanged(prepared.sources);
    commitSets(sets);
    return paths;
  } finally {
    for (const set of sets) set.abandon();
  }
}

function openSet(
  { inputs }: PreparedSplit,
  { directory, deployment }: PlacedDeployment,
  { overwrite, replacesForeign = false, manifestsOnly }: DeploymentOptions,
): FileSet {
  const own = earlierGeneratedFiles(directory);
  const models = deployment.models.map(({ path }) => path);
  if (manifestsOnly && overwrite && models.some((path) => own.includes(path))) {
    const message = say('write.olderModels', { path: directory });
    throw new DnnSplitError('file-exists', message, { path: directory });
  }
  return new FileSet(directory, {
    overwrite,
    inputs,
    own,
    expected: [generatedListFile, ...deployment.files.map(({ path }) => path), ...(manifestsOnly ? [] : models)],
    seal: generatedListFile,
    replacesForeign,
    folderMode,
  });
}

/** Writes the sub-models to the places where a deployment wants them; their paths and those of their data files. */
function* modelSteps(prepared: PreparedSplit, { models }: Deployment, set: FileSet, work: Work): Steps<string[]> {
  const filesOf = (part: HeldPart) =>
    models.flatMap(({ position, file, path }) => (position === part.position && file === part.file ? [path] : []));
  const { segments, shared } = yield* segmentSteps(prepared, set, filesOf, work, fileModes.text);
  return [
    ...segments.flatMap(({ file, dataPath }) => (dataPath === undefined ? [file] : [file, `${file}.data`])),
    ...shared.map(({ file }) => file),
  ];
}

/** Containers run as another user than whoever makes the folder, whose umask may shut others out. */
const fileModes = { text: 0o644, program: 0o755, secret: 0o600 } as const;
const folderMode = 0o755;

function write(set: FileSet, path: string, content: string, mode?: number): void {
  set.create(path, mode).write(new TextEncoder().encode(content));
}

/** None where a build leaves it out: its relays serve HTTP alone. */
function readGrpc(programFolder: string): string | undefined {
  const path = join(programFolder, relayGrpcProgramFile);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function readRelay(programFolder: string): string {
  const path = join(programFolder, relayProgramFile);
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new DnnSplitError('file-system', say('relay.missing', { path }), {
      path,
    });
  }
}
