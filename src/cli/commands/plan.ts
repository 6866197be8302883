import { type Command, Option } from 'commander';
import type { TraceGoal } from '../../engine/planning/bandwidths/traceChoices';
import type { PlanningResult } from '../../engine/planning/planModel';
import { type AnswerPlace, answerPlaces } from '../../shared/answers';
import { DnnSplitError } from '../../shared/errors';
import { say } from '../../shared/messages/say';
import { metrics } from '../../shared/metrics';
import type { PlanReport, TraceReport } from '../../shared/reports';
import { namedStrategies } from '../../shared/strategies';
import {
  parseBandwidths,
  parseBindings,
  parseCount,
  parseNonNegative,
  parsePositive,
  parseSeconds,
  parseSweep,
  type Sweep,
} from '../terminal/arguments';
import { jsonText } from '../terminal/output';

interface PlanOptions {
  readonly config?: string;
  readonly bind?: Readonly<Record<string, number>>;
  readonly objective?: string;
  readonly strategy?: string;
  readonly answer?: AnswerPlace;
  readonly fromModel?: boolean;
  readonly output?: string;
  readonly force?: boolean;
  readonly compare?: boolean;
  readonly sweep?: Sweep;
  readonly top?: number;
  readonly deadline?: number;
  readonly follow?: readonly number[];
  readonly trace?: string;
  readonly traceScale: number;
  readonly every: number;
  readonly switchMs: number;
  readonly late?: number;
  readonly least: TraceGoal;
  readonly regions?: boolean;
  readonly pareto?: boolean;
  readonly json?: boolean;
}

/** `dnnsplit plan MODEL`: the best placement of a model, its proof, and what it is compared with. */
export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('Find the best placement of a model on the tiers and prove how good it is')
    .argument('<model>', 'an .onnx file')
    .option('-c, --config <file>', 'dnnsplit.json to use (default: the nearest one above the model)')
    .option('-b, --bind <name=number>', 'bind a symbolic dimension (repeatable)', parseBindings)
    .option('--objective <objective>', `${metrics.join(', ')}, or weights as JSON`)
    .option('--strategy <strategy>', `search strategy: ${namedStrategies.join(', ')}, single:<tier>`)
    .addOption(
      new Option(
        '--answer <place>',
        'where outputs are wanted: returned to the first tier, or stays where it is made',
      ).choices(answerPlaces),
    )
    .addOption(
      new Option(
        '--from-model',
        'take the plan that the model states: pipeline stages (ONNX IR 11) or layers (ONNX Runtime)',
      ).conflicts('strategy'),
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
      '--deadline <seconds>',
      'how long to look for a proof, 0 for as long as it takes (default: 2, and 0 with --strategy exact)',
      parseSeconds,
    )
    .option(
      '--trace <file>',
      'compare ways to follow a bandwidth trace of the swept link, a CSV file with the line seconds,mbps',
    )
    .option('--trace-scale <factor>', 'with --trace: multiply its bandwidths', parsePositive, 1)
    .option('--every <seconds>', 'with --trace: time between two requests', parsePositive, 1)
    .option(
      '--switch-ms <number>',
      'with --trace: how much longer a request takes that changes the cut',
      parseNonNegative,
      0,
    )
    .option('--late <ms>', 'with --trace: answers later than this are missed', parsePositive)
    .addOption(
      new Option('--least <figure>', 'with --trace: what to keep least')
        .choices(['mean', 'p95', 'missed'])
        .default('mean'),
    )
    .option('--regions', 'map the best plans over the bandwidths of the first two links')
    .option('--pareto', 'list the Pareto-optimal plans')
    .option('--json', 'print JSON')
    .action((model: string, options: PlanOptions) => plan(model, options));
}

/** Bandwidths that `--regions` covers, in Mbit/s. */
const mapped = { fromMbps: 0.1, toMbps: 10_000 } as const;

async function plan(model: string, options: PlanOptions): Promise<void> {
  const { analyzeFile } = await import('../../app/analyzeFile');
  const { configOf, settingsOf } = await import('../../app/configuredModel');
  const { planAnalyzed, planText } = await import('../../app/planAnalyzed');
  const { followedReports, planReport } = await import('../../engine/report/planReport');
  const { checkOutputFile, outputBeside, writeOutputFile } = await import('../terminal/writeFiles');
  const overwrite = options.force === true;
  if (options.output !== undefined) checkOutputFile(options.output, overwrite);
  const loaded = settingsOf(model, configOf(model, options.config));
  const settings = { ...loaded, bindings: { ...loaded.bindings, ...options.bind } };
  const overrides = {
    ...(options.objective !== undefined && { objective: options.objective }),
    ...(options.strategy !== undefined && { strategy: options.strategy }),
    ...(options.answer !== undefined && { answer: options.answer }),
  };
  const analyzed = analyzeFile(model, settings.bindings);
  const stated =
    options.fromModel && (await import('../../app/statedPlan')).statedPlacement(analyzed, settings.config.tiers);
  const wanted = { ...overrides, ...(stated && { placement: stated }) };
  const planned = planAnalyzed(analyzed, settings, wanted, {
    compare: options.compare === true,
    pareto: options.pareto === true,
    ...(options.top !== undefined && { top: options.top }),
    ...(options.deadline !== undefined && { deadlineMs: options.deadline * 1e3 }),
    ...(options.regions && { regions: { ...mapped, links: [0, 1] as const } }),
  });
  if (options.regions && planned.result.regionMap === undefined) {
    throw new DnnSplitError('bad-usage', say('command.regions', {}));
  }
  const link = options.sweep?.link ?? 0;
  const report = {
    ...swept(planReport(planned.result, planned.analyzed), options.sweep),
    ...(options.trace !== undefined && { trace: await traced(planned.result, link, options.trace, options) }),
    ...(options.follow && { followed: followedReports(planned.result, link, options.follow) }),
  };
  if (options.output !== undefined) {
    const { modelFiles, settingsFiles } = await import('../../app/inputFiles');
    const inputs = [...modelFiles(planned.analyzed), ...settingsFiles(settings)];
    writeOutputFile(options.output, planText(planned, options.output), { overwrite, inputs });
  }
  const output = outputBeside(options.output);
  if (options.json) {
    output.print(jsonText(report));
    return;
  }
  const { planReportText } = await import('../terminal/planText');
  output.print(planReportText(report, planned.analyzed.graph, options));
}

/** What requests over a bandwidth trace would take. @throws DnnSplitError `bad-usage`, `file-system` */
async function traced(result: PlanningResult, link: number, path: string, options: PlanOptions): Promise<TraceReport> {
  const { parseTrace } = await import('../../engine/planning/bandwidths/trace');
  const { traceReport } = await import('../../engine/report/traceReport');
  const { readTextFile } = await import('../../files/regularFile');
  if (result.regimes[link] === undefined) throw new DnnSplitError('bad-usage', say('policy.link', { link }));
  if (options.least === 'missed' && options.late === undefined)
    throw new DnnSplitError('bad-usage', say('command.late', {}));
  return traceReport(result, parseTrace(readTextFile(path, 'bandwidths'), options.traceScale), {
    link,
    goal: options.least,
    everyS: options.every,
    switchMs: options.switchMs,
    lateMs: options.late,
  });
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
