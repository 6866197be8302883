import { basename, join } from 'node:path';
import { composeSegment } from '../engine/extract/composeSegment';
import { scanLayout } from '../engine/extract/modelLayout';
import { type Piece, piecesLength, writePieces } from '../engine/extract/pieces';
import type { SegmentsPlan } from '../engine/extract/segmentPlan';
import type { ByteSource } from '../engine/onnx/byteSource';
import type { OnnxModel } from '../engine/onnx/model';
import { openExternalData } from '../files/externalData';
import type { FileSet } from '../files/fileSet';
import { type FileSource, openFileSource } from '../files/fileSource';
import { say } from '../shared/messages/say';
import { unwatched, type Work } from '../shared/work';
import type { Steps } from './steps';

export interface SegmentExportOptions {
  /** File of the segment of a tier, with its ending, below the folder of the set. */
  readonly fileName: (tier: number) => string;
  /** Default: external weights are copied into a data file of each segment's own, `<file name>.data`. */
  readonly externalData?: 'compact' | 'keep';
  /** Rights of the files, whatever the umask says. */
  readonly mode?: number | undefined;
  /** Size from which weights go to a data file; default 2 GiB. */
  readonly largestModelBytes?: number;
}

export interface ExportedSegment {
  readonly tier: number;
  readonly path: string;
  readonly bytes: number;
  /** Its data file, where it has one. */
  readonly dataPath?: string;
  readonly dataBytes: number;
}

/**
 * Writes the sub-model of every tier that runs something into a set of files, in steps.
 * @throws DnnSplitError `file-exists`, `file-system`, `external-data`, `unsupported-model`, `canceled`.
 */
export function* exportSegments(
  modelPath: string,
  model: OnnxModel,
  plan: SegmentsPlan,
  set: FileSet,
  options: SegmentExportOptions,
  work: Work = unwatched,
): Steps<readonly ExportedSegment[]> {
  const opened = new Map<string, FileSource>();
  const source = openFileSource(modelPath);
  const openExternal = (location: string): ByteSource => {
    const file = opened.get(location) ?? openExternalData(modelPath, location);
    opened.set(location, file);
    return file;
  };
  const write = (path: string, pieces: readonly Piece[]) => writePieces(pieces, set.create(path, options.mode), work);
  try {
    const layout = scanLayout(source, work);
    const exported: ExportedSegment[] = [];
    for (const segment of plan.segments) {
      if (segment === undefined) continue;
      work.report(say('stage.writing', { tier: segment.tier + 1 }).text, segment.tier / plan.segments.length);
      const file = options.fileName(segment.tier);
      const dataFile = `${file}.data`;
      const { model: modelPieces, data } = composeSegment({ model, source, layout, openExternal }, segment, {
        dataFile: basename(dataFile),
        externalData: options.externalData ?? 'compact',
        ...(options.largestModelBytes !== undefined && { largestModelBytes: options.largestModelBytes }),
      });
      yield* write(file, modelPieces);
      if (data.length > 0) yield* write(dataFile, data);
      exported.push({
        tier: segment.tier,
        path: join(set.directory, file),
        bytes: piecesLength(modelPieces),
        ...(data.length > 0 && { dataPath: join(set.directory, dataFile) }),
        dataBytes: piecesLength(data),
      });
    }
    return exported;
  } finally {
    source.close();
    for (const file of opened.values()) file.close();
  }
}
