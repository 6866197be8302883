import { type Reach, reachedFile } from '../../files/reach';
import { readTextFile } from '../../files/regularFile';
import type { ConfigDocument } from '../../shared/documents/config';
import { parseConfig } from '../../shared/documents/parseConfig';
import { requireDocument } from '../../shared/documents/parsedDocument';
import { parseProfile } from '../../shared/documents/parseProfile';
import type { ProfileDocument } from '../../shared/documents/profile';

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
export function loadConfig(path: string, reach: Reach = 'anywhere'): LoadedConfig {
  const config = requireDocument(parseConfig(readTextFile(path, 'configuration')), 'invalid-config', path);
  return { path, config, profiles: loadProfiles(config, path, reach) };
}

/**
 * Reads the profiles that the tiers of a configuration name.
 * @throws DnnSplitError `invalid-profile` or `file-system`
 */
function loadProfiles(config: ConfigDocument, configPath: string, reach: Reach): Map<string, ProfileDocument> {
  const profiles = new Map<string, ProfileDocument>();
  for (const { profile } of config.tiers) {
    if (profile === undefined || profiles.has(profile)) continue;
    const path = reachedFile(configPath, profile, reach);
    profiles.set(profile, requireDocument(parseProfile(readTextFile(path, 'profile')), 'invalid-profile', path));
  }
  return profiles;
}
