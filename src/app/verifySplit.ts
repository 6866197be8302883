import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { tierNames } from '../engine/deploy/parts/tierNames';
import { type FileIdentity, fileIdentities } from '../files/fileIdentity';
import { isRegularFile, statusAt } from '../files/regularFile';
import { blocksOf } from '../shared/documents/contract';
import type { PlanDocument } from '../shared/documents/plan';
import { DnnSplitError, type ErrorData } from '../shared/errors';
import { say } from '../shared/messages/say';
import { type VerificationReport, type VerificationTask, verificationReportSchema } from '../shared/verification';
import { contractAt } from './contractFile';
import { modelOfPlan, readPlanFile } from './planFile';
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

export interface VerificationOptions {
  /** Path of the relay's program, which runs the models. */
  readonly program: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Lets another process run the whole model and the chain; whatever happens in there, this process goes on.
 * @throws DnnSplitError what the process reports, `canceled`, `worker-crashed` where it dies
 */
export function runVerification(task: VerificationTask, options: VerificationOptions): Promise<VerificationReport> {
  const { program, signal, onProgress } = options;
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, 'verify'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let report: VerificationReport | undefined;
    let error: DnnSplitError | undefined;
    let detail = '';
    const cancel = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      detail = (detail + text).slice(-4000);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = parseLine(line);
      if (message?.progress !== undefined) onProgress?.(message.progress);
      if (message?.report !== undefined) report = message.report;
      if (message?.error !== undefined) error = DnnSplitError.fromData(message.error);
    });
    child.on('error', (thrown) => fail(crashed(thrown.message, detail)));
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted) fail(new DnnSplitError('canceled', say('verify.canceled', {})));
      else if (error !== undefined) fail(error);
      else if (report !== undefined) done(report);
      else fail(crashed(killedBy ?? `exit code ${code}`, detail));
    });
    // A process that dies before it has read its task is told of by `close`.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(task));
  });
}

/** One line of what the process says. */
const lineSchema = z.object({
  progress: z.number().optional(),
  report: verificationReportSchema.optional(),
  error: z.custom<ErrorData>(isErrorData).optional(),
});

function isErrorData(value: unknown): boolean {
  const fields: { code?: unknown; message?: unknown } = Object(value);
  return typeof fields.code === 'string' && typeof fields.message === 'string';
}

/** What the process says; its libraries may print other lines. */
function parseLine(line: string): z.infer<typeof lineSchema> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function crashed(reason: string, detail: string): DnnSplitError {
  return new DnnSplitError('worker-crashed', say('verify.crashed', { reason }), undefined, detail);
}
