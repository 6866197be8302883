/** `dnnsplit`: the engine from a terminal and in CI. */
import { Command } from 'commander';
import { productVersion } from '../shared/version';
import { addAnalyze } from './commands/analyze';
import { addAnnotate } from './commands/annotate';
import { addCalibrate } from './commands/calibrate';
import { addCompare } from './commands/compare';
import { addCompletion } from './commands/completion';
import { addDeploy } from './commands/deploy';
import { addGraph } from './commands/graph';
import { addLsp } from './commands/lsp';
import { addMcp } from './commands/mcp';
import { addMeasure } from './commands/measure';
import { addNodeData } from './commands/nodeData';
import { addPlan } from './commands/plan';
import { addPresets } from './commands/presets';
import { addProfile } from './commands/profile';
import { addPush } from './commands/push';
import { addReport } from './commands/report';
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
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'dnnsplit: ')) })
  .addHelpText('afterAll', exitCodesHelp)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

const commands = new Map<string, (program: Command) => void | Promise<void>>([
  ['analyze', addAnalyze],
  ['plan', addPlan],
  ['compare', addCompare],
  ['presets', addPresets],
  ['profile', addProfile],
  ['measure', addMeasure],
  ['calibrate', addCalibrate],
  ['graph', addGraph],
  ['node-data', addNodeData],
  ['report', addReport],
  ['split', addSplit],
  ['verify', addVerify],
  ['run', addRun],
  ['annotate', addAnnotate],
  ['serve', addServe],
  ['deploy', addDeploy],
  ['push', addPush],
  ['lsp', addLsp],
  ['mcp', addMcp],
  ['completion', (program) => addCompletion(program, addOthers)],
]);

/** Adds the commands besides the one that the arguments name. */
async function addOthers(): Promise<void> {
  for (const [name, add] of commands) if (name !== process.argv[2]) await add(program);
}

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
