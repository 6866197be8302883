import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportedSplit } from '../../app/verifySplit';
import { terminalWork } from '../terminal/canceling';

/** Sub-models to work with, and how to be rid of them where they were made for this alone. */
export interface UsableSplit extends ExportedSplit {
  readonly directory: string;
  readonly remove: () => void;
}

/** The sub-models in a folder, or those of a plan in a temporary folder. @throws DnnSplitError as `writeSplit` and `readSplit` */
export async function usableSplit(planOrFolder: string): Promise<UsableSplit> {
  const { isSplitFolder, readSplit } = await import('../../app/verifySplit');
  if (isSplitFolder(planOrFolder)) {
    return { ...readSplit(planOrFolder), directory: planOrFolder, remove: () => undefined };
  }
  const { readPlanFile } = await import('../../app/planFile');
  const { prepareSplit, writeSplit } = await import('../../app/deploySplit');
  const work = terminalWork();
  const prepared = prepareSplit(readPlanFile(planOrFolder), planOrFolder, undefined, work);
  const directory = mkdtempSync(join(tmpdir(), 'dnnsplit-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    writeSplit(prepared, { directory, overwrite: false }, work);
    return { ...readSplit(directory), directory, remove };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}
