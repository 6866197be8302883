/** `dnnsplit`: the engine from a terminal and in CI. Exit code 0: done, 1: a negative finding, 2: bad use or unreadable input. */
import { Command, CommanderError } from 'commander';
import { DnnSplitError, toErrorData } from '../shared/errors';
import { visibleText } from '../shared/escape/visible';
import { productVersion } from '../shared/version';
import { addAnalyze } from './commands/analyze';
import { addDeploy } from './commands/deploy';
import { addGraph } from './commands/graph';
import { addPlan } from './commands/plan';
import { addProfile } from './commands/profile';
import { addRun } from './commands/run';
import { addServe } from './commands/serve';
import { addSplit } from './commands/split';
import { addVerify } from './commands/verify';
import { setExitCode } from './terminal/exitCode';

const program = new Command('dnnsplit')
  .description('Finds where an ONNX model can be cut between device, edge and cloud, and what each cut costs.')
  .version(productVersion)
  .showHelpAfterError('Run with --help for the options.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

/** Commander has printed its own message; everything else is one sentence on standard error. */
function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  process.stderr.write(`dnnsplit: ${visibleText(toErrorData(thrown).message)}\n`);
  return DnnSplitError.is(thrown, 'infeasible') ? 1 : 2;
}

const commands = new Map<string, (program: Command) => void | Promise<void>>([
  ['analyze', addAnalyze],
  ['plan', addPlan],
  ['profile', addProfile],
  ['graph', addGraph],
  ['split', addSplit],
  ['verify', addVerify],
  ['run', addRun],
  ['serve', addServe],
  ['deploy', addDeploy],
]);

/** Runs the command that the arguments name; the others are not needed then, and loading them takes time. */
async function main(): Promise<void> {
  const named = commands.get(process.argv[2] ?? '');
  for (const add of named === undefined ? commands.values() : [named]) await add(program);
  await program.parseAsync();
}

main().catch((thrown: unknown) => setExitCode(exitCodeOf(thrown)));
