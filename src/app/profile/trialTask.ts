import { machineName } from '../../runtime/machine';
import { type PlanDocument, sizesOfPlan } from '../../shared/documents/plan';
import { type TrialReport, type TrialTask, trialReportSchema } from '../../shared/reports/trial';
import type { InputRanges } from '../../shared/vocabulary/inputRanges';
import type { ExportedSplit } from '../split/verifySplit';
import { type ProgramOptions, runProgramTask } from '../tasks/programTask';

export interface TrialOptions {
  readonly requests: number;
  readonly ratePerSecond?: number | undefined;
  /** As the tiers were measured with where absent, else one. */
  readonly threads?: number | undefined;
  readonly shaping: boolean;
  readonly runtimeFolder?: string | undefined;
  /** Values that the model's inputs may have. */
  readonly ranges: InputRanges;
}

/** How long relays may take to stop. */
const graceMs = 20_000;

/**
 * Runs every tier of an exported plan on this machine and sets what it took beside what the plan says.
 * @throws DnnSplitError as `runProgramTask`
 */
export function tryOut(split: ExportedSplit, options: TrialOptions, run: ProgramOptions): Promise<TrialReport> {
  const task = trialTask(split, options, machineName());
  return runProgramTask({ command: 'trial', task, report: trialReportSchema, graceMs }, run);
}

/** @param machine name of this machine, as profiles have it */
export function trialTask(
  { plan, modelPath, contractPaths }: ExportedSplit,
  { requests, ratePerSecond, threads, shaping, runtimeFolder, ranges }: TrialOptions,
  machine: string,
): TrialTask {
  const used = plan.tiers.slice(0, contractPaths.length);
  const here = used.filter(({ measured }) => measured?.device === machine);
  const [measuredThreads] = here.flatMap(({ measured }) => measured?.threads ?? []);
  return {
    modelPath,
    contractPaths: [...contractPaths],
    dimensions: { ...sizesOfPlan(plan) },
    ranges: { ...ranges },
    tiers: used.map(({ id, computeMs, measured, measuredNodes }) => {
      const isHere = measured?.device === machine && measuredNodes > 0;
      const runMs = isHere ? measured.runMs : undefined;
      return { id, predictedMs: computeMs, ...(runMs !== undefined && runMs > 0 && { referenceMs: runMs }) };
    }),
    links: plan.links.slice(0, contractPaths.length - 1).map(linkTask),
    predictedMs: plan.prediction.latencyMs,
    predictedPerSecond: plan.prediction.throughputPerSecond || null,
    requests,
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    threads: threads ?? measuredThreads ?? 1,
    shaping,
    seed: 1,
    ...(runtimeFolder !== undefined && { runtimeFolder }),
  };
}

function linkTask(link: PlanDocument['links'][number]): TrialTask['links'][number] {
  const { from, to, bandwidthMbps, latencyMs, bytes, transferMs, answerMs = 0 } = link;
  return {
    ...{ from, to, bandwidthMbps, latencyMs, bytes },
    downBandwidthMbps: link.downBandwidthMbps ?? bandwidthMbps,
    downLatencyMs: link.downLatencyMs ?? latencyMs,
    predictedMs: transferMs + answerMs,
    countedHopMs: bytes > 0 ? (link.hopMs ?? 0) : 0,
  };
}
