import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentFiles } from '../engine/deploy/deploymentFiles';
import type { Deployment } from '../engine/deploy/parts/deployment';
import { DnnSplitError } from '../shared/errors';
import type { DeploymentTarget, Engine } from '../shared/targets';
import { unwatched, type Work } from '../shared/work';
import { type PreparedSplit, type SplitOptions, writeSegments } from './deploySplit';
import type { ExportedSegment } from './exportSegments';

/** File of the relay's program, beside every other program of the product. */
export const relayProgramFile = 'relay.js';

export interface TargetOptions {
  readonly target: DeploymentTarget;
  readonly engine: Engine;
  /** Folder of the product's programs. */
  readonly programFolder: string;
}

/** The files of a deployment target for a cut model. @throws DnnSplitError where the target cannot take the model */
export function deploymentOf(prepared: PreparedSplit, { target, engine, programFolder }: TargetOptions): Deployment {
  const { plan, contracts } = prepared;
  return deploymentFiles(target, { plan, contracts, engine, relayProgram: readRelay(programFolder) });
}

/** Writes the sub-models to the places where a deployment wants them. @throws DnnSplitError as `writeSegments` */
export function writeDeploymentModels(
  prepared: PreparedSplit,
  { models }: Pick<Deployment, 'models'>,
  options: SplitOptions,
  work: Work = unwatched,
): readonly ExportedSegment[] {
  const places = new Map(models.map(({ position, path }) => [position, path]));
  return writeSegments(prepared, options, (position) => places.get(position) ?? `${position}/model.onnx`, work);
}

function readRelay(programFolder: string): string {
  const path = join(programFolder, relayProgramFile);
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new DnnSplitError('file-system', `The relay's program is missing at ${path}; install DNNSplit again.`, {
      path,
    });
  }
}
