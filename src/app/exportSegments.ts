import { basename, join } from 'node:path';
import { composeSegment } from '../engine/extract/composeSegment';
import { scanLayout } from '../engine/extract/modelLayout';
import { type Piece, piecesLength, writePieces } from '../engine/extract/pieces';
import type { SegmentsPlan } from '../engine/extract/segmentPlan';
import type { ByteSource } from '../engine/onnx/byteSource';
import type { OnnxModel } from '../engine/onnx/model';
import { type AtomicFile, createAtomicFile } from '../files/atomicFile';
import { openExternalData } from '../files/externalData';
import { type FileSource, openFileSource } from '../files/fileSource';
import { unwatched, type Work } from '../shared/work';

export interface SegmentExportOptions {
  readonly directory: string;
  /** File name of the segment of a tier, with its ending. */
  readonly fileName: (tier: number) => string;
  readonly overwrite: boolean;
  /** Default: external weights are copied into a data file of each segment's own, `<file name>.data`. */
  readonly externalData?: 'compact' | 'keep';
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
 * Writes the sub-model of every tier that runs something. All files get their names only when all are complete, so a
 * failed or canceled export leaves nothing behind.
 * @throws DnnSplitError `file-exists`, `file-system`, `external-data`, `unsupported-model`, `canceled`.
 */
export function exportSegments(
  modelPath: string,
  model: OnnxModel,
  plan: SegmentsPlan,
  options: SegmentExportOptions,
  work: Work = unwatched,
): readonly ExportedSegment[] {
  const files: AtomicFile[] = [];
  const opened = new Map<string, FileSource>();
  const source = openFileSource(modelPath);
  const openExternal = (location: string): ByteSource => {
    const file = opened.get(location) ?? openExternalData(modelPath, location);
    opened.set(location, file);
    return file;
  };
  const write = (path: string, pieces: readonly Piece[]): void => {
    const file = createAtomicFile(path, { overwrite: options.overwrite });
    files.push(file);
    writePieces(pieces, file, work);
  };
  try {
    const layout = scanLayout(source, work);
    const exported: ExportedSegment[] = [];
    for (const segment of plan.segments) {
      if (segment === undefined) continue;
      work.report(`Writing the part for tier ${segment.tier + 1}`, segment.tier / plan.segments.length);
      const path = join(options.directory, options.fileName(segment.tier));
      const dataPath = `${path}.data`;
      const { model: modelPieces, data } = composeSegment({ model, source, layout, openExternal }, segment, {
        dataFile: basename(dataPath),
        externalData: options.externalData ?? 'compact',
        ...(options.largestModelBytes !== undefined && { largestModelBytes: options.largestModelBytes }),
      });
      write(path, modelPieces);
      if (data.length > 0) write(dataPath, data);
      exported.push({
        tier: segment.tier,
        path,
        bytes: piecesLength(modelPieces),
        ...(data.length > 0 && { dataPath }),
        dataBytes: piecesLength(data),
      });
    }
    for (const file of files) file.commit();
    return exported;
  } finally {
    for (const file of files) file.abandon();
    source.close();
    for (const file of opened.values()) file.close();
  }
}
