import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { CodeAction, Command } from 'vscode-languageserver/node';
import { parsePlan } from '../../protocol/documents/parsePlan';
import { clientCommands } from '../../protocol/requests';
import { pathToUri } from '../sessions/uris';

/** Kinds of the server's actions; editors list them by these. */
export const codeActionKinds = { generate: 'dnnsplit.generate', plan: 'dnnsplit.plan' } as const;

/** Models that actions on a configuration are offered for, beyond which the list would bury the rest of the menu. */
const mostModels = 5;

/** Actions on a plan document; none while it is broken, and no new plan without its model. */
export function planActions(text: string, uri: string, path: string): CodeAction[] {
  const { document } = parsePlan(text);
  if (document === undefined) return [];
  const model = resolve(dirname(path), document.model.file);
  return [generateAction('Generate Docker Compose', uri), ...(existsSync(model) ? [planAgainAction(uri)] : [])];
}

/** Actions on a configuration, for the models that it applies to. */
export function configActions(uri: string, modelPaths: readonly string[]): CodeAction[] {
  if (modelPaths.length === 0) return [];
  const generate = modelPaths.slice(0, mostModels).map((path) => {
    const suffix = modelPaths.length === 1 ? '' : ` for ${basename(path)}`;
    return generateAction(`Generate Docker Compose${suffix}`, pathToUri(path));
  });
  return [...generate, planAgainAction(uri)];
}

function generateAction(title: string, sourceUri: string): CodeAction {
  const command: Command = {
    title,
    command: clientCommands.generate,
    arguments: [{ sourceUri, target: 'compose' }],
  };
  return { title, kind: codeActionKinds.generate, command };
}

function planAgainAction(sourceUri: string): CodeAction {
  const title = 'Plan Again';
  return {
    title,
    kind: codeActionKinds.plan,
    command: { title, command: clientCommands.planAgain, arguments: [sourceUri] },
  };
}
