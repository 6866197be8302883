import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { requireDocument } from '../shared/documents/parsedDocument';
import { parsePlan } from '../shared/documents/parsePlan';
import type { PlanDocument } from '../shared/documents/plan';
import { DnnSplitError } from '../shared/errors';
import { readText } from './configFile';

/** Reads a plan document. @throws DnnSplitError `invalid-plan` or `file-system` */
export function readPlanFile(path: string): PlanDocument {
  return parsePlanText(readText(path, 'plan'), path);
}

/** Parses a plan document's text. @throws DnnSplitError `invalid-plan` */
export function parsePlanText(text: string, path: string): PlanDocument {
  return requireDocument(parsePlan(text), 'invalid-plan', path);
}

/**
 * Absolute path of a plan's model.
 * @throws DnnSplitError `file-system` where it is not there
 */
export function modelOfPlan(plan: PlanDocument, planPath: string): string {
  const path = resolve(dirname(planPath), plan.model.file);
  if (existsSync(path)) return path;
  throw new DnnSplitError(
    'file-system',
    `The plan's model ${plan.model.file} is not there; it is looked for beside the plan.`,
    {
      path,
    },
  );
}
