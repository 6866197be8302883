import { basename, dirname } from 'node:path';
import { type Command, Option } from 'commander';
import type { AnalyzedModel } from '../../app/analyzeFile';
import type { CostTables } from '../../engine/planning/costs/costTables';
import type { Plan } from '../../engine/planning/plan/plan';
import { type HeatMetric, heatMetrics, type PictureTheme, pictureThemes } from '../../shared/picture';
import { parseBindings } from '../terminal/arguments';
import { jsonText, type Output, standardOutput } from '../terminal/output';

interface GraphOptions {
  readonly config?: string;
  readonly bind?: Readonly<Record<string, number>>;
  readonly output: string;
  readonly theme: PictureTheme;
  readonly metric: HeatMetric;
  readonly unfolded?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit graph MODEL|PLAN`: the laid-out graph with its tiers as SVG. */
export function addGraph(program: Command): void {
  program
    .command('graph')
    .description('Draw the graph of a model with its tiers as SVG')
    .argument('<model|plan>', 'an .onnx or a .splitplan.json file')
    .requiredOption('-o, --output <file>', 'the .svg file to write')
    .option('-c, --config <file>', 'for a model: a dnnsplit.json; the nearest one above it otherwise')
    .option('-b, --bind <name=number>', 'for a model: a number for a symbolic dimension', parseBindings)
    .option('--unfolded', 'draw every copy of repeated blocks')
    .addOption(new Option('--theme <theme>', 'colors').choices(pictureThemes).default('light'))
    .addOption(new Option('--metric <metric>', 'what the dots of the nodes show').choices(heatMetrics).default('time'))
    .option('--json', 'print the size of the picture as JSON')
    .action((source: string, options: GraphOptions) => graph(source, options, standardOutput));
}

async function graph(source: string, options: GraphOptions, output: Output): Promise<void> {
  const { buildScene } = await import('../../engine/picture/layout/buildScene');
  const { createElkEngine } = await import('../../engine/picture/layout/elkEngine');
  const { createDisplayList } = await import('../../engine/picture/displayList/displayList');
  const { savedTheme } = await import('../../engine/picture/displayList/editorColors');
  const { svgPicture } = await import('../../engine/picture/svgPicture');
  const { sceneOverlay } = await import('../../engine/report/sceneOverlay');
  const { writeFiles } = await import('../terminal/writeFiles');
  const { analyzed, costs, plan } = source.endsWith('.json')
    ? await fromPlan(source)
    : await fromModel(source, options);
  const scene = await buildScene(analyzed.graph, { folded: options.unfolded ? [] : null }, createElkEngine());
  const list = createDisplayList(scene, { overlay: sceneOverlay(costs, plan), metric: options.metric });
  const content = svgPicture(list, savedTheme(options.theme));
  writeFiles(dirname(options.output), [{ path: basename(options.output), content }], { overwrite: true });
  const { width, height, nodes, edges } = scene;
  const facts = { file: options.output, width, height, nodes: nodes.length, edges: edges.length };
  output.print(options.json ? jsonText(facts) : options.output);
}

interface Drawn {
  readonly analyzed: AnalyzedModel;
  readonly costs: CostTables;
  readonly plan: Plan;
}

async function fromPlan(path: string): Promise<Drawn> {
  const { modelOfPlan, readPlanFile } = await import('../../app/planFile');
  const { analyzeFile } = await import('../../app/analyzeFile');
  const { plannedFromDocument } = await import('../../app/plannedFromDocument');
  const document = readPlanFile(path);
  const analyzed = analyzeFile(modelOfPlan(document, path), document.dimensions);
  return { analyzed, ...plannedFromDocument(document, analyzed) };
}

async function fromModel(path: string, { config, bind }: GraphOptions): Promise<Drawn> {
  const { analyzeFile } = await import('../../app/analyzeFile');
  const { configOf, settingsOf } = await import('../../app/configuredModel');
  const { planAnalyzed } = await import('../../app/planAnalyzed');
  const settings = settingsOf(path, configOf(path, config));
  const analyzed = analyzeFile(path, { ...settings.bindings, ...bind });
  const { result } = planAnalyzed(analyzed, settings, {}, { skipCertificate: true, skipRegimes: true });
  return { analyzed, costs: result.costs, plan: result.plan };
}
