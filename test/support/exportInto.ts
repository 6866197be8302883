import { exportSegments, type SegmentExportOptions } from '../../src/app/split/exportSegments';
import { takeSteps } from '../../src/app/tasks/steps';
import type { SegmentsPlan } from '../../src/engine/extract/segmentPlan';
import type { OnnxModel } from '../../src/engine/onnx/model';
import { commitSets, FileSet } from '../../src/files/fileSet';
import type { Work } from '../../src/shared/work/work';

export interface ExportTarget extends Omit<SegmentExportOptions, 'filesOf'> {
  /** File of the segment of a tier. */
  readonly fileName: (tier: number) => string;
  readonly directory: string;
  /** Replaces whatever is in the way. */
  readonly overwrite?: boolean;
}

/** Writes the sub-models of a plan into a folder and nothing else, all of them or none. */
export function exportInto(
  modelPath: string,
  model: OnnxModel,
  plan: SegmentsPlan,
  { directory, overwrite = false, fileName, ...rest }: ExportTarget,
  work?: Work,
) {
  const rule = { overwrite, replacesForeign: overwrite, inputs: [], own: [], expected: [], seal: '' };
  const set = new FileSet(directory, rule);
  try {
    const options = { ...rest, filesOf: (tier: number) => [fileName(tier)] };
    const { segments } = takeSteps(exportSegments(modelPath, model, plan, set, options, work));
    commitSets([set]);
    return segments.map((segment) => ({ ...segment, tier: segment.segment }));
  } finally {
    set.abandon();
  }
}
