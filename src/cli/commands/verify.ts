import { join } from 'node:path';
import type { Command } from 'commander';
import { visibleText } from '../../shared/escape/visible';
import { counted, threeDigits } from '../../shared/quantities';
import type { VerificationReport } from '../../shared/verification';
import { parseCount, runtimeFolderOption } from '../terminal/arguments';
import { interruptSignal } from '../terminal/canceling';
import { setExitCode } from '../terminal/exitCode';
import { jsonText, type Output, standardOutput } from '../terminal/output';
import { tableText } from '../terminal/table';
import { usableSplit } from './exportedSplit';

interface VerifyOptions {
  readonly runs: number;
  readonly seed: number;
  readonly runtimeFolder?: string;
  readonly json?: boolean;
}

/** `dnnsplit verify PLAN|DIR`: do the sub-models answer as the whole model does? */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'Run the unsplit model and its sub-models on random inputs and compare the outputs (needs ONNX Runtime)',
    )
    .argument('<plan|folder>', 'a .splitplan.json file, or a folder that dnnsplit split wrote')
    .option('-r, --runs <number>', 'number of random inputs', parseCount, 3)
    .option('--seed <number>', 'seed of the random inputs', parseCount, 1)
    .addOption(runtimeFolderOption())
    .option('--json', 'print JSON')
    .action((target: string, options: VerifyOptions) => verify(target, options, standardOutput));
}

async function verify(
  target: string,
  { runs, seed, runtimeFolder, json }: VerifyOptions,
  output: Output,
): Promise<void> {
  const { runVerification, splitPartFiles } = await import('../../app/verifySplit');
  const { requireUnchanged } = await import('../../files/fileIdentity');
  const split = await usableSplit(target);
  try {
    const files = [...split.sources(), ...splitPartFiles(split)];
    const report = await runVerification(
      {
        modelPath: split.modelPath,
        contractPaths: [...split.contractPaths],
        dimensions: split.plan.dimensions,
        runs,
        seed,
        ...(runtimeFolder !== undefined && { runtimeFolder }),
      },
      { program: join(__dirname, 'relay.js'), signal: interruptSignal() },
    );
    requireUnchanged(files);
    output.print(json ? jsonText(report) : verificationText(report));
    setExitCode(report.identical ? 0 : 1);
  } finally {
    split.remove();
  }
}

function verificationText({ model, tiers, wire, runs, runtime, identical, outputs }: VerificationReport): string {
  const verdict = identical
    ? `Outputs of the sub-models of ${model} are bit-identical to the unsplit model`
    : `Outputs of the sub-models of ${model} differ from the unsplit model`;
  const encoded = wire.filter((dtype) => dtype !== 'original');
  const columns = [
    { heading: 'output' },
    { heading: 'type' },
    { heading: 'elements', numeric: true },
    { heading: 'differing', numeric: true },
    { heading: 'largest difference', numeric: true },
    { heading: 'relative', numeric: true },
  ];
  const rows = outputs.map((one) => [
    one.name,
    one.dtype,
    String(one.elements),
    String(one.differingElements),
    one.largestAbsolute === null ? '-' : threeDigits(one.largestAbsolute),
    one.largestRelative === null ? '-' : threeDigits(one.largestRelative),
  ]);
  return [
    `${visibleText(verdict)}: ${counted(runs, 'random input')} over ${visibleText(tiers.join(', '))}, ${visibleText(runtime)}.`,
    ...(encoded.length > 0 ? [`Tensors are sent as ${wire.join(', ')}, which rounds their values.`] : []),
    '',
    tableText(columns, rows),
  ].join('\n');
}
