import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bufferSource } from '../../src/engine/onnx/byteSource';
import { readModel } from '../../src/engine/onnx/read/readModel';
import { defaultConfig, resolveConfig } from '../../src/engine/planning/infrastructure/resolveConfig';
import { planModel } from '../../src/engine/planning/planModel';
import { analysisReport } from '../../src/engine/report/analysisReport';
import { planReport } from '../../src/engine/report/planReport';
import { inferModel } from '../../src/engine/shapes/inferModel';
import { buildSplitGraph } from '../../src/engine/split/buildSplitGraph';
import { searchCandidates } from '../../src/engine/split/findCandidates';
import type { ConfigDocument } from '../../src/shared/documents/config';
import { DnnSplitError } from '../../src/shared/work/errors';
import { throwIfCanceled, type Work } from '../../src/shared/work/work';
import { impossibleFact } from '../support/impossibleFact';
import { operatorCases } from '../support/operatorCases';
import { sharedModels } from '../support/shared';
import { CaseMeter } from './caseMeter';
import { type Begun, type FuzzReport, mutateBytes, type Random, randomOf } from './fuzzReader';
import { mutateModel } from './mutateModel';

/** After this the pipeline is asked to stop, so that a hang ends the case and not the run. */
const stopMs = 20_000;

const settings: readonly ConfigDocument[] = [
  defaultConfig,
  { ...defaultConfig, objective: 'throughput', constraints: { respectMemory: true } },
  { ...defaultConfig, objective: 'cost', constraints: { maxLatencyMs: 50, keepInputOnFirstTier: true } },
  { ...defaultConfig, objective: { latency: 1, energy: 0.1 }, wire: { dtype: 'int8' } },
];

/**
 * Runs mutated models from their bytes to their plan: three of four with a changed structure, the others with changed
 * bytes. The same seed gives the same cases.
 * @param isOver ends the run; told how many cases there were
 */
export function fuzzPipeline(
  files: readonly string[],
  seed: number,
  isOver: (cases: number) => boolean,
  begun: Begun = () => undefined,
): FuzzReport {
  const originals = files.map((file) => new Uint8Array(readFileSync(file)));
  const refusals = new Map<string, number>();
  const crashes: string[] = [];
  const meter = new CaseMeter();
  let [cases, accepted] = [0, 0];
  for (; !isOver(cases); cases++) {
    begun(cases);
    const random = randomOf(seed, cases);
    const original = originals[cases % originals.length] ?? new Uint8Array(0);
    const bytes = random(4) === 0 ? mutateBytes(original, random) : mutateModel(original, random);
    const name = `seed ${seed}, case ${cases} of ${files[cases % files.length]}`;
    meter.measure(name, () => {
      try {
        runPipeline(bytes, random);
        accepted++;
      } catch (error) {
        const code = DnnSplitError.is(error) ? error.code : 'crash';
        refusals.set(code, (refusals.get(code) ?? 0) + 1);
        if (code === 'crash') crashes.push(`${name}: ${error instanceof Error ? error.stack : error}`);
      }
    });
  }
  const { slowestMs, mostHeapBytes, excesses } = meter;
  return { cases, accepted, refusals, slowestMs, mostHeapBytes, crashes, excesses };
}

/** @throws DnnSplitError where the model cannot be read or planned; anything else is a find. */
function runPipeline(bytes: Uint8Array, random: Random): void {
  const deadline = performance.now() + stopMs;
  const work: Work = { canceled: () => performance.now() > deadline, report: () => undefined };
  const config = settings[random(settings.length)] ?? defaultConfig;
  const { infrastructure, strategy } = resolveConfig(config, 'model.onnx', new Map());
  const inferred = inferModel(readModel(bufferSource(bytes), work), { n: 1, batch: 2 }, work);
  throwIfCanceled(work);
  const impossible = impossibleFact(inferred);
  if (impossible !== undefined) throw new Error(impossible);
  const graph = buildSplitGraph(inferred);
  throwIfCanceled(work);
  const search = searchCandidates(graph);
  throwIfCanceled(work);
  analysisReport({ path: 'model.onnx', inferred, graph, ...search }, { nodes: true, tensors: true });
  const { boundedBlocks } = search;
  const result = planModel(
    graph,
    search.candidates,
    infrastructure,
    { strategy, boundedBlocks, pareto: true, deadlineMs: 200 },
    work,
  );
  planReport(result);
}

/** Models of one operator each, where they are installed. */
export function operatorModels(): string[] {
  return operatorCases().map(({ folder }) => join(folder, 'model.onnx'));
}

/** The models of the repository, and those beside the checkout where there are any. */
export function modelsToMutate(mostFileBytes: number): string[] {
  return sharedModels()
    .map(({ path }) => path)
    .filter((path) => statSync(path).size <= mostFileBytes);
}
