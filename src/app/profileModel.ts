import { basename } from 'node:path';
import { type KernelTime, kernelTimes } from '../runtime/profiling/kernelTimes';
import { matchKernels } from '../runtime/profiling/matchKernels';
import { readTraceEvents } from '../runtime/profiling/traceEvents';
import type { ProfileDocument } from '../shared/documents/profile';
import { DnnSplitError } from '../shared/errors';
import { say } from '../shared/messages/say';
import type { AnalyzedModel } from './analyzeFile';

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
}

const cpuProvider = 'CPUExecutionProvider';

/**
 * Turns a trace of ONNX Runtime into the profile of a model.
 * @throws DnnSplitError `invalid-profile` where the trace cannot be read or is of another model, `file-system`
 */
export function profileFromTrace(
  tracePath: string,
  { path, inferred, graph, structureHash }: AnalyzedModel,
  source: ProfileSource,
): Profiled {
  const times = kernelTimes(readTraceEvents(tracePath), tracePath, source.warmup);
  const { microseconds, missing, foreign, ambiguous } = matchKernels(times.kernels, inferred, graph);
  const measuredNodes = graph.nodes.length - missing.length;
  if (measuredNodes === 0 && graph.nodes.length > 0) {
    const message = say('profile.otherModel', { path: tracePath, nodes: graph.nodes.length });
    throw new DnnSplitError('invalid-profile', message, { path: tracePath });
  }
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
    document: { device, runtime, recorded, model: { name: basename(path), structureHash }, microseconds },
    runs: times.runs,
    nodes: graph.nodes.length,
    measuredNodes,
    nodeMicroseconds: sum(Object.values(microseconds)),
    runMicroseconds: times.runMicroseconds,
    missing: missing.map(({ id, label }) => ({ id, label })),
    foreign: { operators: foreign.length, microseconds: sum(foreign.map((kernel) => kernel.microseconds)) },
    warnings,
  };
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
