import { basename } from 'node:path';
import { importedTimes } from '../../runtime/profiling/importedTimes';
import { type KernelTime, kernelTimes, type TraceTimes } from '../../runtime/profiling/kernelTimes';
import { matchKernels } from '../../runtime/profiling/matchKernels';
import { readTraceEvents } from '../../runtime/profiling/traceEvents';
import type { ProfileDocument } from '../../shared/documents/profile';
import { type Sentence, say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';
import type { AnalyzedModel } from '../model/analyzeFile';

/** A profile with what is worth knowing about how it came about. */
export interface Profiled {
  readonly document: ProfileDocument;
  /** Runs that the medians are over. */
  readonly runs: number;
  /** Nodes of the split graph, and those that have a time. */
  readonly nodes: number;
  readonly measuredNodes: number;
  /** Sum of the document's times. */
  readonly nodeMicroseconds: number;
  /** Median of a run of the whole model. */
  readonly runMicroseconds: number;
  /** Nodes without a time: id and label. */
  readonly missing: readonly { readonly id: string; readonly label: string }[];
  /** Time of operators that belong to no node of the model, and their number. */
  readonly foreign: { readonly operators: number; readonly microseconds: number };
  /** One sentence each. */
  readonly warnings: readonly string[];
}

export interface ProfileSource {
  readonly device: string;
  /** `onnxruntime 1.30.0, 1 thread`; what the trace knows is added where it is not the CPU. */
  readonly runtime: string;
  /** Date of the measurement. */
  readonly recorded: string;
  readonly warmup: number | undefined;
  readonly threads?: number | undefined;
  /** Graph optimization of the runs, where it is known. */
  readonly optimization?: ProfileDocument['optimization'];
  /** Median time of runs that were not traced. */
  readonly runMicroseconds?: number | undefined;
}

/** A trace of which a smaller part of the operators leads to nodes of a model was recorded from another one. */
const leastShare = 1 / 3;

const cpuProvider = 'CPUExecutionProvider';

/**
 * Turns a trace of ONNX Runtime, a profile of TensorRT or a table of nodes and times into the profile of a model.
 * @throws DnnSplitError `invalid-profile` where the trace cannot be read or is of another model, `file-system`
 */
export function profileFromTrace(tracePath: string, model: AnalyzedModel, source: ProfileSource): Profiled {
  const times = importedTimes(tracePath) ?? kernelTimes(readTraceEvents(tracePath), tracePath, source.warmup);
  return profileFromTimes(times, tracePath, model, source);
}

/**
 * Turns times of operators into the profile of a model.
 * @param tracePath where they came from, for people
 * @throws DnnSplitError `invalid-profile` where they are of another model
 */
export function profileFromTimes(
  times: TraceTimes,
  tracePath: string,
  { path, inferred, graph, structureHash }: AnalyzedModel,
  source: Omit<ProfileSource, 'warmup'>,
): Profiled {
  const isOptimized = source.optimization === undefined ? undefined : source.optimization !== 'disabled';
  const matched = matchKernels(times.kernels, inferred, graph, isOptimized);
  const { missing, foreign, ambiguous, share } = matched;
  const measuredNodes = graph.nodes.length - missing.length;
  if (graph.nodes.length > 0 && (measuredNodes === 0 || share < leastShare)) {
    throw new DnnSplitError(
      'invalid-profile',
      strangeTrace(tracePath, graph.nodes.length, share, isOptimized === true),
      { path: tracePath },
    );
  }
  const scale = untracedScale(times, source.runMicroseconds);
  const microseconds = scaled(matched.microseconds, scale);
  const { threads, optimization, runMicroseconds = times.runMicroseconds } = source;
  const providers = [...new Set(times.kernels.map(({ provider }) => provider))].filter((name) => name !== '').sort();
  const isElsewhere = providers.some((provider) => provider !== cpuProvider);
  const { device, recorded } = source;
  const runtime = isElsewhere ? `${source.runtime}, ${providers.join(' and ')}` : source.runtime;
  const warnings = [
    ...missingWarnings(missing.length, graph.nodes.length, ambiguous),
    ...foreignWarnings(foreign, sum(times.kernels.map((kernel) => kernel.microseconds))),
    ...(isElsewhere
      ? [say('profile.asynchronous', { providers: providers.filter((one) => one !== cpuProvider).join(' and ') }).text]
      : []),
  ];
  return {
    document: {
      ...{ device, runtime, recorded, model: { name: basename(path), structureHash } },
      ...(threads !== undefined && { threads }),
      ...(optimization !== undefined && { optimization }),
      ...{ runs: times.runs, runMicroseconds: figure(runMicroseconds), microseconds },
      spreadMicroseconds: scaled(matched.spreadMicroseconds, scale),
      ...(Object.keys(matched.fused).length > 0 && { fused: mutable(matched.fused) }),
    },
    runs: times.runs,
    nodes: graph.nodes.length,
    measuredNodes,
    nodeMicroseconds: sum(Object.values(microseconds)),
    runMicroseconds,
    missing: missing.map(({ id, label }) => ({ id, label })),
    foreign: { operators: foreign.length, microseconds: sum(foreign.map((kernel) => kernel.microseconds)) },
    warnings,
  };
}

/**
 * What a traced time is to be multiplied by so that all together make up a run that was not traced: writing the trace takes
 * time, and what ONNX Runtime does between two operators is in none of them.
 */
function untracedScale({ kernels }: TraceTimes, runMicroseconds: number | undefined): number {
  const total = sum(kernels.map(({ microseconds }) => microseconds));
  return runMicroseconds === undefined || total === 0 ? 1 : runMicroseconds / total;
}

function scaled(times: Readonly<Record<string, number>>, scale: number): Record<string, number> {
  return Object.fromEntries(Object.entries(times).map(([name, time]) => [name, figure(time * scale)]));
}

/** Nanoseconds are enough. */
function figure(microseconds: number): number {
  return Number(microseconds.toFixed(3));
}

function mutable(fused: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(fused).map(([name, others]) => [name, [...others]]));
}

/** Why a trace is not taken for one of this model. */
function strangeTrace(path: string, nodes: number, share: number, isOwn: boolean): Sentence {
  if (isOwn) return say('profile.renamed', {});
  if (share === 0) return say('profile.otherModel', { path, nodes });
  return say('profile.fewOperators', { path, percent: Math.round(100 * share) });
}

/** The text of a profile; the same profile gives the same bytes. */
export function profileText(document: ProfileDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function missingWarnings(missing: number, nodes: number, ambiguous: number): string[] {
  if (missing === 0) return [];
  return [say(ambiguous === 0 ? 'profile.missing' : 'profile.ambiguous', { missing, nodes, ambiguous }).text];
}

function foreignWarnings(foreign: readonly KernelTime[], total: number): string[] {
  const time = sum(foreign.map(({ microseconds }) => microseconds));
  if (time === 0) return [];
  const share = Number(((100 * time) / total).toPrecision(2));
  return [say('profile.foreign', { operators: foreign.length, percent: share }).text];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
