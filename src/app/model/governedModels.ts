import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configFileName, findConfig } from './findConfig';

/** Folders and models beyond these bounds are not looked for; every open model is known anyway. */
const deepest = 4;
const mostFolders = 200;
const mostModels = 50;

/** Paths of the models below a `dnnsplit.json` that it applies to: those without a nearer one. Sorted. */
export function governedModels(configPath: string): string[] {
  const models: string[] = [];
  let folders = [dirname(configPath)];
  let searched = 0;
  for (let depth = 0; depth <= deepest; depth++) {
    const next: string[] = [];
    for (const folder of folders) {
      const isWithinBounds = ++searched <= mostFolders && models.length < mostModels;
      if (isWithinBounds) searchFolder(folder, depth === 0, models, next);
    }
    folders = next;
  }
  return models.sort().slice(0, mostModels);
}

/** Adds a folder's models and subfolders, unless the folder has a configuration of its own. */
function searchFolder(folder: string, isTop: boolean, models: string[], subfolders: string[]): void {
  const entries = listed(folder);
  if (!isTop && entries.some(({ name }) => name === configFileName)) return;
  for (const entry of entries) {
    if (entry.isFile() && entry.name.endsWith('.onnx')) models.push(join(folder, entry.name));
    const isSearched = entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules';
    if (isSearched) subfolders.push(join(folder, entry.name));
  }
}

/** True when `configPath` is the configuration that applies to the model. */
export function isGovernedBy(modelPath: string, configPath: string): boolean {
  return findConfig(modelPath) === configPath;
}

function listed(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that may not be read holds nothing for us.
    return [];
  }
}
