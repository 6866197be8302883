import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const configFileName = 'dnnsplit.json';

/** Absolute path of the `dnnsplit.json` in the nearest folder above the model, the model's own included; none without one. */
export function findConfig(modelPath: string): string | undefined {
  let folder = dirname(resolve(modelPath));
  for (;;) {
    const path = join(folder, configFileName);
    if (existsSync(path)) return path;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}
