import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { SplitGraph } from '../../engine/split/splitGraph';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import {
  type DrawingPart,
  drawingParts,
  type HeatMetric,
  heatMetrics,
  type PictureTheme,
  pictureThemes,
} from '../../shared/picture/picture';
import type { NodeData } from '../../shared/reports/nodeData';
import { DnnSplitError } from '../../shared/work/errors';
import { addModelOptions, type ModelOptions } from '../terminal/modelOptions';
import { reportJson, warn } from '../terminal/output';
import { plannedSource } from '../terminal/plannedSource';

interface GraphOptions extends ModelOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly theme: PictureTheme;
  readonly metric: HeatMetric;
  readonly part: DrawingPart;
  readonly caption?: string;
  readonly unfolded?: boolean;
  readonly nodeData?: string;
  readonly json?: boolean;
}

/** `dnnsplit graph MODEL|PLAN`: the laid-out graph with its tiers as SVG or PDF. */
export function addGraph(program: Command): void {
  const command = program
    .command('graph')
    .description('Draw the graph of a model with its tiers as SVG or PDF')
    .argument('<model|plan>', 'an .onnx or a .splitplan.json file; - is a model from standard input')
    .requiredOption('-o, --output <file>', 'the .svg or .pdf file to write; - is SVG on standard output')
    .option('--force', 'replace an existing file');
  addModelOptions(command)
    .option('--unfolded', 'draw every copy of a repeated block')
    .addOption(new Option('--theme <theme>', 'colors').choices(pictureThemes).default('light'))
    .addOption(
      new Option('--metric <metric>', 'metric that the dots of the nodes show').choices(heatMetrics).default('time'),
    )
    .addOption(
      new Option('--node-data <file>', 'show the values of a file of node data (Model Explorer) instead').conflicts(
        'metric',
      ),
    )
    .addOption(
      new Option(
        '--part <part>',
        'what to draw: all of the graph, all of it in columns for a page, or what is around the cut',
      )
        .choices(drawingParts)
        .default('whole'),
    )
    .option('--caption <text>', 'a line to write below the picture')
    .option('--json', 'print the size of the picture as JSON')
    .action((source: string, options: GraphOptions) => graph(source, options));
}

async function graph(source: string, options: GraphOptions): Promise<void> {
  const { buildScene } = await import('../../engine/picture/layout/buildScene');
  const { createElkEngine } = await import('../../engine/picture/layout/elkEngine');
  const { createDisplayList } = await import('../../engine/picture/displayList/displayList');
  const { savedTheme } = await import('../../engine/picture/displayList/editorColors');
  const { pdfPicture } = await import('../../engine/picture/pdfPicture');
  const { svgPicture } = await import('../../engine/picture/svgPicture');
  const { sceneOverlay } = await import('../../engine/report/sceneOverlay');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const overwrite = options.force === true;
  if (/\.(png|jpe?g|gif|webp|html?)$/i.test(options.output)) {
    throw new DnnSplitError('bad-usage', say('command.notSvg', { path: options.output }));
  }
  checkOutputFile(options.output, overwrite);
  const { analyzed, costs, plan, inputs } = await plannedSource(source, options);
  const scene = await buildScene(analyzed.graph, { folded: options.unfolded ? [] : null }, createElkEngine());
  const data = options.nodeData === undefined ? undefined : await readNodeData(options.nodeData, analyzed.graph);
  const overlay = sceneOverlay(costs, plan);
  const shown = data === undefined ? { overlay, metric: options.metric } : { overlay, metric: 'data' as const, data };
  const list = createDisplayList(scene, shown);
  const isPdf = options.output.toLowerCase().endsWith('.pdf');
  const draw = isPdf ? pdfPicture : svgPicture;
  const drawn = draw(list, savedTheme(options.theme), options.part, options.caption);
  const content = isPdf ? Buffer.from(drawn, 'latin1') : drawn;
  writeOutputFile(options.output, content, { overwrite, inputs });
  const { width, height, nodes, edges } = scene;
  const facts = { file: options.output, width, height, nodes: nodes.length, edges: edges.length };
  const text = options.json ? reportJson('picture', facts) : visibleText(options.output);
  if (options.json || options.output !== '-') outputBeside(options.output).print(text);
}

/** Values for the nodes of a graph; a warning says what is not about them. */
async function readNodeData(path: string, graph: SplitGraph): Promise<NodeData> {
  const { matchedText, matchNodeData } = await import('../../engine/nodeData/matchNodeData');
  const { readTextFile } = await import('../../files/regularFile');
  const data = matchNodeData(graph, readTextFile(path, 'nodeData'), basename(path));
  if (data.matched < data.values.length || data.unmatched + data.unreadColors > 0) warn([matchedText(data)]);
  return data;
}
