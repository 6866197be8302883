import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readTextFile } from '../../files/regularFile';
import { sizesOfPlan } from '../../shared/documents/plan';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import type { RunningDeployment, VerificationReport } from '../../shared/reports/verification';
import { counted, threeDigits } from '../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../shared/work/errors';
import { parseCount, runtimeFolderOption } from '../terminal/arguments';
import { interruptSignal } from '../terminal/canceling';
import { setExitCode } from '../terminal/exitCode';
import { type Output, reportJson, standardOutput } from '../terminal/output';
import { tableText } from '../terminal/table';
import { usableSplit } from './exportedSplit';

interface VerifyOptions {
  readonly runs: number;
  readonly seed: number;
  readonly tolerance?: number;
  readonly serving?: boolean;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly runtimeFolder?: string;
  readonly json?: boolean;
}

/** `dnnsplit verify PLAN|DIR`: do the sub-models, or a deployment of them that runs, answer as the whole model does? */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'Run the unsplit model and its sub-models on random inputs and compare the outputs (needs ONNX Runtime)',
    )
    .argument('<plan|folder>', 'a .splitplan.json file, or a folder that dnnsplit split wrote')
    .option('-r, --runs <number>', 'number of random inputs', parseCount, 3)
    .option('--seed <number>', 'seed of the random inputs', parseCount, 1)
    .option(
      '--tolerance <number>',
      'largest allowed difference of an element, absolute plus relative; for links that round',
      parseTolerance,
    )
    .option('--serving', 'run the sub-models as they are served: optimized, on all processors')
    .addOption(
      new Option(
        '--url <url>',
        'ask the running deployment whose first tier is here, instead of running the sub-models',
      ).conflicts('serving'),
    )
    .option('--token-file <file>', 'with --url: token that the deployment wants')
    .option('--ca <file>', 'with --url: certificates to trust (PEM)')
    .addOption(runtimeFolderOption())
    .option('--json', 'print JSON')
    .action((target: string, options: VerifyOptions) => verify(target, options, standardOutput));
}

function parseTolerance(text: string): number {
  const tolerance = Number(text);
  if (text.trim() !== '' && Number.isFinite(tolerance) && tolerance >= 0) return tolerance;
  throw new InvalidArgumentError('It must be a number from 0 upwards, such as 0.01.');
}

async function verify(target: string, options: VerifyOptions, output: Output): Promise<void> {
  const { runs, seed, tolerance, serving, runtimeFolder, json } = options;
  const deployment = runningDeployment(options);
  const { inputRangesOf } = await import('../../app/split/splitInputs');
  const { runVerification, splitPartFiles } = await import('../../app/split/verifySplit');
  const { requireUnchanged } = await import('../../files/fileIdentity');
  const split = await usableSplit(target);
  try {
    const files = [...split.sources(), ...splitPartFiles(split)];
    const report = await runVerification(
      {
        modelPath: split.modelPath,
        contractPaths: [...split.contractPaths],
        dimensions: sizesOfPlan(split.plan),
        ranges: inputRangesOf(split),
        runs,
        seed,
        ...(tolerance !== undefined && { tolerance }),
        ...(serving !== undefined && { serving }),
        ...(deployment !== undefined && { deployment }),
        ...(runtimeFolder !== undefined && { runtimeFolder }),
      },
      { program: join(__dirname, 'relay.js'), signal: interruptSignal() },
    );
    requireUnchanged(files);
    output.print(json ? reportJson('verification', report) : verificationText(report));
    setExitCode(report.identical || report.withinTolerance === true ? 0 : 1);
  } finally {
    split.remove();
  }
}

/** @throws DnnSplitError `bad-usage` for what belongs to an address alone, `file-system` for a file that is not there */
function runningDeployment({ url, tokenFile, ca }: VerifyOptions): RunningDeployment | undefined {
  if (url === undefined) {
    if (tokenFile === undefined && ca === undefined) return undefined;
    throw new DnnSplitError('bad-usage', say('verify.needsUrl', {}));
  }
  return {
    url,
    ...(tokenFile !== undefined && { token: readTextFile(tokenFile, 'token').trim() }),
    ...(ca !== undefined && { certificateAuthority: readTextFile(ca, 'certificate') }),
  };
}

function verificationText(report: VerificationReport): string {
  const { tiers, wire, runs, steps, runtime, optimization, tolerance, outputs, cuts, deployment } = report;
  const encoded = wire.some((dtype) => dtype !== 'original');
  const columns = [
    { heading: 'output' },
    { heading: 'type' },
    { heading: 'elements', numeric: true },
    { heading: 'differing', numeric: true },
    ...(tolerance === undefined ? [] : [{ heading: 'beyond tolerance', numeric: true }]),
    { heading: 'largest difference', numeric: true },
    { heading: 'relative', numeric: true },
    { heading: 'cosine', numeric: true },
    { heading: 'same top one', numeric: true },
  ];
  const figure = (value: number | null | undefined) =>
    value === null || value === undefined ? '-' : threeDigits(value);
  const rows = outputs.map((one) => [
    one.name,
    one.dtype,
    String(one.elements),
    String(one.differingElements),
    ...(tolerance === undefined ? [] : [String(one.beyondTolerance ?? 0)]),
    figure(one.largestAbsolute),
    figure(one.largestRelative),
    typeof one.cosine === 'number' ? one.cosine.toFixed(6) : '-',
    typeof one.topOneAgreement === 'number' ? `${(100 * one.topOneAgreement).toFixed(1)} %` : '-',
  ]);
  const tried =
    steps === undefined
      ? counted(runs, 'random input')
      : `${counted(runs, 'random session')} with ${counted(steps, 'request')}`;
  const isRounded = encoded || optimization === 'all';
  const over = tiers.length === 0 ? '' : ` over ${visibleText(tiers.join(', '))}`;
  return [
    `${visibleText(verdictOf(report))}: ${tried}${cuts === undefined ? '' : `, each on ${counted(cuts, 'cut')},`}${over}, ${visibleText(runtime)}.`,
    ...(deployment?.sameExport === false
      ? [
          'The deployment serves another export of the model than this plan makes. Deploy the plan again, or verify the plan that was deployed.',
        ]
      : []),
    ...(encoded ? [`Tensors are sent as ${wire.join(', ')}, which rounds their values.`] : []),
    ...(optimization === 'all'
      ? ['The sub-models ran optimized, as they are served; the unsplit model ran without optimization.']
      : []),
    ...(deployment !== undefined && !report.identical
      ? [
          'The unsplit model ran without optimization. Relays optimize their sub-models unless they are started with --exact, which changes the last digits.',
        ]
      : []),
    ...((isRounded || deployment !== undefined) && tolerance === undefined && !report.identical
      ? ['Use --tolerance to allow small differences, for example --tolerance 0.01.']
      : []),
    '',
    tableText(columns, rows),
  ].join('\n');
}

function verdictOf({ model, identical, tolerance, withinTolerance, deployment }: VerificationReport): string {
  const [outputs, whole] =
    deployment === undefined
      ? [`Outputs of the sub-models of ${model}`, 'the unsplit model']
      : [`Answers of ${deployment.url}`, `the unsplit model ${model}`];
  if (identical) return `${outputs} are bit-identical to ${whole}`;
  if (withinTolerance === true) return `${outputs} equal those of ${whole} within a tolerance of ${tolerance}`;
  return `${outputs} differ from ${whole}`;
}
