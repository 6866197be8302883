import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** The folder with the large models and their oracles that lies beside a checkout on some machines. */
const folder = resolve(import.meta.dirname, '../../../shared');

/** Where the shared models are, or nothing on machines without them: such tests are skipped and say so. */
export const sharedFolder: string | undefined = existsSync(join(folder, 'models')) ? folder : undefined;

export interface SharedModel {
  readonly name: string;
  readonly path: string;
}

/** Every shared model (`graphs` without weights, `small` with them) by name. */
export function sharedModels(): SharedModel[] {
  if (sharedFolder === undefined) return [];
  return ['graphs', 'small'].flatMap((kind) => {
    const directory = join(folder, 'models', kind);
    return readdirSync(directory)
      .filter((file) => file.endsWith('.onnx'))
      .map((file) => ({ name: basename(file, '.onnx'), path: join(directory, file) }));
  });
}

/** The oracle of a shared model: shapes and counts (`shapes`) or cuts and tiers (`cuts`). */
export function sharedOracle(name: string, kind: 'shapes' | 'cuts'): unknown {
  const file = kind === 'shapes' ? `${name}.json` : `${name}.cuts.json`;
  return JSON.parse(readFileSync(join(folder, 'models', 'oracle', file), 'utf8'));
}
