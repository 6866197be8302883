import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { type HandoverFormat, handoverFormats } from '../../shared/protocol/handoverFormats';
import { conditionsOf, decidesPlan } from '../../shared/protocol/overrides';
import { DnnSplitError } from '../../shared/work/errors';
import { addModelOptions, checkDimensions, type ModelOptions, modelSettings } from '../terminal/modelOptions';
import { modelNamed } from '../terminal/namedModels';
import { warn } from '../terminal/output';
import { addOverrideOptions, type OverrideOptions, overrideOptions, overridesOf } from '../terminal/overrideOptions';

interface ReportOptions extends ModelOptions, OverrideOptions {
  readonly output: string;
  readonly format?: HandoverFormat;
  readonly force?: boolean;
}

/** `dnnsplit report MODEL -o FILE`: the plan with its reasons, alternatives and sources, to hand to a colleague. */
export function addReport(program: Command): void {
  const command = program
    .command('report')
    .description('Write a report of the plan to hand over, as HTML or Markdown')
    .argument('<model>', 'an .onnx file, or a .splitplan.json to report as it stands; - is a model from standard input')
    .requiredOption('-o, --output <file>', 'the .html or .md file to write; - is standard output')
    .addOption(new Option('--format <format>', 'instead of what the ending of the file says').choices(handoverFormats))
    .option('--force', 'replace an existing file');
  addOverrideOptions(addModelOptions(command)).action((source: string, options: ReportOptions) =>
    report(source, options),
  );
}

async function report(source: string, options: ReportOptions): Promise<void> {
  if (source.endsWith('.json')) return reportDocument(source, options);
  const { analyzeAs } = await import('../../app/model/analyzeFile');
  const { handoverOf } = await import('../../app/plan/handoverFile');
  const { handoverText } = await import('../../app/plan/handoverText');
  const { modelFiles, settingsFiles } = await import('../../app/model/inputFiles');
  const { planAnalyzed } = await import('../../app/plan/planAnalyzed');
  const { buildScene } = await import('../../engine/picture/layout/buildScene');
  const { createElkEngine } = await import('../../engine/picture/layout/elkEngine');
  const { sceneOverlay } = await import('../../engine/report/sceneOverlay');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const format = formatOf(options);
  const overwrite = options.force === true;
  checkOutputFile(options.output, overwrite);
  const model = await modelNamed(source);
  const settings = await modelSettings(model, options);
  const analyzed = analyzeAs(model.path, settings);
  warn(await checkDimensions(analyzed, model.name, settings.bindings, options.bind));
  const overrides = await overridesOf(analyzed, settings, options);
  const planned = planAnalyzed(analyzed, settings, overrides, { compare: true });
  const recommended = decidesPlan(overrides)
    ? planAnalyzed(analyzed, settings, conditionsOf(overrides), { skipRegimes: true })
    : undefined;
  const { result } = planned;
  const scene = await buildScene(analyzed.graph, { folded: null }, createElkEngine());
  const content = handoverText(
    handoverOf(planned, overrides, recommended),
    format,
    scene,
    sceneOverlay(result.costs, result.plan),
  );
  const inputs = [...modelFiles(analyzed), ...settingsFiles(settings)];
  writeOutputFile(options.output, content, { overwrite, inputs });
  if (options.output !== '-') outputBeside(options.output).print(visibleText(options.output));
}

/** The report of a plan document by itself: nothing is planned anew, and its model need not be there. */
async function reportDocument(path: string, options: ReportOptions): Promise<void> {
  const { documentText } = await import('../../app/plan/handoverText');
  const { fileIdentities } = await import('../../files/fileIdentity');
  const { planInput } = await import('../terminal/planInput');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const planning = (['config', 'bind', 'tiers', ...overrideOptions] as const).find(
    (name) => options[name] !== undefined,
  );
  if (planning !== undefined) {
    const option = planning === 'cutAt' ? 'cut-at' : planning;
    throw new DnnSplitError('bad-usage', say('command.reportPlans', { option }));
  }
  const format = formatOf(options);
  const overwrite = options.force === true;
  checkOutputFile(options.output, overwrite);
  const content = documentText(await planInput(path), format);
  writeOutputFile(options.output, content, { overwrite, inputs: fileIdentities([path]) });
  if (options.output !== '-') outputBeside(options.output).print(visibleText(options.output));
}

/** @throws DnnSplitError `bad-usage` where neither the option nor the ending of the file says it */
function formatOf({ format, output }: ReportOptions): HandoverFormat {
  const ending = extname(output).toLowerCase();
  if (format !== undefined) return format;
  if (ending === '.html' || ending === '.htm') return 'html';
  if (ending === '.md') return 'md';
  throw new DnnSplitError('bad-usage', say('command.reportFormat', { file: output }));
}
