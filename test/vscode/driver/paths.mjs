import { resolve } from 'node:path';

/** The repository's root folder. */
export const repository = resolve(import.meta.dirname, '../../..');
/** Everything that is downloaded or built for tests and for `npm start`; git-ignored, safe to delete. */
export const cache = resolve(repository, '.cache');
/** What test runs leave for a person to look at; git-ignored. */
export const artifacts = resolve(repository, 'artifacts');
