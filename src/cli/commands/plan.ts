import { type Command, Option } from 'commander';
import type { ModelSettings } from '../../app/model/configuredModel';
import type { PlannedModel } from '../../app/plan/planAnalyzed';
import type { PlanningResult } from '../../engine/planning/planModel';
import { say } from '../../shared/messages/say';
import type { TraceReport } from '../../shared/reports/bandwidthReports';
import type { PlanReport } from '../../shared/reports/reports';
import type { Session } from '../../shared/vocabulary/session';
import { DnnSplitError } from '../../shared/work/errors';
import { parseBandwidths, parseCount, parseSeconds, parseSession, parseSweep, type Sweep } from '../terminal/arguments';
import { shownWhereLong } from '../terminal/canceling';
import { type Answered, eachModel } from '../terminal/eachModel';
import {
  addModelOptions,
  checkDimensions,
  type ModelOptions,
  modelSettings,
  shownPath,
} from '../terminal/modelOptions';
import { modelsArgument, type NamedModel } from '../terminal/namedModels';
import { addOverrideOptions, type OverrideOptions, overridesOf } from '../terminal/overrideOptions';
import { streamName } from '../terminal/standardInput';
import { addTraceOptions, type TraceOptions, traceAsked } from '../terminal/traceOptions';

interface PlanOptions extends ModelOptions, OverrideOptions, TraceOptions {
  readonly fromModel?: boolean;
  readonly output?: string;
  readonly force?: boolean;
  readonly compare?: boolean;
  readonly sweep?: Sweep;
  readonly top?: number;
  readonly deadline?: number;
  readonly session?: Session;
  readonly follow?: readonly number[];
  readonly regions?: boolean;
  readonly pareto?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit plan MODEL`: the best placement of a model, its proof, and what it is compared with. */
export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .description('Find the best placement of a model on the tiers and prove how good it is')
    .argument('<models...>', modelsArgument);
  addOverrideOptions(addModelOptions(command))
    .addOption(
      new Option(
        '--from-model',
        'take the plan that the model states: pipeline stages (ONNX IR 11) or layers (ONNX Runtime)',
      ).conflicts(['strategy', 'cut', 'cutAt', 'placement']),
    )
    .option('-o, --output <file>', 'write the plan document to a file; - is standard output')
    .option('--force', 'replace an existing file')
    .option('--compare', 'compare with the other strategies')
    .addOption(
      new Option(
        '--sweep <link=0,from=0.1,to=1000>',
        'list the bandwidths in Mbit/s at which the best plan changes',
      ).argParser(parseSweep),
    )
    .option(
      '--top <number>',
      'list this many of the best split points, or of the best plans with --strategy exhaustive',
      parseCount,
    )
    .option(
      '--follow <mbps,mbps,...>',
      'show how a running system reacts to these bandwidths of the swept link, in turn',
      parseBandwidths,
    )
    .option(
      '--session <prefill=512,generate=128>',
      'plan a model with state for a session: tokens that are given, then tokens made one by one',
      parseSession,
    )
    .option(
      '--deadline <seconds>',
      'how long to look for a proof, 0 for as long as it takes (default: 2, and 0 with --strategy exact)',
      parseSeconds,
    );
  addTraceOptions(command, 'compare ways to follow a bandwidth trace of the swept link')
    .option('--regions', 'map the best plans over the bandwidths of the first two links')
    .option('--pareto', 'list the Pareto-optimal plans')
    .option('--json', 'print JSON')
    .action((models: string[], options: PlanOptions) => plan(models, options));
}

/** Bandwidths that `--regions` covers, in Mbit/s. */
const mapped = { fromMbps: 0.1, toMbps: 10_000 } as const;

async function plan(names: readonly string[], options: PlanOptions): Promise<void> {
  const { checkOutputFile, outputBeside } = await import('../terminal/writeFiles');
  const { output, force, json } = options;
  if (output !== undefined) {
    if (names.length !== 1) throw new DnnSplitError('bad-usage', say('command.oneModel', {}));
    if (names[0] === streamName) throw new DnnSplitError('bad-usage', say('command.streamHasNoFile', {}));
    checkOutputFile(output, force === true);
  }
  await eachModel(names, { json, output: outputBeside(output) }, (model) => planOne(model, options));
}

async function planOne(model: NamedModel, options: PlanOptions): Promise<Answered> {
  const { analyzeAs } = await import('../../app/model/analyzeFile');
  const { planAnalyzed } = await import('../../app/plan/planAnalyzed');
  const { followedReports, planReport } = await import('../../engine/report/planReport');
  const configured = await modelSettings(model, options);
  const settings = options.session === undefined ? configured : { ...configured, session: options.session };
  const analyzed = analyzeAs(model.path, settings);
  if (options.session !== undefined && analyzed.state.length === 0) {
    throw new DnnSplitError('bad-usage', say('command.noState', { model: model.name }));
  }
  const warnings = await checkDimensions(analyzed, model.name, settings.bindings, options.bind);
  const overrides = await overridesOf(analyzed, settings, options);
  const stated =
    options.fromModel && (await import('../../app/plan/statedPlan')).statedPlacement(analyzed, settings.config.tiers);
  const wanted = { ...overrides, ...(stated && { placement: stated }) };
  const asked = {
    compare: options.compare === true,
    pareto: options.pareto === true,
    ...(options.top !== undefined && { top: options.top }),
    ...(options.deadline !== undefined && { deadlineMs: options.deadline * 1e3 }),
    ...(options.regions && { regions: { ...mapped, links: [0, 1] as const } }),
  };
  const planned = shownWhereLong((work) => planAnalyzed(analyzed, settings, wanted, asked, work));
  if (options.regions && planned.result.regionMap === undefined) {
    throw new DnnSplitError('bad-usage', say('command.regions', {}));
  }
  const link = options.sweep?.link ?? 0;
  const report = {
    ...swept(planReport(planned.result, planned.analyzed), options.sweep),
    ...(await traced(planned.result, link, options)),
    ...(options.follow && { followed: followedReports(planned.result, link, options.follow) }),
  };
  if (options.output !== undefined) await writePlan(planned, options.output, options.force === true);
  const { uncarriedCrossings } = await import('../../app/split/uncarriedCrossings');
  const uncarried = uncarriedCrossings(analyzed, report.links);
  const findings = (report.profiles ?? []).flatMap(({ finding }) => (finding === undefined ? [] : [finding]));
  const config = shownPath(settings.configPath);
  return {
    report: { format: 'dnnsplit.plan', formatVersion: 1, model: { path: model.name }, config, ...report },
    text: async () => {
      const { planReportText } = await import('../terminal/planText');
      return planReportText(report, analyzed.graph, { ...options, config: await configLine(config, settings) });
    },
    warnings: [...warnings, ...findings, ...uncarried],
  };
}

async function writePlan(planned: PlannedModel, path: string, overwrite: boolean): Promise<void> {
  const { modelFiles, settingsFiles } = await import('../../app/model/inputFiles');
  const { planText } = await import('../../app/plan/planAnalyzed');
  const { writeOutputFile } = await import('../terminal/writeFiles');
  const inputs = [...modelFiles(planned.analyzed), ...settingsFiles(planned.settings)];
  writeOutputFile(path, planText(planned, path), { overwrite, inputs });
}

/** Which configuration the plan is for, and what it says. */
async function configLine(path: string | null, { config }: ModelSettings): Promise<string> {
  const { tiersText } = await import('../../app/plan/chosenTiers');
  return `${path ?? 'built-in'}: ${tiersText(config)}`;
}

/** What requests over a bandwidth trace would take. @throws DnnSplitError `bad-usage`, `file-system` */
async function traced(
  result: PlanningResult,
  link: number,
  options: PlanOptions,
): Promise<{ readonly trace?: TraceReport }> {
  const asked = await traceAsked(options);
  if (asked === undefined) return {};
  const { traceReport } = await import('../../engine/report/traceReport');
  if (result.regimes[link] === undefined) throw new DnnSplitError('bad-usage', say('policy.link', { link }));
  const { trace, ...settings } = asked;
  return { trace: traceReport(result, link, trace, settings) };
}

/** The report with the regimes of the link and the range that a sweep asks for. */
function swept(report: PlanReport, sweep: Sweep | undefined): PlanReport {
  if (sweep === undefined) return report;
  const regimes = report.linkRegimes[sweep.link];
  if (regimes === undefined) {
    const last = report.linkRegimes.length - 1;
    throw new DnnSplitError(
      'bad-usage',
      last < 0
        ? say('command.nothingToSweep', {})
        : say(last === 0 ? 'command.sweepOnly' : 'command.sweepUnknown', { link: sweep.link, last }),
    );
  }
  const inRange = regimes.filter(
    ({ fromMbps, toMbps }) => fromMbps < sweep.toMbps && (toMbps === null || toMbps > sweep.fromMbps),
  );
  const clipped = inRange.map((regime) => ({
    ...regime,
    fromMbps: Math.max(regime.fromMbps, sweep.fromMbps),
    toMbps: Math.min(regime.toMbps ?? sweep.toMbps, sweep.toMbps),
  }));
  return { ...report, regimes: clipped };
}
