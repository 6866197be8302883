import { basename, join, posix } from 'node:path';
import { composeSegment, sharedWeights } from '../../engine/extract/composeSegment';
import { scanLayout } from '../../engine/extract/modelLayout';
import { type Piece, piecesLength, writePieces } from '../../engine/extract/pieces';
import type { SegmentPlan, SegmentsPlan } from '../../engine/extract/segmentPlan';
import type { ByteSource } from '../../engine/onnx/byteSource';
import type { OnnxModel } from '../../engine/onnx/model';
import { openExternalData } from '../../files/externalData';
import type { FileSet } from '../../files/fileSet';
import { type FileSource, openFileSource } from '../../files/fileSource';
import { say } from '../../shared/messages/say';
import { unwatched, type Work } from '../../shared/work/work';
import type { Steps } from '../tasks/steps';
import { sharedWeightsFile } from './splitFiles';

export interface SegmentExportOptions {
  /** Files of a segment, with their endings, below the folder of the set: one for every tier that may run it. */
  readonly filesOf: (segment: number) => readonly string[];
  /** Puts a weight that several segments of one folder read into a file that all of them refer to, once. */
  readonly sharesWeights?: boolean;
  /** Default: external weights are copied into a data file of each segment's own, `<file name>.data`. */
  readonly externalData?: 'compact' | 'keep';
  /** Rights of the files, whatever the umask says. */
  readonly mode?: number | undefined;
  /** Size from which weights go to a data file; default 2 GiB. */
  readonly largestModelBytes?: number;
}

export interface ExportedSegment {
  readonly segment: number;
  /** Below the folder of the set. */
  readonly file: string;
  readonly path: string;
  readonly bytes: number;
  /** Its data file, where it has one. */
  readonly dataPath?: string;
  readonly dataBytes: number;
}

export interface ExportedSegments {
  readonly segments: readonly ExportedSegment[];
  /** Files of weights that several segments of a folder refer to. */
  readonly shared: readonly { readonly file: string; readonly path: string; readonly bytes: number }[];
}

/**
 * Writes the sub-models of a plan into a set of files, in steps.
 * @throws DnnSplitError `file-exists`, `file-system`, `external-data`, `unsupported-model`, `canceled`.
 */
export function* exportSegments(
  modelPath: string,
  model: OnnxModel,
  plan: SegmentsPlan,
  set: FileSet,
  options: SegmentExportOptions,
  work: Work = unwatched,
): Steps<ExportedSegments> {
  const opened = new Map<string, FileSource>();
  const source = openFileSource(modelPath);
  const openExternal = (location: string): ByteSource => {
    const file = opened.get(location) ?? openExternalData(modelPath, location);
    opened.set(location, file);
    return file;
  };
  const write = (path: string, pieces: readonly Piece[]) => writePieces(pieces, set.create(path, options.mode), work);
  const placeOf = (file: string) => join(set.directory, file);
  const { externalData = 'compact', largestModelBytes } = options;
  try {
    const input = { model, source, layout: scanLayout(source, work), openExternal };
    const segments: ExportedSegment[] = [];
    const shared: { file: string; path: string; bytes: number }[] = [];
    for (const [folder, members] of byFolder(plan, options)) {
      const plans = options.sharesWeights === true ? members.map(({ segment }) => segment) : [];
      const weights = sharedWeights(input, plans, { dataFile: sharedWeightsFile, externalData });
      for (const { segment, file } of members) {
        work.report(say('stage.writing', { tier: segment.tier + 1 }).text, segment.tier / plan.segments.length);
        const dataFile = `${file}.data`;
        const { model: modelPieces, data } = composeSegment(input, segment, {
          dataFile: basename(dataFile),
          externalData,
          shared: weights.places,
          ...(largestModelBytes !== undefined && { largestModelBytes }),
        });
        yield* write(file, modelPieces);
        if (data.length > 0) yield* write(dataFile, data);
        segments.push({
          segment: segment.tier,
          file,
          path: placeOf(file),
          bytes: piecesLength(modelPieces),
          ...(data.length > 0 && { dataPath: placeOf(dataFile) }),
          dataBytes: piecesLength(data),
        });
      }
      if (weights.pieces.length === 0) continue;
      const file = posix.join(folder, sharedWeightsFile);
      yield* write(file, weights.pieces);
      shared.push({ file, path: placeOf(file), bytes: piecesLength(weights.pieces) });
    }
    return { segments, shared };
  } finally {
    source.close();
    for (const file of opened.values()) file.close();
  }
}

/** The segments that go to each folder, and their files there. */
function byFolder(plan: SegmentsPlan, { filesOf }: SegmentExportOptions) {
  const folders = new Map<string, { readonly segment: SegmentPlan; readonly file: string }[]>();
  for (const segment of plan.segments) {
    if (segment === undefined) continue;
    for (const file of filesOf(segment.tier)) {
      const folder = posix.dirname(file);
      const members = folders.get(folder) ?? [];
      members.push({ segment, file });
      folders.set(folder, members);
    }
  }
  return folders;
}
