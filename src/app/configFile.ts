import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigDocument } from '../shared/documents/config';
import { parseConfig } from '../shared/documents/parseConfig';
import { requireDocument } from '../shared/documents/parsedDocument';
import { parseProfile } from '../shared/documents/parseProfile';
import type { ProfileDocument } from '../shared/documents/profile';
import { DnnSplitError } from '../shared/errors';

/** A configuration with the profiles that its tiers name. */
export interface LoadedConfig {
  /** Absolute path of the file; none for the built-in default. */
  readonly path: string | undefined;
  readonly config: ConfigDocument;
  /** By the path that the tier states. */
  readonly profiles: ReadonlyMap<string, ProfileDocument>;
}

/**
 * Reads a configuration and the profiles that it names.
 * @throws DnnSplitError `invalid-config`, `invalid-profile` or `file-system`
 */
export function loadConfig(path: string): LoadedConfig {
  const config = requireDocument(parseConfig(readText(path, 'configuration')), 'invalid-config', path);
  return { path, config, profiles: loadProfiles(config, path) };
}

/**
 * Reads the profiles that the tiers of a configuration name.
 * @throws DnnSplitError `invalid-profile` or `file-system`
 */
export function loadProfiles(config: ConfigDocument, configPath: string): Map<string, ProfileDocument> {
  const profiles = new Map<string, ProfileDocument>();
  for (const { profile } of config.tiers) {
    if (profile === undefined || profiles.has(profile)) continue;
    const path = resolve(dirname(configPath), profile);
    profiles.set(profile, requireDocument(parseProfile(readText(path, 'profile')), 'invalid-profile', path));
  }
  return profiles;
}

/**
 * Text of a file, without its byte order mark.
 * @throws DnnSplitError `file-system` in one sentence; `what` names the file's role
 */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (thrown) {
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
    const sentence =
      reason === 'ENOENT' ? `There is no ${what} at ${path}.` : `The ${what} ${path} cannot be read (${reason}).`;
    throw new DnnSplitError('file-system', sentence, { path });
  }
}
