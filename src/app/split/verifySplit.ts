import { dirname, join, resolve } from 'node:path';
import { tierNames } from '../../engine/deploy/parts/tierNames';
import { type FileIdentity, fileIdentities } from '../../files/fileIdentity';
import { isRegularFile, statusAt } from '../../files/regularFile';
import { blocksOf } from '../../shared/documents/contractParts';
import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import {
  type VerificationReport,
  type VerificationTask,
  verificationReportSchema,
} from '../../shared/reports/verification';
import { DnnSplitError } from '../../shared/work/errors';
import { modelOfPlan, readPlanFile } from '../plan/planFile';
import { type ProgramOptions, runProgramTask } from '../tasks/programTask';
import { contractAt } from './contractFile';
import { contractFile, sharedWeightsFile, splitPlanFile } from './splitFiles';

/** A folder of exported sub-models, as `writeSplit` leaves it. */
export interface ExportedSplit {
  readonly plan: PlanDocument;
  readonly modelPath: string;
  /** From the device upwards. */
  readonly contractPaths: readonly string[];
}

/** True for a folder, false for a plan document. @throws DnnSplitError `file-system` where the path leads nowhere */
export function isSplitFolder(path: string): boolean {
  return statusAt(path)?.isDirectory() ?? false;
}

/** Reads a folder of exported sub-models. @throws DnnSplitError `file-system` where it is none, `invalid-plan` */
export function readSplit(directory: string): ExportedSplit {
  const planPath = join(directory, splitPlanFile);
  if (!isRegularFile(planPath)) {
    throw new DnnSplitError('file-system', say('split.none', { path: directory }), {
      path: directory,
    });
  }
  const plan = readPlanFile(planPath);
  const paths = tierNames(plan).map((name) => resolve(directory, name, contractFile));
  // Folders of an earlier export may lie beside those of this one.
  const contractPaths = paths.slice(0, contractAt(paths[0] ?? '').tierCount);
  return { plan, modelPath: modelOfPlan(plan, planPath), contractPaths };
}

/** The contracts and sub-models of a split as they are now. */
export function splitPartFiles({ contractPaths }: Pick<ExportedSplit, 'contractPaths'>): FileIdentity[] {
  const parts = contractPaths.flatMap((path) => {
    const models = blocksOf(contractAt(path)).map(({ file }) => join(dirname(path), file));
    return [...models, ...models.map((model) => `${model}.data`), join(dirname(path), sharedWeightsFile)];
  });
  return fileIdentities([...contractPaths, ...parts]);
}

/**
 * Lets another process run the whole model and the chain.
 * @throws DnnSplitError as `runProgramTask`
 */
export function runVerification(task: VerificationTask, options: ProgramOptions): Promise<VerificationReport> {
  return runProgramTask({ command: 'verify', task, report: verificationReportSchema, graceMs: 0 }, options);
}
