import type { PlanDocument } from '../../shared/documents/plan';
import { inputText, streamName } from './standardInput';

/**
 * The plan document of that name; `-` is standard input, and what it names is relative to the working folder.
 * @throws DnnSplitError as `readPlanFile`
 */
export async function planInput(path: string): Promise<PlanDocument> {
  const { parsePlanText, readPlanFile } = await import('../../app/plan/planFile');
  return path === streamName ? parsePlanText(await inputText(), path) : readPlanFile(path);
}
