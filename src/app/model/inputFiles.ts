import { dirname, resolve } from 'node:path';
import { externalLocations } from '../../engine/onnx/externalLocations';
import type { OnnxModel } from '../../engine/onnx/model';
import { readModel } from '../../engine/onnx/read/readModel';
import { openModelSource, resolveExternalData } from '../../files/externalData';
import { type FileIdentity, fileIdentities } from '../../files/fileIdentity';
import { DnnSplitError } from '../../shared/work/errors';
import type { AnalyzedModel } from './analyzeFile';
import type { ModelSettings } from './configuredModel';

/** The model as it was when it was analyzed, and the files with its weights as they are now, as far as they are there. */
export function modelFiles({ path, identity, inferred }: AnalyzedModel): FileIdentity[] {
  return [identity, ...weightFiles(path, inferred.model)];
}

/** A model and the files with its weights as they are now. @throws DnnSplitError `file-system`, those of `readModel` */
export function modelFilesAt(path: string): FileIdentity[] {
  const source = openModelSource(path);
  try {
    return [source.identity, ...weightFiles(path, readModel(source))];
  } finally {
    source.close();
  }
}

/** The configuration that applies, and the profiles that it names. */
export function settingsFiles({ configPath, config }: ModelSettings): FileIdentity[] {
  if (configPath === undefined) return [];
  const folder = dirname(configPath);
  const profiles = config.tiers.flatMap(({ profile }) => (profile === undefined ? [] : [resolve(folder, profile)]));
  return fileIdentities([configPath, ...profiles]);
}

function weightFiles(modelPath: string, model: OnnxModel): FileIdentity[] {
  const paths = [...externalLocations(model)].flatMap((location) => {
    try {
      return [resolveExternalData(modelPath, location)];
    } catch (thrown) {
      // Whoever needs them says what is wrong with them.
      if (DnnSplitError.is(thrown, 'external-data')) return [];
      throw thrown;
    }
  });
  return fileIdentities(paths);
}
