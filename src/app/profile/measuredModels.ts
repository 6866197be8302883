import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readTextFile } from '../../files/regularFile';
import { parseProfile } from '../../shared/documents/parseProfile';
import type { ProfileDocument } from '../../shared/documents/profile';
import type { MeasuredDevice } from '../../shared/protocol/requests';
import { DnnSplitError } from '../../shared/work/errors';
import { governedModels } from '../model/governedModels';
import { fewModels, type ProfiledModel } from './calibrateTier';

/** Models that were measured on one device in one way. */
export interface MeasuredTogether extends MeasuredDevice {
  readonly profiled: readonly ProfiledModel[];
}

/** Profiles beyond this are not looked at. */
const mostProfiles = 200;

/**
 * The devices on which enough models below a configuration were measured to describe them by, the one with the most models
 * first. Profiles lie beside the configuration, in `profiles` there, or beside a model; each belongs to the one model that
 * has the name it was recorded with.
 * @param except model that does not count
 */
export function measuredDevices(configPath: string, except?: string): MeasuredTogether[] {
  const models = governedModels(resolve(configPath));
  const modelOf = solePaths(models.filter((path) => path !== except));
  const groups = new Map<string, Group>();
  for (const { path: profilePath, profile } of profilesIn(foldersOfProfiles(configPath, models))) {
    const modelPath = modelOf.get(profile.model?.name ?? '');
    if (modelPath === undefined) continue;
    const { device, runtime, recorded, threads, optimization } = profile;
    const key = JSON.stringify([device, runtime, threads, optimization]);
    const group = groups.get(key) ?? { device, runtime, newest: new Map() };
    groups.set(key, group);
    const before = group.newest.get(modelPath);
    if (before === undefined || before.recorded < recorded) group.newest.set(modelPath, { profilePath, recorded });
  }
  return [...groups.values()]
    .filter(({ newest }) => newest.size >= fewModels)
    .map(({ device, runtime, newest }) => {
      const profiled = [...newest].map(([modelPath, { profilePath }]) => ({ modelPath, profilePath }));
      profiled.sort((a, b) => (a.modelPath < b.modelPath ? -1 : 1));
      return { device, runtime, models: profiled.map(({ modelPath }) => basename(modelPath)), profiled };
    })
    .sort((a, b) => b.models.length - a.models.length);
}

interface Group {
  readonly device: string;
  readonly runtime: string;
  /** By the path of the model. */
  readonly newest: Map<string, { readonly profilePath: string; readonly recorded: string }>;
}

/** Paths by file name, without those that share theirs: a profile does not say which of them it is of. */
function solePaths(paths: readonly string[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(basename(path), (counts.get(basename(path)) ?? 0) + 1);
  return new Map(
    paths.flatMap((path): [string, string][] => (counts.get(basename(path)) === 1 ? [[basename(path), path]] : [])),
  );
}

function foldersOfProfiles(configPath: string, models: readonly string[]): string[] {
  const own = dirname(configPath);
  return [...new Set([own, join(own, 'profiles'), ...models.map((path) => dirname(path))])];
}

function profilesIn(folders: readonly string[]): { path: string; profile: ProfileDocument }[] {
  const paths = folders.flatMap((folder) =>
    fileNames(folder).flatMap((name) => (name.endsWith('.profile.json') ? [join(folder, name)] : [])),
  );
  return paths.slice(0, mostProfiles).flatMap((path) => {
    const profile = readProfile(path);
    return profile === undefined ? [] : [{ path, profile }];
  });
}

/** One that cannot be read was measured of nothing. */
function readProfile(path: string): ProfileDocument | undefined {
  try {
    return parseProfile(readTextFile(path, 'profile')).document;
  } catch (thrown) {
    if (DnnSplitError.is(thrown)) return undefined;
    throw thrown;
  }
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // A folder that is not there or may not be read holds nothing for us.
    return [];
  }
}
