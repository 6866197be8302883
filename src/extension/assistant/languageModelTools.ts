import * as vscode from 'vscode';
import { assistantToolNames, contributedName } from '../../shared/assistant/assistantTools';
import type { ServerConnection } from '../client/connection';
import { DisposableStore, type Releasable } from '../window/disposables';

type Input = Readonly<Record<string, unknown>>;

/**
 * The tools of assistants in the editor: the same as those of `dnnsplit mcp`, over the folders of the workspace. What writes
 * asks a person first, and is refused where the workspace is not trusted. What answers is loaded with the first question.
 */
export function registerLanguageModelTools(server: ServerConnection): Releasable {
  const registered = new DisposableStore();
  for (const name of assistantToolNames) {
    const load = async () => new (await import('./serverTool')).ServerTool(name, server);
    const tool: vscode.LanguageModelTool<Input> = {
      prepareInvocation: async (options) => (await load()).prepareInvocation(options),
      invoke: async (options, token) => (await load()).invoke(options, token),
    };
    registered.add(vscode.lm.registerTool(contributedName(name), tool));
  }
  return registered;
}
