import { join } from 'node:path';
import * as z from 'zod';
import { tierNames } from '../../engine/deploy/parts/tierNames';
import { recoverFolder } from '../../files/fileSet';
import { isRegularFile, readTextFile } from '../../files/regularFile';
import { contractSchema } from '../../shared/documents/contract';
import { blocksOf } from '../../shared/documents/contractParts';
import { parsePlan } from '../../shared/documents/parsePlan';
import { say } from '../../shared/messages/say';
import { parsedJson } from '../../shared/parsedJson';
import { DnnSplitError } from '../../shared/work/errors';
import { contractFile, modelFile, sharedWeightsFile, splitPlanFile } from './splitFiles';

/** File in a generated folder that lists the others, so that the next run knows which of them it may replace. */
export const generatedListFile = '.dnnsplit-files.json';

const listSchema = z.object({ files: z.array(z.string()) });

/** Files that an earlier export has written into a folder, known by the plan that it left there. */
export function earlierSplitFiles(directory: string): string[] {
  recoverFolder(directory);
  const path = join(directory, splitPlanFile);
  if (!isRegularFile(path)) return [];
  const { document } = parsePlan(readTextFile(path, 'plan'));
  if (document === undefined) return [];
  const ofTiers = tierNames(document).flatMap((name) =>
    [contractFile, ...partFiles(join(directory, name, contractFile))].map((file) => `${name}/${file}`),
  );
  return [splitPlanFile, ...ofTiers];
}

/** Files that the contract of a tier may name, and those of their weights. */
function partFiles(contractPath: string): string[] {
  const read = isRegularFile(contractPath) ? parsedJson(readTextFile(contractPath, 'contract')) : undefined;
  const { data } = contractSchema.safeParse(read);
  const named = data === undefined ? [] : blocksOf(data).map(({ file }) => file);
  const models = [...new Set([modelFile, ...named.filter(isName)])];
  return [...models.flatMap((file) => [file, `${file}.data`]), sharedWeightsFile];
}

/** Files that an earlier run has generated into a folder, known by the list that it left there. */
export function earlierGeneratedFiles(directory: string): string[] {
  recoverFolder(directory);
  const path = join(directory, generatedListFile);
  if (!isRegularFile(path)) return [];
  const { data } = listSchema.safeParse(parsedJson(readTextFile(path, 'list')));
  const isSound = data?.files.every((file) => file.split('/').every(isName)) === true;
  if (data === undefined || !isSound) {
    const message = say('write.list', { path });
    throw new DnnSplitError('file-system', message, { path });
  }
  return [generatedListFile, ...data.files];
}

export function generatedListText(files: readonly string[]): string {
  return `${JSON.stringify({ files: [...files].sort() }, null, 2)}\n`;
}

function isName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part);
}
