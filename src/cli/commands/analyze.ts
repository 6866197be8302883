import type { Command } from 'commander';
import type { Reading } from '../../app/model/analyzeFile';
import { findConfig } from '../../app/model/findConfig';
import { visibleText } from '../../shared/escape/visible';
import type { AnalysisReport, CandidateReport, StatedPlanReport } from '../../shared/reports/reports';
import type { StateReport } from '../../shared/reports/stateReports';
import type { TensorReport } from '../../shared/reports/tensorReports';
import { bytesText, counted, countText, macsText, shapeText } from '../../shared/vocabulary/quantities';
import { stateText } from '../../shared/wording/stateText';
import { parseBindings } from '../terminal/arguments';
import { type Answered, eachModel } from '../terminal/eachModel';
import { checkDimensions, shownPath } from '../terminal/modelOptions';
import { modelsArgument, type NamedModel } from '../terminal/namedModels';
import { standardOutput } from '../terminal/output';
import { factsText, tableText } from '../terminal/table';

interface AnalyzeOptions {
  readonly config?: string;
  readonly bind?: Readonly<Record<string, number>>;
  readonly nodes?: boolean;
  readonly tensors?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit analyze MODEL`: a summary of the model and its candidate split points. */
export function addAnalyze(program: Command): void {
  program
    .command('analyze')
    .description('Summarize a model and list its candidate split points')
    .argument('<models...>', modelsArgument)
    .option('-c, --config <file>', 'dnnsplit.json to use (default: the nearest one above the model)')
    .option('-b, --bind <name=number>', 'bind a symbolic dimension (repeatable)', parseBindings)
    .option('--nodes', 'list every node')
    .option('--tensors', 'list every tensor')
    .option('--json', 'print JSON')
    .action((models: string[], options: AnalyzeOptions) =>
      eachModel(models, { json: options.json, output: standardOutput }, (model) => analyze(model, options)),
    );
}

async function analyze(model: NamedModel, options: AnalyzeOptions): Promise<Answered> {
  const { analyzeAs } = await import('../../app/model/analyzeFile');
  const { analysisReport } = await import('../../engine/report/analysisReport');
  const config = options.config ?? findConfig(model.name);
  const stated = await readingOf(model.name, config);
  const bindings = { ...stated.bindings, ...options.bind };
  const analyzed = analyzeAs(model.path, { ...stated, bindings });
  const warnings = await checkDimensions(analyzed, model.name, bindings, options.bind);
  const { nodes = false, tensors = false } = options;
  const { statedPlanReport } = await import('../../app/plan/statedPlan');
  const statedPlan = statedPlanReport(analyzed);
  const facts = analysisReport(analyzed, { nodes, tensors });
  const report = { ...facts, model: { ...facts.model, path: model.name }, ...(statedPlan && { statedPlan }) };
  return {
    report: { format: 'dnnsplit.analysis', formatVersion: 1, config: shownPath(config), ...report },
    text: () => analysisText(report, shownPath(config)),
    warnings,
  };
}

/** How the configuration wants the model read; without one, what parses it need not be loaded. */
async function readingOf(model: string, path: string | undefined): Promise<Reading> {
  if (path === undefined) return { bindings: {}, state: 'recognized' };
  const { configOf, settingsOf } = await import('../../app/model/configuredModel');
  return settingsOf(model, configOf(model, path));
}

function analysisText(report: AnalysisReport, config: string | null): string {
  const { model, graph, candidates, openDimensions, madeDimensions = [], diagnostics, state = [] } = report;
  const [read, made] = [new Set(state.map(({ input }) => input)), new Set(state.map(({ output }) => output))];
  const facts: [string, string][] = [
    ['model', model.path],
    ...(config === null ? [] : [['sizes from', config] as [string, string]]),
    ['producer', model.producer === '' ? 'unknown' : model.producer],
    [
      'operators',
      Object.entries(model.opsets)
        .map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`)
        .join(', '),
    ],
    ...model.inputs
      .filter(({ name }) => !read.has(name))
      .map((input): [string, string] => ['input', tensorText(input)]),
    ...model.outputs.filter(({ name }) => !made.has(name)).map((one): [string, string] => ['output', tensorText(one)]),
    ...(state.length > 0 ? [['state', stateText(state)] as [string, string]] : []),
    ...state.slice(0, shownState).map((one): [string, string] => ['', statePairText(one)]),
    ...(state.length > shownState ? [['', `and ${state.length - shownState} more`] as [string, string]] : []),
    ['nodes', nodesText(report)],
    ['work', workText(model)],
    ['weights', weightsText(model)],
    ['activations', activationsText(report)],
    ['cuts', cutsText(graph)],
    ...(report.statedPlan ? [['plan inside', statedText(report.statedPlan)] as [string, string]] : []),
  ];
  const parts = [factsText(facts), candidatesText(candidates)];
  if (report.assumedText !== undefined) {
    parts.unshift(`For ${report.assumedText}: assumed, because the file leaves these sizes open.`);
  }
  if (openDimensions.length > 0) {
    parts.push(`Open dimensions: ${namesText(openDimensions)}. Bind them with --bind NAME=NUMBER.`);
  }
  if (madeDimensions.length > 0) {
    parts.push(
      `Sizes known only at run time: ${namesText(madeDimensions)}. Set the size to expect with --bind NAME=NUMBER to include them.`,
    );
  }
  if (diagnostics.length > 0) {
    parts.push(
      diagnostics
        .slice(0, 10)
        .map(({ severity, message }) => `${severity}: ${visibleText(message)}`)
        .join('\n'),
    );
    if (diagnostics.length > 10) parts.push(`... and ${diagnostics.length - 10} more; --json lists all.`);
  }
  if (report.nodes !== undefined) parts.push(nodeTable(report.nodes));
  if (report.tensors !== undefined) {
    const rows = Object.entries(report.tensors).map(([name, [dtype, shape]]) => [name, dtype, shapeText(shape)]);
    parts.push(tableText([{ heading: 'tensor' }, { heading: 'type' }, { heading: 'shape' }], rows));
  }
  return parts.join('\n\n');
}

