import { join } from 'node:path';
import type { ExportedSplit } from '../../app/split/verifySplit';
import type { FileIdentity } from '../../files/fileIdentity';
import { terminalWork } from '../terminal/canceling';
import { planInput } from '../terminal/planInput';

/** Sub-models to work with, and how to be rid of them where they were made for this alone. */
export interface UsableSplit extends ExportedSplit {
  readonly directory: string;
  readonly remove: () => void;
  /** The whole model and its weights, as they were when its parts were made or are now. */
  readonly sources: () => readonly FileIdentity[];
}

/** The sub-models in a folder, or those of a plan in a temporary folder. @throws DnnSplitError as `writeSplit` and `readSplit` */
export async function usableSplit(planOrFolder: string, adaptiveLinks?: readonly number[]): Promise<UsableSplit> {
  const { isSplitFolder, readSplit } = await import('../../app/split/verifySplit');
  if (isSplitFolder(planOrFolder)) {
    const { modelFilesAt } = await import('../../app/model/inputFiles');
    const split = readSplit(planOrFolder);
    return { ...split, directory: planOrFolder, remove: () => undefined, sources: () => modelFilesAt(split.modelPath) };
  }
  const { prepareSplit, splitSteps } = await import('../../app/split/deploySplit');
  const { takeStepsApart } = await import('../../app/tasks/steps');
  const { createScratchFolder } = await import('../../files/leftovers');
  const work = terminalWork();
  const prepared = prepareSplit(await planInput(planOrFolder), planOrFolder, { adaptiveLinks }, work);
  const { path, remove } = createScratchFolder();
  try {
    const directory = join(path, 'split');
    await takeStepsApart(splitSteps(prepared, { directory, overwrite: false, isScratch: true }, work));
    return { ...readSplit(directory), directory, remove, sources: () => prepared.sources };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}
