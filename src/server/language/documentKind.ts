import { basename } from 'node:path';
import { configFileName } from '../../app/model/findConfig';

export type DocumentKind = 'config' | 'plan' | 'profile';

/** What a document is, by its name; nothing for other files. */
export function documentKind(path: string): DocumentKind | undefined {
  const name = basename(path);
  if (name === configFileName) return 'config';
  if (name.endsWith('.splitplan.json')) return 'plan';
  return name.endsWith('.profile.json') ? 'profile' : undefined;
}
