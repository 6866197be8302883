import { basename } from 'node:path';
import type { CodeAction, Command } from 'vscode-languageserver/node';
import { modelIfThere } from '../../app/plan/planFile';
import type { Reach } from '../../files/reach';
import { parsePlan } from '../../shared/documents/parsePlan';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { clientCommands } from '../../shared/protocol/requests';
import { type DeploymentTarget, deploymentTargets, targetEntry, targetTable } from '../../shared/vocabulary/targets';
import { pathToUri } from '../sessions/uris';

/** Kinds of the server's actions; editors list them by these. */
export const codeActionKinds = {
  generate: 'dnnsplit.generate',
  plan: 'dnnsplit.plan',
  split: 'dnnsplit.split',
} as const;

/** Models that actions on a configuration are offered for, beyond which the list would bury the rest of the menu. */
const mostModels = 5;

const usualTargets = deploymentTargets.filter((target) => targetEntry(target).isUsual);

/** Actions on a plan document; none while it is broken or its model is not there. */
export function planActions(text: string, uri: string, path: string, reach: Reach): CodeAction[] {
  const { document } = parsePlan(text);
  if (document === undefined) return [];
  const model = modelIfThere(document, path, reach);
  if (model === undefined) return [];
  return [
    ...deployActions(uri),
    splitAction(say('action.verify', {}).text, clientCommands.verifySplit, uri),
    planAgainAction(uri),
  ];
}

/** Actions on a configuration, for the models that it applies to; several models get the most used ones alone. */
export function configActions(uri: string, modelPaths: readonly string[]): CodeAction[] {
  const [only, ...others] = modelPaths;
  if (only === undefined) return [];
  if (others.length === 0) return [...deployActions(pathToUri(only)), planAgainAction(uri)];
  const several = modelPaths.slice(0, mostModels).flatMap((path) => {
    const model = visibleText(basename(path));
    return [
      ...usualTargets.map((target) => generateAction(target, pathToUri(path), model)),
      splitAction(say('action.splitFor', { model }).text, clientCommands.split, pathToUri(path)),
    ];
  });
  return [...several, planAgainAction(uri)];
}

/** All that makes files to run from a plan or a model. */
function deployActions(sourceUri: string): CodeAction[] {
  return [
    ...deploymentTargets.map((target) => generateAction(target, sourceUri)),
    splitAction(say('action.split', {}).text, clientCommands.split, sourceUri),
  ];
}

function generateAction(target: DeploymentTarget, sourceUri: string, model?: string): CodeAction {
  const { label } = targetTable[target];
  const { text: title } =
    model === undefined
      ? say('action.generate', { target: label })
      : say('action.generateFor', { target: label, model });
  const command: Command = {
    title,
    command: clientCommands.generate,
    arguments: [{ sourceUri, target }],
  };
  return { title, kind: codeActionKinds.generate, command };
}

function splitAction(title: string, command: string, sourceUri: string): CodeAction {
  return { title, kind: codeActionKinds.split, command: { title, command, arguments: [{ sourceUri }] } };
}

function planAgainAction(sourceUri: string): CodeAction {
  const title = say('action.planAgain', {}).text;
  return {
    title,
    kind: codeActionKinds.plan,
    command: { title, command: clientCommands.planAgain, arguments: [sourceUri] },
  };
}
