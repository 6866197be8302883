import { type Reach, reachedFile } from '../../files/reach';
import { isRegularFile, readTextFile } from '../../files/regularFile';
import { requireDocument } from '../../shared/documents/parsedDocument';
import { parsePlan } from '../../shared/documents/parsePlan';
import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import { planPathFor } from './planPath';

/** Reads a plan document. @throws DnnSplitError `invalid-plan`, `file-system`, `bad-usage` for a model in its place */
export function readPlanFile(path: string): PlanDocument {
  return parsePlanText(readPlanText(path), path);
}

/** The text of a plan document. @throws DnnSplitError `file-system`, `bad-usage` for a model in its place */
export function readPlanText(path: string): string {
  if (path.endsWith('.onnx')) {
    throw new DnnSplitError('bad-usage', say('command.isModel', { path, plan: planPathFor(path) }));
  }
  return readTextFile(path, 'plan');
}

/** Parses a plan document's text. @throws DnnSplitError `invalid-plan` */
export function parsePlanText(text: string, path: string): PlanDocument {
  return requireDocument(parsePlan(text), 'invalid-plan', path);
}

/**
 * Absolute path of a plan's model.
 * @throws DnnSplitError `file-system` where it is not there
 */
export function modelOfPlan(plan: PlanDocument, planPath: string, reach: Reach = 'anywhere'): string {
  const path = reachedFile(planPath, plan.model.file, reach);
  if (isRegularFile(path)) return path;
  throw new DnnSplitError('file-system', say('plan.modelMissing', { model: plan.model.file }), {
    path,
  });
}

/** As `modelOfPlan`; nothing where it is not there, or further away than the name may lead. */
export function modelIfThere(plan: PlanDocument, planPath: string, reach: Reach): string | undefined {
  try {
    return modelOfPlan(plan, planPath, reach);
  } catch (thrown) {
    if (DnnSplitError.is(thrown, 'file-system')) return undefined;
    throw thrown;
  }
}
