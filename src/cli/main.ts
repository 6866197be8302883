/** `dnnsplit`: the engine from a terminal and in CI. */
import { Command } from 'commander';
import { productVersion } from '../shared/version';
import { addAnalyze } from './commands/analyze';
import { addAnnotate } from './commands/annotate';
import { addCalibrate } from './commands/calibrate';
import { addDeploy } from './commands/deploy';
import { addGraph } from './commands/graph';
import { addPlan } from './commands/plan';
import { addProfile } from './commands/profile';
import { addRun } from './commands/run';
import { addServe } from './commands/serve';
import { addSplit } from './commands/split';
import { addVerify } from './commands/verify';
import { exitCodes, exitCodesHelp } from './terminal/exitCode';
import { endInWords, tellFailure } from './terminal/failures';

const program = new Command('dnnsplit')
  .description('Find where an ONNX model can be cut between device, edge and cloud, and what each cut costs.')
  .version(productVersion)
  .showHelpAfterError('Use --help to list the options.')
  .addHelpText('afterAll', exitCodesHelp)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

const commands = new Map<string, (program: Command) => void | Promise<void>>([
  ['analyze', addAnalyze],
  ['plan', addPlan],
  ['profile', addProfile],
  ['calibrate', addCalibrate],
  ['graph', addGraph],
  ['split', addSplit],
  ['verify', addVerify],
  ['run', addRun],
  ['annotate', addAnnotate],
  ['serve', addServe],
  ['deploy', addDeploy],
]);

/** Runs the command that the arguments name; the others are not needed then, and loading them takes time. */
async function main(): Promise<void> {
  const named = commands.get(process.argv[2] ?? '');
  for (const add of named === undefined ? commands.values() : [named]) await add(program);
  await program.parseAsync();
}

/** What commander and the programs beside this one need; `npm install` only warns. */
const leastNode = 20;

endInWords();
if (Number.parseInt(process.versions.node, 10) < leastNode) {
  process.stderr.write(`dnnsplit: Node.js ${leastNode} or later is required; this is ${process.versions.node}.\n`);
  process.exit(exitCodes.refused);
}
main().catch(tellFailure);
