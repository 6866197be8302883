import { inputRanges } from '../../runtime/inputRanges';
import { sizesOfPlan } from '../../shared/documents/plan';
import type { InputRanges } from '../../shared/vocabulary/inputRanges';
import { type AnalyzedModel, analyzeFile } from '../model/analyzeFile';
import type { ExportedSplit } from './verifySplit';

/** The values that the inputs of a split's model may have. @throws DnnSplitError as `analyzeFile` */
export function inputRangesOf({ modelPath, plan }: Pick<ExportedSplit, 'modelPath' | 'plan'>): InputRanges {
  return rangesOfInputs(analyzeFile(modelPath, sizesOfPlan(plan)));
}

/** The values that a model's inputs may have. */
export function rangesOfInputs({ inferred }: Pick<AnalyzedModel, 'inferred'>): InputRanges {
  return inputRanges(inferred);
}