/** Pieces of state that are listed; a decoder has two for each layer. */
const shownState = 4;

function statePairText({ input, output }: StateReport): string {
  return visibleText(`${output} -> ${input}`);
}

function namesText(dimensions: AnalysisReport['openDimensions']): string {
  const most = 5;
  const names = dimensions
    .slice(0, most)
    .map(({ symbol, tensors }) => `${visibleText(symbol)} (${counted(tensors, 'tensor')})`);
  return dimensions.length > most ? `${names.join(', ')} and more` : names.join(', ');
}

/** Calls of local functions are one node each in the file; what depends on the input is counted inside of them. */
function nodesText({ model, graph }: AnalysisReport): string {
  return graph.nodes > model.nodes
    ? `${model.nodes}; inside the functions they call, ${graph.nodes} ${graph.nodes === 1 ? 'depends' : 'depend'} on the input`
    : `${model.nodes}, of which ${graph.nodes} ${graph.nodes === 1 ? 'depends' : 'depend'} on the input`;
}

/** Work that depends on open sizes is not known, never 0. */
function workText({ macs, uncountedNodes }: AnalysisReport['model']): string {
  if (uncountedNodes === undefined) return macsText(macs);
  const open = `${counted(uncountedNodes, 'node')} of unknown size not counted`;
  return macs === null ? `unknown MACs: ${open}` : `at least ${macsText(macs)}: ${open}`;
}

function weightsText({ weightBytes, bodyWeightBytes, parameters }: AnalysisReport['model']): string {
  const inBodies = bodyWeightBytes === undefined ? '' : `, ${bytesText(bodyWeightBytes)} more in bodies`;
  return `${bytesText(weightBytes)}${inBodies}, ${countText(parameters)} parameters`;
}

function activationsText({ model, graph }: AnalysisReport): string {
  const known = `${bytesText(model.peakActivationBytes)} at peak`;
  return graph.unknownTensors === 0
    ? known
    : `${known}, without ${counted(graph.unknownTensors, 'tensor')} of unknown size`;
}

function statedText({ stages }: StatedPlanReport): string {
  const parts = stages.map(({ name, nodes }, stage) => `${name ?? `stage ${stage}`} ${counted(nodes, 'node')}`);
  return `${parts.join(', ')}; dnnsplit plan MODEL --from-model prices it`;
}

function cutsText({ singleTensorCuts, boundedBlocks }: AnalysisReport['graph']): string {
  const single = `${counted(singleTensorCuts, 'position')} where one tensor crosses`;
  if (boundedBlocks === undefined) return single;
  return `${single}; ${boundedBlocks} ${boundedBlocks === 1 ? 'block has' : 'blocks have'} more cuts than were examined`;
}

function candidatesText(candidates: readonly CandidateReport[]): string {
  const rows = candidates.map((candidate) => [
    String(candidate.position),
    candidate.after ?? '(the input)',
    bytesText(candidate.bytes),
    macsText(candidate.macsBefore),
    macsText(candidate.macsAfter),
    crossingText(candidate),
  ]);
  const columns = [
    { heading: 'position', numeric: true },
    { heading: 'after' },
    { heading: 'bytes', numeric: true },
    { heading: 'work below', numeric: true },
    { heading: 'work above', numeric: true },
    { heading: 'tensors that cross' },
  ];
  const count = counted(candidates.length, 'candidate split point');
  return `${count}\n${tableText(columns, rows)}`;
}

function crossingText({ tensors }: CandidateReport): string {
  if (tensors.length === 0) return '(no traffic)';
  return tensors.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join(', ');
}

function nodeTable(nodes: NonNullable<AnalysisReport['nodes']>): string {
  const rows = nodes.map((node) => [
    node.id,
    node.label,
    node.op,
    macsText(node.macs),
    bytesText(node.trafficBytes),
    bytesText(node.weightBytes),
  ]);
  const columns = [
    { heading: 'id' },
    { heading: 'node' },
    { heading: 'operator' },
    { heading: 'work', numeric: true },
    { heading: 'traffic', numeric: true },
    { heading: 'weights', numeric: true },
  ];
  return tableText(columns, rows);
}

function tensorText({ name, dtype, shape, bytes }: TensorReport): string {
  return `${name}: ${dtype} ${shapeText(shape)}, ${bytesText(bytes)}`;
}
