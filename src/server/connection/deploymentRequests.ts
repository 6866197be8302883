import { join } from 'node:path';
import { deploymentsPathFor, planPathFor } from '../../app/plan/planPath';
import { tryOut } from '../../app/profile/trialTask';
import { type ExportedSplit, readSplit, runVerification } from '../../app/split/verifySplit';
import { requireUnchanged } from '../../files/fileIdentity';
import { createScratchFolder } from '../../files/leftovers';
import { readTextFile } from '../../files/regularFile';
import { sizesOfPlan } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import type { ServerRequests } from '../../shared/protocol/requests';
import type { InputRanges } from '../../shared/vocabulary/inputRanges';
import type { DeploymentTarget } from '../../shared/vocabulary/targets';
import { DnnSplitError } from '../../shared/work/errors';
import { documentKind } from '../language/documentKind';
import type { Sessions } from '../sessions/sessions';
import { pathToUri, uriToPath } from '../sessions/uris';
import type { PlanSource } from '../workers/analysisApi';
import type { Workers } from '../workers/workers';
import type { RequestHandlers } from './customRequests';

export interface DeploymentServices {
  readonly sessions: Sessions;
  readonly workers: Workers;
  /** Folder of the product's programs. */
  readonly programFolder: string;
  readonly progress: (token: string, stage: string, fraction: number | null) => void;
}

type DeploymentMethod =
  | 'dnnsplit/generate'
  | 'dnnsplit/exportModels'
  | 'dnnsplit/split'
  | 'dnnsplit/verify'
  | 'dnnsplit/runLocally';

/** The answers to everything that turns a plan into something that runs. */
export function deploymentRequests(services: DeploymentServices): Pick<RequestHandlers, DeploymentMethod> {
  const { analysis } = services.workers;
  const report = (token: string) => (stage: string, fraction: number | null) =>
    services.progress(token, stage, fraction);
  return {
    'dnnsplit/generate': async ({ sourceUri, target }, signal) => {
      const source = await planSource(services, sourceUri, signal);
      const files = await analysis.call('generate', { ...source, target }, { signal });
      return { files, folderUri: pathToUri(deploymentFolder(source, target)) };
    },
    'dnnsplit/exportModels': async ({ sourceUri, target, overwrite, manifestsOnly, token }, signal) => {
      const source = await planSource(services, sourceUri, signal);
      const params = { ...source, target, directory: deploymentFolder(source, target), overwrite, manifestsOnly };
      const paths = await analysis.call('exportModels', params, { signal, onProgress: report(token) });
      return { fileUris: paths.map(pathToUri) };
    },
    'dnnsplit/split': async ({ sourceUri, overwrite, token }, signal) => {
      const source = await planSource(services, sourceUri, signal);
      const params = { ...source, directory: deploymentFolder(source, 'split'), overwrite };
      const { directory, tiers } = await analysis.call('split', params, { signal, onProgress: report(token) });
      return { folderUri: pathToUri(directory), tiers: tiers.map(({ tier }) => tier) };
    },
    'dnnsplit/verify': (params, signal) => verify(services, params, signal),
    'dnnsplit/runLocally': (params, signal) => runLocally(services, params, signal),
  };
}

/** The whole model against its parts, in a process of their own. */
function verify(
  services: DeploymentServices,
  { sourceUri, runs, packageFolder, token, deployment }: ServerRequests['dnnsplit/verify']['params'],
  signal: AbortSignal,
): Promise<ServerRequests['dnnsplit/verify']['result']> {
  return withParts(services, { sourceUri, token }, signal, ({ modelPath, contractPaths, plan, ranges }) => {
    const task = {
      modelPath,
      contractPaths: [...contractPaths],
      dimensions: sizesOfPlan(plan),
      ranges: { ...ranges },
      runs,
      seed: 1,
      runtimeFolder: packageFolder,
      deployment,
    };
    return runVerification(task, programRun(services, token, say('stage.verifying', {}).text, signal));
  });
}

/** Every tier of the plan on this machine, in processes of their own. */
function runLocally(
  services: DeploymentServices,
  { sourceUri, requests, packageFolder, token }: ServerRequests['dnnsplit/runLocally']['params'],
  signal: AbortSignal,
): Promise<ServerRequests['dnnsplit/runLocally']['result']> {
  return withParts(services, { sourceUri, token }, signal, (split) => {
    const options = { requests, shaping: true, runtimeFolder: packageFolder, ranges: split.ranges };
    return tryOut(split, options, programRun(services, token, say('stage.running', {}).text, signal));
  });
}

/** How a program runs for a request: what it says of its progress goes to whoever asked. */
export function programRun(
  { programFolder, progress }: DeploymentServices,
  token: string,
  stage: string,
  signal: AbortSignal,
) {
  return {
    program: join(programFolder, 'relay.js'),
    signal,
    onProgress: (fraction: number) => progress(token, stage, fraction),
  };
}

/** Does something with the parts of a plan, which are made in a temporary folder for it. */
async function withParts<Result>(
  services: DeploymentServices,
  { sourceUri, token }: { readonly sourceUri: string; readonly token: string },
  signal: AbortSignal,
  use: (split: ExportedSplit & { readonly ranges: InputRanges }) => Promise<Result>,
): Promise<Result> {
  const source = await planSource(services, sourceUri, signal);
  const scratch = createScratchFolder();
  const directory = join(scratch.path, 'split');
  try {
    const { sources, ranges } = await services.workers.analysis.call(
      'split',
      { ...source, directory, overwrite: false },
      { signal, onProgress: (stage, fraction) => services.progress(token, stage, fraction) },
    );
    const result = await use({ ...readSplit(directory), ranges });
    requireUnchanged(sources);
    return result;
  } finally {
    scratch.remove();
  }
}

/** A plan document as it is on disk, or the plan that a model has now: with its overrides where it is open. */
async function planSource(
  { sessions, workers }: DeploymentServices,
  sourceUri: string,
  signal: AbortSignal,
): Promise<PlanSource> {
  const path = uriToPath(sourceUri);
  const kind = documentKind(path);
  if (kind === 'config' || kind === 'profile') {
    throw new DnnSplitError('bad-usage', say('server.deploySource', {}));
  }
  if (kind === 'plan') return { planText: readTextFile(path, 'plan'), planPath: path };
  const planPath = planPathFor(path);
  const request = sessions.find(path)?.request ?? { modelPath: path, overrides: {} };
  return { planText: await workers.analysis.call('planText', { ...request, planPath }, { signal }), planPath };
}

function deploymentFolder({ planPath }: PlanSource, name: DeploymentTarget | 'split'): string {
  return join(deploymentsPathFor(planPath), name);
}
