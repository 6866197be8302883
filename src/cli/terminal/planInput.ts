import type { PlanDocument } from '../../shared/documents/plan';
import { inputText, streamName } from './standardInput';

/**
 * The plan document of that name; `-` is standard input, and what it names is relative to the working folder.
 * @throws DnnSplitError as `readPlanFile`
 */
export async function planInput(path: string): Promise<PlanDocument> {
  const { parsePlanText } = await import('../../app/plan/planFile');
  return parsePlanText(await planInputText(path), path);
}

/** Its text. @throws DnnSplitError as `readPlanText` */
export async function planInputText(path: string): Promise<string> {
  const { readPlanText } = await import('../../app/plan/planFile');
  return path === streamName ? await inputText() : readPlanText(path);
}
