import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { tierNames } from '../../engine/deploy/parts/tierNames';
import { annotatedIrVersion, annotatedPieces, type PlanAnnotation } from '../../engine/extract/annotatedPieces';
import { piecesLength, writePieces } from '../../engine/extract/pieces';
import { topLevelOf } from '../../engine/extract/topLevel';
import { externalLocations } from '../../engine/onnx/externalLocations';
import { openExternalData, openModelSource } from '../../files/externalData';
import { requireUnchanged } from '../../files/fileIdentity';
import { commitSets, FileSet } from '../../files/fileSet';
import type { PlanDocument } from '../../shared/documents/plan';
import { unwatched, type Work } from '../../shared/work/work';
import type { AnalyzedModel } from '../model/analyzeFile';
import { modelFiles } from '../model/inputFiles';
import type { Steps } from '../tasks/steps';
import { placedPlan } from './deploySplit';

/** Where an annotated copy goes. */
export interface AnnotationOptions {
  readonly output: string;
  readonly overwrite: boolean;
}

export interface AnnotationReport {
  readonly path: string;
  readonly bytes: number;
  readonly irVersion: number;
  /** From the first stage upwards, with the nodes of the model's own that are on it. */
  readonly stages: readonly { readonly device: string; readonly layer: string; readonly nodes: number }[];
  /** Files with external data that were copied beside the model. */
  readonly dataPaths: readonly string[];
}

/**
 * Writes a copy of a plan's model that states the plan, in steps: the tier of each node as the pipeline stage of a device
 * configuration (ONNX IR 11), and as the layer that ONNX Runtime looks for. External data is copied along where the copy is
 * written into another folder.
 * @throws DnnSplitError as `placedPlan`, `file-exists`, `file-system`, `external-data`, `unsupported-model`, `canceled`
 */
export function* annotationSteps(
  plan: PlanDocument,
  planPath: string,
  { output, overwrite }: AnnotationOptions,
  work: Work = unwatched,
): Steps<AnnotationReport> {
  const { model, assignment } = placedPlan(plan, planPath);
  const { tiers } = topLevelOf(model.inferred.model, model.graph, assignment);
  const annotation: PlanAnnotation = {
    irVersion: model.inferred.model.irVersion,
    devices: plan.tiers.map(({ id }) => id),
    layers: tierNames(plan),
    stages: tiers,
  };
  const [folder, file] = [dirname(resolve(output)), basename(output)];
  const locations = isSameFolder(folder, dirname(resolve(model.path))) ? [] : locationsOf(model);
  const sources = modelFiles(model);
  const set = new FileSet(folder, {
    overwrite,
    replacesForeign: overwrite,
    inputs: sources,
    own: [],
    expected: [file, ...locations],
    seal: file,
  });
  try {
    const source = openModelSource(model.path);
    let bytes: number;
    try {
      const pieces = annotatedPieces(source, annotation, work);
      bytes = piecesLength(pieces);
      yield* writePieces(pieces, set.create(file), work);
    } finally {
      source.close();
    }
    for (const location of locations) yield* copyData(model.path, location, set, work);
    requireUnchanged(sources);
    commitSets([set]);
    return {
      path: output,
      bytes,
      irVersion: annotatedIrVersion(annotation.irVersion),
      stages: annotation.devices.map((device, stage) => ({
        device,
        layer: annotation.layers[stage] ?? '',
        nodes: tiers.filter((tier) => tier === stage).length,
      })),
      dataPaths: locations.map((location) => join(folder, location)),
    };
  } finally {
    set.abandon();
  }
}

/** A model names its data files with either separator; as names they are the same wherever it is loaded. */
function locationsOf({ inferred }: AnalyzedModel): string[] {
  const names = [...externalLocations(inferred.model)].map((location) =>
    location.split(/[/\\]/).filter(isStep).join('/'),
  );
  return [...new Set(names)];
}

function isStep(part: string): boolean {
  return part !== '' && part !== '.';
}

function* copyData(modelPath: string, location: string, set: FileSet, work: Work): Steps<void> {
  const data = openExternalData(modelPath, location);
  try {
    const whole = { source: data, range: { offset: 0, length: data.size } };
    yield* writePieces([whole], set.create(location), work);
  } finally {
    data.close();
  }
}

function isSameFolder(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
