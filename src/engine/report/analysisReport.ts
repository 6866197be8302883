import { say } from '../../shared/messages/say';
import type { AnalysisReport, CandidateReport, DiagnosticReport, NodeReport } from '../../shared/reports/reports';
import type { ReportDim, TensorReport } from '../../shared/reports/tensorReports';
import type { DType } from '../../shared/vocabulary/dtype';
import { bytesText } from '../../shared/vocabulary/quantities';
import type { AssumedDimension } from '../shapes/assumed/assumeSizes';
import { bodyWeightBytes } from '../shapes/core/weights';
import type { InferredModel } from '../shapes/facts/inferred';
import { singleTensorPositions } from '../split/cuts';
import { liveBytes } from '../split/liveBytes';
import { loadsAtPosition } from '../split/peakActivations';
import type { Candidate, SplitGraph } from '../split/splitGraph';
import { assumedReport } from './assumedReport';
import { stateReports } from './stateReport';
import { dataTensorReport, factReport, reportShape } from './tensorReport';

export interface AnalysisFacts {
  /** Path of the model as the caller named it. */
  readonly path: string;
  readonly inferred: InferredModel;
  /** The same without assumed sizes; it says what is open. */
  readonly stated?: InferredModel;
  readonly assumed?: readonly AssumedDimension[];
  readonly graph: SplitGraph;
  readonly candidates: readonly Candidate[];
  /** Blocks with more cuts across branches than the search for candidates looks at. */
  readonly boundedBlocks?: number;
  /** Files beside the model that hold weights, where there are any. */
  readonly weightFiles?: AnalysisReport['model']['weightFiles'];
}

/** Of dimensions that only a run decides, a detector may have hundreds. */
const mostMadeDimensions = 100;

export interface AnalysisReportOptions {
  /** Lists every node of the split graph. */
  readonly nodes?: boolean;
  /** Lists every tensor. */
  readonly tensors?: boolean;
}

/** What is known of a model before any planning: the answer of `dnnsplit analyze`. */
export function analysisReport(facts: AnalysisFacts, options: AnalysisReportOptions = {}): AnalysisReport {
  const { inferred, stated = inferred, assumed = [], graph, boundedBlocks = 0 } = facts;
  const candidates = splitPoints(graph, facts.candidates);
  return {
    model: modelReport(facts),
    graph: {
      nodes: graph.nodes.length,
      dataTensors: graph.tensors.length,
      unknownTensors: graph.tensors.filter((tensor) => tensor.bytes === undefined).length,
      singleTensorCuts: singleTensorPositions(liveBytes(graph)).length,
      ...(boundedBlocks > 0 && { boundedBlocks }),
    },
    candidates: candidates.map((candidate, index) => candidateReport(graph, candidate, candidates[index + 1])),
    ...stateReports(graph),
    ...assumedReport(assumed),
    openDimensions: stated.openSymbols.map(({ symbol, tensors }) => ({ symbol, tensors })),
    ...(inferred.madeDimensions.length > 0 && { madeDimensions: inferred.madeDimensions.slice(0, mostMadeDimensions) }),
    ...(options.nodes && { nodes: nodeReports(graph) }),
    ...(options.tensors && { tensors: tensorTable(stated) }),
    diagnostics: inferred.diagnostics.map(diagnosticReport),
  };
}

/** The candidates at which something crosses: "everything on the first tier" is a baseline, not a split point. */
export function splitPoints<T extends { readonly position: number }>(graph: SplitGraph, candidates: readonly T[]): T[] {
  return candidates.filter((candidate) => candidate.position < graph.nodes.length);
}

function modelReport({
  path,
  inferred,
  stated = inferred,
  graph,
  weightFiles,
}: AnalysisFacts): AnalysisReport['model'] {
  const { model } = inferred;
  let [inBodies, uncounted, macs] = [0, 0, 0];
  for (const node of inferred.nodes) {
    inBodies += bodyWeightBytes(node.node);
    if (node.macs === undefined) uncounted += 1;
    macs += node.macs ?? 0;
  }
  const [everything] = loadsAtPosition(graph, graph.nodes.length);
  return {
    path,
    fileBytes: model.bytes,
    irVersion: model.irVersion,
    opsets: Object.fromEntries(model.opsets),
    producer: [model.producer, model.producerVersion].filter((part) => part !== '').join(' '),
    nodes: model.graph.nodes.length,
    inputs: inferred.inputs.map((name) => sizedReport(name, inferred, stated)),
    outputs: inferred.outputs.map((name) => sizedReport(name, inferred, stated)),
    parameters: inferred.parameters,
    weightBytes: sumOf([...inferred.weightBytes.values()], (bytes) => bytes),
    ...(inBodies > 0 && { bodyWeightBytes: inBodies }),
    ...(macs === 0 && uncounted > 0
      ? { macs: null, macsUnknown: say('analysis.macsUnknown', { nodes: uncounted }).text }
      : { macs }),
    ...(uncounted > 0 && { uncountedNodes: uncounted }),
    elementwiseOps: sumOf(graph.nodes, (node) => node.elementwiseOps ?? 0),
    peakActivationBytes: everything.peakActivationBytes,
    ...weightTypes(inferred),
    ...(weightFiles && { weightFiles }),
  };
}

