import type { Infrastructure } from '../../engine/planning/infrastructure/infrastructure';
import { defaultConfig, resolveConfig } from '../../engine/planning/infrastructure/resolveConfig';
import type { DimensionBindings } from '../../engine/shapes/facts/inferred';
import type { Reach } from '../../files/reach';
import type { ConfigDocument } from '../../shared/documents/config';
import { say } from '../../shared/messages/say';
import type { Session } from '../../shared/vocabulary/session';
import type { StateSetting } from '../../shared/vocabulary/statePairs';
import type { Strategy } from '../../shared/vocabulary/strategies';
import { DnnSplitError } from '../../shared/work/errors';
import { type LoadedConfig, loadConfig } from './configFile';
import { findConfig } from './findConfig';

/** What applies to one model: its configuration, filled in. */
export interface ModelSettings {
  /** Absolute path of the `dnnsplit.json`; none for the built-in default. */
  readonly configPath: string | undefined;
  readonly config: ConfigDocument;
  readonly infrastructure: Infrastructure;
  readonly bindings: DimensionBindings;
  readonly state: StateSetting;
  /** As in `ResolvedConfig`. */
  readonly session?: Session;
  readonly strategy: Strategy;
  /** As in `ResolvedConfig`. */
  readonly minimumGainPercent: number | undefined;
}

/** The configuration at `explicitPath`, else the nearest one above the model, else the built-in default. */
export function configOf(modelPath: string, explicitPath?: string, reach: Reach = 'anywhere'): LoadedConfig {
  const path = explicitPath ?? findConfig(modelPath);
  return path === undefined ? { path: undefined, config: defaultConfig, profiles: new Map() } : loadConfig(path, reach);
}

/**
 * Fills a configuration in for a model.
 * @throws DnnSplitError `invalid-config` that names the file
 */
export function settingsOf(modelPath: string, { path, config, profiles }: LoadedConfig): ModelSettings {
  try {
    return { configPath: path, config, ...resolveConfig(config, modelPath, profiles) };
  } catch (thrown) {
    if (!DnnSplitError.is(thrown, 'invalid-config') || path === undefined) throw thrown;
    throw new DnnSplitError(
      'invalid-config',
      say('config.inFile', { path, message: thrown.said ?? thrown.message }),
      { path },
      thrown.detail,
    );
  }
}
