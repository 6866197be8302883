import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AllowedChange, PlanComparison } from '../../app/plan/comparePlans';
import type { PlanDocument } from '../../shared/documents/plan';
import { visibleText } from '../../shared/escape/visible';
import { type Metric, metricEntry, metrics } from '../../shared/vocabulary/metrics';
import { bytesText, listed, threeDigits } from '../../shared/vocabulary/quantities';
import { unlessUnstated } from '../../shared/vocabulary/unstatedText';
import { exitCodes, setExitCode } from '../terminal/exitCode';
import { addModelOptions, checkDimensions, type ModelOptions, modelSettings } from '../terminal/modelOptions';
import { modelNamed } from '../terminal/namedModels';
import { reportJson, standardOutput, warn } from '../terminal/output';
import { planInput } from '../terminal/planInput';
import { streamName } from '../terminal/standardInput';
import { tableText } from '../terminal/table';

interface CompareOptions extends ModelOptions {
  readonly failOn?: AllowedChange;
  readonly json?: boolean;
}

/** `dnnsplit compare OLD NEW`: did a model's best split or its figures get worse? */
export function addCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('Compare two plans, or plan models first, and fail where the new one is worse than allowed')
    .argument('<old>', 'a .splitplan.json or an .onnx file; - is standard input')
    .argument('<new>', 'the same of what it is compared with')
    .addOption(
      new Option(
        '--fail-on <limits>',
        `exit with ${exitCodes.negative} where this is worse, separated by commas: latency=5%, cost=5%, throughput=5%, energy=5%, split`,
      ).argParser(parseLimits),
    );
  addModelOptions(command)
    .option('--json', 'print JSON')
    .action((before: string, after: string, options: CompareOptions) => compare(before, after, options));
}

/** `latency=5%,split`: a metric without a number may not get worse at all. */
export function parseLimits(text: string): AllowedChange {
  const percent = new Map<Metric, number>();
  let split = true;
  for (const part of text.split(',').map((one) => one.trim())) {
    const [name, number = '0'] = part.split('=');
    const metric = metrics.find((one) => one === name);
    const most = /^\d+(\.\d+)?\s*%?$/.test(number.trim()) ? Number.parseFloat(number) : Number.NaN;
    if (part === 'split') split = false;
    else if (metric !== undefined && Number.isFinite(most)) percent.set(metric, most);
    else
      throw new InvalidArgumentError(
        `'${part}' is not split or a metric (${metrics.join(', ')}) with percent, such as latency=5%.`,
      );
  }
  return { percent, split };
}

async function compare(before: string, after: string, options: CompareOptions): Promise<void> {
  const { comparePlans } = await import('../../app/plan/comparePlans');
  const { failOn = { percent: new Map<Metric, number>(), split: true } } = options;
  const [old, now] = [await planOf(before, options), await planOf(after, options)];
  const comparison = comparePlans(old, now, failOn);
  const { failures } = comparison;
  standardOutput.print(
    options.json ? reportJson('comparison', { old: before, new: after, ...comparison }) : comparisonText(comparison),
  );
  setExitCode(failures.length > 0 ? exitCodes.negative : exitCodes.done);
}

/** A plan that is there, or that of a model. @throws DnnSplitError as `readPlanFile`, `analyzeFile` and `planAnalyzed` */
async function planOf(path: string, options: ModelOptions): Promise<PlanDocument> {
  if (path.endsWith('.json')) return planInput(path);
  const model = await modelNamed(path);
  const { parsePlanText } = await import('../../app/plan/planFile');
  if (path === streamName && readFileSync(model.path).subarray(0, 64).toString().trimStart().startsWith('{')) {
    return parsePlanText(readFileSync(model.path, 'utf8'), path);
  }
  const { analyzeAs } = await import('../../app/model/analyzeFile');
  const { planAnalyzed, planText } = await import('../../app/plan/planAnalyzed');
  const settings = await modelSettings(model, options);
  const analyzed = analyzeAs(model.path, settings);
  // One of the two models may well lack a dimension of the other.
  warn(await checkDimensions(analyzed, model.name, settings.bindings));
  const planned = planAnalyzed(analyzed, settings, {}, { skipRegimes: true, quickCertificate: true });
  return parsePlanText(planText(planned, path), path);
}

function comparisonText({ modelChanged, metrics: changes, split, failures }: PlanComparison): string {
  const headline =
    failures.length > 0
      ? failures.map(({ message }) => message).join(' ')
      : `${split.changed ? 'The split has moved' : 'The split is the same'}${changes.some(({ isWorse }) => isWorse) ? ', and the new plan is worse in some figure' : ''}.`;
  const columns = [
    { heading: 'metric' },
    { heading: 'old', numeric: true },
    { heading: 'new', numeric: true },
    { heading: 'change', numeric: true },
  ];
  const rows = changes.map(({ metric, worsePercent, isWorse, ...change }) => [
    metric,
    ...(['old', 'new'] as const).map((side) =>
      unlessUnstated(change, side, metricEntry(metric).shortText(change[side] ?? Number.POSITIVE_INFINITY)),
    ),
    worsePercent === null || worsePercent === 0
      ? isWorse
        ? 'worse'
        : 'same'
      : `${threeDigits(Math.abs(worsePercent))} % ${isWorse ? 'worse' : 'better'}`,
  ]);
  const links = split.links.map(({ from, to, old, new: now, oldBytes, newBytes }) => {
    const crossing = (names: readonly string[], bytes: number) =>
      names.length === 0 ? 'nothing' : `${listed(names)} (${bytesText(bytes)})`;
    const [was, is] = [crossing(old, oldBytes), crossing(now, newBytes)].map(visibleText);
    return `${visibleText(`${from} to ${to}`)}: ${was}${was === is ? '' : `\n  now ${is}`}`;
  });
  return [
    headline,
    tableText(columns, rows),
    links.join('\n'),
    ...(modelChanged ? ['The structure of the model has changed.'] : []),
  ].join('\n\n');
}
