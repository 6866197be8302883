import type { Command } from 'commander';
import type { SplitReport } from '../../app/split/deploySplit';
import { shellWord } from '../../shared/escape/shell';
import { visibleText } from '../../shared/escape/visible';
import { bytesText } from '../../shared/vocabulary/quantities';
import { adaptiveOption } from '../terminal/arguments';
import { terminalWork } from '../terminal/canceling';
import { type Output, reportJson, standardOutput } from '../terminal/output';
import { planInput } from '../terminal/planInput';
import { tableText } from '../terminal/table';
import { addTraceOptions, policyTrace, policyTraceText, type TraceOptions } from '../terminal/traceOptions';

interface SplitCommandOptions extends TraceOptions {
  readonly output: string;
  readonly keep?: readonly string[];
  readonly force?: boolean;
  readonly adaptive?: readonly number[];
  readonly json?: boolean;
}

/** `dnnsplit split PLAN`: the sub-model and the contract of every tier. */
export function addSplit(program: Command): void {
  const command = program
    .command('split')
    .description('Write the sub-model and the contract of every tier of a plan')
    .argument('<plan>', 'a .splitplan.json file; - is standard input')
    .requiredOption('-o, --output <folder>', 'folder to write to, with a folder per tier')
    .option(
      '--keep <tensor>',
      'answer this inner tensor too (repeatable)',
      (tensor: string, kept: readonly string[] = []) => [...kept, tensor],
    )
    .option('--force', 'replace the files of an earlier split')
    .addOption(adaptiveOption());
  addTraceOptions(command, policyTraceText)
    .option('--json', 'print JSON')
    .action((plan: string, options: SplitCommandOptions) => split(plan, options, standardOutput));
}

async function split(planPath: string, options: SplitCommandOptions, output: Output): Promise<void> {
  const { checkOutputFolder } = await import('../terminal/writeFiles');
  checkOutputFolder(options.output);
  const work = terminalWork();
  const { keep, adaptive: adaptiveLinks } = options;
  const trace = await policyTrace(options, adaptiveLinks);
  const plan = await planInput(planPath);
  // The thread begins while the rest is loaded.
  const { startHashThread } = await import('../../app/split/hashInThread');
  const hashThread = startHashThread(plan.model.weightBytes);
  const { prepareSplit, splitSteps } = await import('../../app/split/deploySplit');
  const { takeStepsApart } = await import('../../app/tasks/steps');
  const prepared = prepareSplit(plan, planPath, { keep, adaptiveLinks, trace, hashThread }, work);
  const target = { directory: options.output, overwrite: options.force === true };
  const report = await takeStepsApart(splitSteps(prepared, target, work));
  output.print(options.json ? reportJson('split', report) : splitText(report));
}

function splitText({ directory, tiers, duplicatedWeightBytes, boundDimensions, notices = [] }: SplitReport): string {
  const isAdaptive = tiers.some(({ blocks }) => blocks !== undefined);
  const rows = tiers.map(({ tier, folder, modelPath, modelBytes, dataBytes, blocks = 0, cuts = 0 }) => [
    tier,
    folder,
    ...(isAdaptive ? [String(cuts), String(blocks)] : []),
    modelPath === null ? 'passes tensors on' : bytesText(modelBytes),
    dataBytes === 0 ? '' : bytesText(dataBytes),
  ]);
  const columns = [
    { heading: 'tier' },
    { heading: 'folder' },
    ...(isAdaptive
      ? [
          { heading: 'cuts', numeric: true },
          { heading: 'blocks', numeric: true },
        ]
      : []),
    { heading: isAdaptive ? 'sub-models' : 'sub-model', numeric: true },
    { heading: 'data file', numeric: true },
  ];
  const notes = [
    ...(duplicatedWeightBytes > 0 ? [`Weights stored more than once: ${bytesText(duplicatedWeightBytes)}.`] : []),
    ...(boundDimensions ? ['The sub-models accept only the dimensions bound in the plan.'] : []),
    ...notices.map(visibleText),
    `Verify them with: dnnsplit verify ${visibleText(shellWord(directory))}`,
  ];
  return `${tableText(columns, rows)}\n\n${notes.join('\n')}`;
}