/** How much of the weights has which type. */
function weightTypes({ model, weightBytes }: InferredModel): Pick<AnalysisReport['model'], 'weightTypes'> {
  const byType = new Map<DType, number>();
  model.graph.initializers.forEach(({ dtype }, name) => {
    byType.set(dtype, (byType.get(dtype) ?? 0) + (weightBytes.get(name) ?? 0));
  });
  const types = [...byType].map(([dtype, bytes]) => ({ dtype, bytes })).filter(({ bytes }) => bytes > 0);
  return types.length === 0 ? {} : { weightTypes: types.sort((a, b) => b.bytes - a.bytes) };
}

/** A tensor with the shape that the file has for it and the bytes that it takes under the assumed sizes. */
function sizedReport(name: string, inferred: InferredModel, stated: InferredModel): TensorReport {
  return { ...factReport(name, stated), bytes: factReport(name, inferred).bytes };
}

function candidateReport(graph: SplitGraph, candidate: Candidate, next: Candidate | undefined): CandidateReport {
  const lastBelow = candidate.downset?.at(-1) ?? candidate.position - 1;
  const last = graph.nodes[lastBelow];
  return {
    position: candidate.position,
    after: last?.label ?? null,
    afterNodeId: last?.id ?? null,
    tensors: candidate.tensors.flatMap((index) => {
      const tensor = graph.tensors[index];
      return tensor === undefined ? [] : [dataTensorReport(tensor)];
    }),
    bytes: candidate.bytes ?? null,
    macsBefore: candidate.macsBefore,
    macsAfter: candidate.macsAfter,
    weightBytesBefore: candidate.weightBytesBefore,
    weightBytesAfter: candidate.weightBytesAfter,
    peakActivationBytesBefore: candidate.peakActivationBytesBefore,
    peakActivationBytesAfter: candidate.peakActivationBytesAfter,
    singleTensor: candidate.singleTensor,
    ...(candidate.downset && { nodesBefore: candidate.downset.flatMap((index) => graph.nodes[index]?.id ?? []) }),
    rulesOut: rulesOutSentence(graph, candidate, next),
  };
}

/** Everything up to the next candidate sends no fewer bytes than this one and runs more below the cut. */
function rulesOutSentence(graph: SplitGraph, candidate: Candidate, next: Candidate | undefined): string {
  const bytes = bytesText(candidate.bytes);
  if (candidate.downset !== undefined) {
    return say('candidate.acrossBranches', { bytes }).text;
  }
  const first = candidate.position + 1;
  const last = (next?.position ?? graph.nodes.length) - 1;
  if (last < first) return say('candidate.adjacent', {}).text;
  return first === last
    ? say('candidate.rulesOutOne', { position: first, bytes }).text
    : say('candidate.rulesOut', { first, last, bytes }).text;
}

function nodeReports(graph: SplitGraph): NodeReport[] {
  return graph.nodes.map((node) => ({
    id: node.id,
    name: node.name,
    label: node.label,
    op: node.op,
    macs: node.macs ?? null,
    elementwiseOps: node.elementwiseOps ?? null,
    trafficBytes: node.trafficBytes ?? null,
    weightBytes: node.weightBytes,
    modulePath: node.modulePath,
  }));
}

/** What is inferred, and what the file still states of tensors that none of its nodes makes any more. */
function tensorTable(inferred: InferredModel): Record<string, readonly [DType, readonly ReportDim[] | null]> {
  const table = new Map<string, readonly [DType, readonly ReportDim[] | null]>();
  for (const [name, { type }] of inferred.model.graph.valueInfo) {
    if (type?.kind === 'tensor') table.set(name, [type.dtype, type.shape?.map((dim) => dim ?? '?') ?? null]);
  }
  for (const [name, fact] of inferred.tensors) {
    if (fact.kind === 'tensor') table.set(name, [fact.dtype, reportShape(fact.shape)]);
  }
  return Object.fromEntries(table);
}

function diagnosticReport({
  severity,
  message,
  nodeId,
  tensor,
}: InferredModel['diagnostics'][number]): DiagnosticReport {
  return { severity, message, ...(nodeId !== undefined && { nodeId }), ...(tensor !== undefined && { tensor }) };
}

function sumOf<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0);
}
