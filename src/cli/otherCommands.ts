import type { Command } from 'commander';
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

/** Adds a command to the program. */
export type AddCommand = (program: Command) => void | Promise<void>;

/**
 * The commands besides `analyze`, in the order of the help. They stand apart because most need what reads
 * configurations and plans, which takes longer to load than a small model takes to analyze.
 * @param addMissing adds all commands that a program does not have yet
 */
export function otherCommands(addMissing: () => Promise<void>): ReadonlyMap<string, AddCommand> {
  return new Map<string, AddCommand>([
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
    ['completion', (program) => addCompletion(program, addMissing)],
  ]);
}
