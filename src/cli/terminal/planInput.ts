import { readFileSync } from 'node:fs';
import type { PlanDocument } from '../../shared/documents/plan';
import { streamName } from './namedModels';

/**
 * The plan document of that name; `-` is standard input, and what it names is relative to the working folder.
 * @throws DnnSplitError as `readPlanFile`
 */
export async function planInput(path: string): Promise<PlanDocument> {
  const { parsePlanText, readPlanFile } = await import('../../app/planFile');
  return path === streamName ? parsePlanText(readFileSync(process.stdin.fd, 'utf8'), path) : readPlanFile(path);
}
