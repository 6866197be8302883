/** Bundles what the measurements call from the sources, so that no build has to be up to date. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

export const root = resolve(import.meta.dirname, '../..');

const entry = `
  export { readModel } from './src/engine/onnx/read/readModel';
  export { inferModel } from './src/engine/shapes/inferModel';
  export { operatorCoverage, unknownOperators } from './src/engine/shapes/ops/coverage';
  export { buildSplitGraph } from './src/engine/split/buildSplitGraph';
  export { calibrate } from './src/engine/calibration/calibrate';
  export * from './src/engine/calibration/fitTimes';
  export { fusedGroups } from './src/engine/split/fusedGroups';
  export { findCandidates } from './src/engine/split/findCandidates';
  export { estimatedSeconds } from './src/engine/planning/costs/costModel';
  export { createCostTables } from './src/engine/planning/costs/costTables';
  export { exactPlan } from './src/engine/planning/optimum/exactPlan';
  export { planModel } from './src/engine/planning/planModel';
  export { defaultConfig, resolveConfig } from './src/engine/planning/infrastructure/resolveConfig';
  export { linkPreset, tierPreset } from './src/engine/presets/presets';
  export { Command } from 'commander';
  export { addAnalyze } from './src/cli/commands/analyze';
  export { addGraph } from './src/cli/commands/graph';
  export { addPlan } from './src/cli/commands/plan';
  export { analyzeFile } from './src/app/model/analyzeFile';
  export { configOf, settingsOf } from './src/app/model/configuredModel';
  export { planAnalyzed, planText } from './src/app/plan/planAnalyzed';
  export { profileFromTimes, profileText } from './src/app/profile/profileModel';
  export { inputRanges } from './src/runtime/inputRanges';
  export { toOrt } from './src/runtime/ortTensors';
  export { kernelTimes } from './src/runtime/profiling/kernelTimes';
  export { modelInputs } from './src/runtime/profiling/modelInputs';
  export { readTraceEvents } from './src/runtime/profiling/traceEvents';
  export { randomInput, randomNumbers } from './src/runtime/randomInputs';
  export { openFileSource } from './src/files/fileSource';
  export { buildScene } from './src/engine/picture/layout/buildScene';
  export { createElkEngine } from './src/engine/picture/layout/elkEngine';
  export { createAnalysisFunctions } from './src/server/workers/analysisFunctions';
  export { parseConfig } from './src/shared/documents/parseConfig';
  export { parsePlan } from './src/shared/documents/parsePlan';
  export { parseProfile } from './src/shared/documents/parseProfile';
  export { unwatched } from './src/shared/work/work';
  export { plainInfrastructure, syntheticGraph } from './test/unit/planning/support';
`;

/**
 * The functions of the product that measurements call.
 * @returns {Promise<any>} a module whose exports the sources type
 */
export async function loadProduct() {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-product-'));
  try {
    const outfile = join(folder, 'product.cjs');
    await build({
      absWorkingDir: root,
      stdin: { contents: entry, resolveDir: root, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      logLevel: 'warning',
      outfile,
    });
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
