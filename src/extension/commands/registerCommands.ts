import * as vscode from 'vscode';
import { DisposableStore, type Releasable } from '../window/disposables';
import { analyze, closeModel, openGraph } from './analyze';
import { bindDimension, keepTried, openConfig } from './config';
import type { Command, CommandContext } from './context';
import { exportPlan } from './exportPlan';
import { generate } from './generate';
import { compareWith, copyNodeName, liftPin, revealInTree, toggleFold } from './graphMenu';
import { cutHere, pinToTier, resetOverrides, selectObjective, selectStrategy, takeBack } from './knobs';
import { copyTensorNames, revealInGraph, searchNodes } from './navigate';
import { planAgain } from './planAgain';
import { comparePlans, openPlanPreview } from './planPreview';
import { report } from './report';
import { split } from './split';
import { verifyDeployment, verifySplit } from './verifySplit';

/** Every command of the extension, by its id in the manifest without `dnnsplit.`. */
const commands: Readonly<Record<string, Command>> = {
  analyze,
  exportPlan,
  openGraph,
  openConfig,
  openSample: async (context) => (await import('./openSample')).openSample(context),
  savePicture: async (context, argument) => (await import('./savePicture')).savePicture(context, argument),
  report,
  selectObjective,
  selectStrategy,
  cutHere,
  pinToTier,
  liftPin,
  toggleFold,
  copyNodeName,
  compareWith,
  revealInTree,
  takeBack,
  keepTried,
  resetOverrides,
  bindDimension,
  revealInGraph,
  copyTensorNames,
  searchNodes,
  generate,
  split,
  verifySplit,
  verifyDeployment,
  runLocally: async (context, argument) => (await import('./runLocally')).runLocally(context, argument),
  planAgain,
  openPlanPreview,
  comparePlans,
  closeModel,
  showLog: ({ log }) => log.show(),
  restartServer: ({ server }) => server.restart(),
};

/** Registers the commands; a failure of one is told in one sentence. */
export function registerCommands(context: CommandContext): Releasable {
  const registered = new DisposableStore();
  for (const [name, command] of Object.entries(commands)) {
    const run = (argument: unknown, selected: unknown) =>
      context.notifier.attempt(async () => await command(context, argument, selected));
    registered.add(vscode.commands.registerCommand(`dnnsplit.${name}`, run));
  }
  return registered;
}
