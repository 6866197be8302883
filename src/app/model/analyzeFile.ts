import { externalLocations } from '../../engine/onnx/externalLocations';
import type { OnnxModel } from '../../engine/onnx/model';
import { readModel } from '../../engine/onnx/read/readModel';
import { type AssumedDimension, inferSized } from '../../engine/shapes/assumed/assumeSizes';
import type { DimensionBindings, InferredModel } from '../../engine/shapes/facts/inferred';
import { buildSplitGraph } from '../../engine/split/buildSplitGraph';
import { searchCandidates } from '../../engine/split/findCandidates';
import type { Candidate, SplitGraph } from '../../engine/split/splitGraph';
import { openModelSource, resolveExternalData } from '../../files/externalData';
import type { FileIdentity } from '../../files/fileIdentity';
import { say } from '../../shared/messages/say';
import type { StatePair, StateSetting } from '../../shared/vocabulary/statePairs';
import { DnnSplitError } from '../../shared/work/errors';
import { throwIfCanceled, unwatched, type Work } from '../../shared/work/work';
import { structureHash } from './structureHash';

/** Everything that is known of a model file under some dimensions, before any planning. */
export interface AnalyzedModel {
  readonly path: string;
  /** The file as it was when it was opened. */
  readonly identity: FileIdentity;
  /** Under the dimensions that are given, and under usual sizes for those that are open. */
  readonly inferred: InferredModel;
  /** The same without assumed sizes: what is open stays a symbol. */
  readonly stated: InferredModel;
  readonly assumed: readonly AssumedDimension[];
  /** Open dimensions that no usual size is known for. */
  readonly unsized: readonly string[];
  /** What one call leaves for the next. */
  readonly state: readonly StatePair[];
  readonly graph: SplitGraph;
  readonly candidates: readonly Candidate[];
  /** Blocks with more cuts across branches than the search for candidates looks at. */
  readonly boundedBlocks: number;
  /** Files beside the model that hold weights, and those that are missing; absent where all weights are in the model. */
  readonly weightFiles?: { readonly files: readonly string[]; readonly missing: readonly string[] };
  /** Made when it is first asked for, which a copy of all this does. */
  readonly structureHash: string;
}

/**
 * Reads, infers and cuts a model file.
 * @throws DnnSplitError `file-system`, those of `readModel` and `inferSized`, `canceled`
 */
export function analyzeFile(
  path: string,
  bindings: DimensionBindings,
  work: Work = unwatched,
  setting: StateSetting = 'recognized',
): AnalyzedModel {
  const source = openModelSource(path);
  try {
    if (source.size === 0) {
      throw new DnnSplitError('unreadable-model', say('analysis.empty', { path }), {
        path,
      });
    }
    const model = readModel(source, work);
    const { inferred, stated, assumed, unknown: unsized, state } = inferSized(model, bindings, work, setting);
    throwIfCanceled(work);
    work.report(say('stage.splitPoints', {}).text);
    const graph = buildSplitGraph(inferred, state);
    throwIfCanceled(work);
    let hash: string | undefined;
    return {
      path,
      identity: source.identity,
      inferred,
      stated,
      assumed,
      unsized,
      state,
      graph,
      ...searchCandidates(graph),
      ...weightFilesOf(model, path),
      get structureHash() {
        hash ??= structureHash(model);
        return hash;
      },
    };
  } catch (thrown) {
    throw DnnSplitError.is(thrown) ? inFile(thrown, path) : thrown;
  } finally {
    source.close();
  }
}

/** The size of every dimension that is given or assumed. */
export function sizesOf({ assumed }: AnalyzedModel, bindings: DimensionBindings): DimensionBindings {
  return { ...Object.fromEntries(assumed.map(({ symbol, size }) => [symbol, size])), ...bindings };
}

function weightFilesOf(model: OnnxModel, path: string): Pick<AnalyzedModel, 'weightFiles'> {
  const files = [...externalLocations(model)].sort();
  const missing = files.filter((location) => !isThere(path, location));
  return files.length === 0 ? {} : { weightFiles: { files, missing } };
}

/** Weights that may not be read are as good as missing. */
function isThere(path: string, location: string): boolean {
  try {
    resolveExternalData(path, location);
    return true;
  } catch (thrown) {
    if (DnnSplitError.is(thrown, 'external-data')) return false;
    throw thrown;
  }
}

/** What a configuration or a plan says of how a model is to be read. */
export interface Reading {
  readonly bindings: DimensionBindings;
  readonly state: StateSetting;
}

/** `analyzeFile` as a configuration or a plan wants it. */
export function analyzeAs(path: string, { bindings, state }: Reading, work: Work = unwatched): AnalyzedModel {
  return analyzeFile(path, bindings, work, state);
}

/** The same error, knowing its file. */
function inFile(error: DnnSplitError, path: string): DnnSplitError {
  return new DnnSplitError(error.code, error.sentence, { path, ...error.place }, error.detail);
}
