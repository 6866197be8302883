import { type Command, Option } from 'commander';
import type { AnalyzedModel } from '../../app/analyzeFile';
import type { CostTables } from '../../engine/planning/costs/costTables';
import type { Plan } from '../../engine/planning/plan/plan';
import type { FileIdentity } from '../../files/fileIdentity';
import { readingOfPlan } from '../../shared/documents/plan';
import { DnnSplitError } from '../../shared/errors';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { type HeatMetric, heatMetrics, type PictureTheme, pictureThemes } from '../../shared/picture';
import { addModelOptions, checkDimensions, type ModelOptions, modelSettings } from '../terminal/modelOptions';
import { modelNamed, type NamedModel } from '../terminal/namedModels';
import { reportJson, warn } from '../terminal/output';
import { planInput } from '../terminal/planInput';

interface GraphOptions extends ModelOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly theme: PictureTheme;
  readonly metric: HeatMetric;
  readonly unfolded?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit graph MODEL|PLAN`: the laid-out graph with its tiers as SVG. */
export function addGraph(program: Command): void {
  const command = program
    .command('graph')
    .description('Draw the graph of a model with its tiers as SVG')
    .argument('<model|plan>', 'an .onnx or a .splitplan.json file; - is a model from standard input')
    .requiredOption('-o, --output <file>', 'the .svg file to write; - is standard output')
    .option('--force', 'replace an existing file');
  addModelOptions(command)
    .option('--unfolded', 'draw every copy of a repeated block')
    .addOption(new Option('--theme <theme>', 'colors').choices(pictureThemes).default('light'))
    .addOption(
      new Option('--metric <metric>', 'metric that the dots of the nodes show').choices(heatMetrics).default('time'),
    )
    .option('--json', 'print the size of the picture as JSON')
    .action((source: string, options: GraphOptions) => graph(source, options));
}

async function graph(source: string, options: GraphOptions): Promise<void> {
  const { buildScene } = await import('../../engine/picture/layout/buildScene');
  const { createElkEngine } = await import('../../engine/picture/layout/elkEngine');
  const { createDisplayList } = await import('../../engine/picture/displayList/displayList');
  const { savedTheme } = await import('../../engine/picture/displayList/editorColors');
  const { svgPicture } = await import('../../engine/picture/svgPicture');
  const { sceneOverlay } = await import('../../engine/report/sceneOverlay');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const overwrite = options.force === true;
  if (/\.(png|jpe?g|gif|webp|pdf|html?)$/i.test(options.output)) {
    throw new DnnSplitError('bad-usage', say('command.notSvg', { path: options.output }));
  }
  checkOutputFile(options.output, overwrite);
  const { analyzed, costs, plan, inputs } = source.endsWith('.json')
    ? await fromPlan(source)
    : await fromModel(await modelNamed(source), options);
  const scene = await buildScene(analyzed.graph, { folded: options.unfolded ? [] : null }, createElkEngine());
  const list = createDisplayList(scene, { overlay: sceneOverlay(costs, plan), metric: options.metric });
  const content = svgPicture(list, savedTheme(options.theme));
  writeOutputFile(options.output, content, { overwrite, inputs });
  const { width, height, nodes, edges } = scene;
  const facts = { file: options.output, width, height, nodes: nodes.length, edges: edges.length };
  const text = options.json ? reportJson('picture', facts) : visibleText(options.output);
  if (options.json || options.output !== '-') outputBeside(options.output).print(text);
}

interface Drawn {
  readonly analyzed: AnalyzedModel;
  readonly costs: CostTables;
  readonly plan: Plan;
  /** Files that were read. */
  readonly inputs: readonly FileIdentity[];
}

async function fromPlan(path: string): Promise<Drawn> {
  const { modelOfPlan } = await import('../../app/planFile');
  const { analyzeAs } = await import('../../app/analyzeFile');
  const { plannedFromDocument } = await import('../../app/plannedFromDocument');
  const document = await planInput(path);
  const analyzed = analyzeAs(modelOfPlan(document, path), readingOfPlan(document));
  const { modelFiles } = await import('../../app/inputFiles');
  const { fileIdentities } = await import('../../files/fileIdentity');
  const inputs = [...modelFiles(analyzed), ...fileIdentities([path])];
  return { analyzed, ...plannedFromDocument(document, analyzed), inputs };
}

async function fromModel(model: NamedModel, options: ModelOptions): Promise<Drawn> {
  const { analyzeAs } = await import('../../app/analyzeFile');
  const { planAnalyzed } = await import('../../app/planAnalyzed');
  const settings = await modelSettings(model, options);
  const analyzed = analyzeAs(model.path, settings);
  warn(await checkDimensions(analyzed, model.name, settings.bindings, options.bind));
  const { result } = planAnalyzed(analyzed, settings, {}, { skipCertificate: true, skipRegimes: true });
  const { modelFiles, settingsFiles } = await import('../../app/inputFiles');
  const inputs = [...modelFiles(analyzed), ...settingsFiles(settings)];
  return { analyzed, costs: result.costs, plan: result.plan, inputs };
}
