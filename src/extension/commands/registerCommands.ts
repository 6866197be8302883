import * as vscode from 'vscode';
import { DisposableStore, type Releasable } from '../window/disposables';
import { analyze, closeModel, openGraph } from './analyze';
import { type Command, type CommandContext, requireModel } from './context';
import { exportPlan } from './exportPlan';
import { compareWith, copyNodeName, liftPin, openBody, revealInTree, toggleFold } from './graphMenu';
import { cutHere, pinToTier, resetOverrides, selectObjective, selectStrategy, takeBack } from './knobs';
import { copyTensorNames, revealInGraph, searchNodes } from './navigate';
import { planAgain } from './planAgain';
import { comparePlans, openPlanPreview } from './planPreview';

/** A command that is loaded when it is run for the first time: activation reads none of it. */
function later(load: () => Promise<Command>): Command {
  return async (context, argument, selected) => (await load())(context, argument, selected);
}

/** Every command of the extension, by its id in the manifest without `dnnsplit.`. */
const commands: Readonly<Record<string, Command>> = {
  analyze,
  exportPlan,
  openGraph,
  openConfig: later(async () => (await import('./config')).openConfig),
  openSample: later(async () => (await import('./openSample')).openSample),
  savePicture: later(async () => (await import('./savePicture')).savePicture),
  report: later(async () => (await import('./report')).report),
  showNodeData: later(async () => (await import('./nodeData')).showNodeData),
  exportNodeData: later(async () => (await import('./nodeData')).exportNodeData),
  selectObjective,
  selectStrategy,
  cutHere,
  pinToTier,
  liftPin,
  toggleFold,
  openBody,
  copyNodeName,
  copyCommand: later(async () => (await import('./copyCommand')).copyCommand),
  compareWith,
  revealInTree,
  takeBack,
  keepTried: later(async () => (await import('./config')).keepTried),
  resetOverrides,
  bindDimension: later(async () => (await import('./config')).bindDimension),
  revealInGraph,
  copyTensorNames,
  searchNodes,
  generate: later(async () => (await import('./generate')).generate),
  split: later(async () => (await import('./split')).split),
  verifySplit: later(async () => (await import('./verifySplit')).verifySplit),
  verifyDeployment: later(async () => (await import('./verifySplit')).verifyDeployment),
  runLocally: later(async () => (await import('./runLocally')).runLocally),
  followRelay: later(async () => (await import('./followRelay')).followRelay),
  stopFollowing: ({ live, models }, argument) => live.stop(requireModel({ models }, argument).modelUri),
  profileModel: later(async () => (await import('./measure')).profileModel),
  measureLinks: later(async () => (await import('./measure')).measureLinks),
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
