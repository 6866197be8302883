import { externalLocations } from '../../engine/onnx/externalLocations';
import { inputRanges } from '../../runtime/inputRanges';
import { checkWeights, modelInputs } from '../../runtime/profiling/modelInputs';
import type { AnalyzedModel } from '../model/analyzeFile';
import type { MeasurableModel } from './measuringOrder';

/** @throws DnnSplitError `external-data` where weights are missing, `bad-usage` for open dimensions, `unsupported-model` */
export function measurableModel({ path, inferred }: AnalyzedModel): MeasurableModel {
  checkWeights(inferred.model, path);
  return {
    path,
    weights: [...externalLocations(inferred.model)].sort(),
    inputs: modelInputs(inferred),
    ranges: inputRanges(inferred),
  };
}
