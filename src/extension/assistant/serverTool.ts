import * as vscode from 'vscode';
import { isReadable, seesEditorFiles } from '../../files/editorFiles';
import { type AssistantTool, assistantTools } from '../../shared/assistant/assistantTools';
import type { ServerConnection } from '../client/connection';

/** One tool of assistants, which the server answers. */
export class ServerTool implements vscode.LanguageModelTool<Readonly<Record<string, unknown>>> {
  constructor(
    private readonly tool: AssistantTool,
    private readonly server: ServerConnection,
  ) {}

  prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<
    Readonly<Record<string, unknown>>
  >): vscode.PreparedToolInvocation {
    const { title, writes } = assistantTools[this.tool];
    const invocationMessage = `DNNSplit: ${title}`;
    if (!writes) return { invocationMessage };
    const message = vscode.l10n.t('DNNSplit writes the new file {0}.', JSON.stringify(input['plan'] ?? ''));
    return { invocationMessage, confirmationMessages: { title: vscode.l10n.t('Write a plan?'), message } };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<Readonly<Record<string, unknown>>>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const folders = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
      isReadable(uri) ? [uri.toString()] : [],
    );
    const mayWrite = vscode.workspace.isTrusted && !seesEditorFiles;
    const { text } = await this.server.request(
      'dnnsplit/tool',
      { tool: this.tool, input, rootUris: folders, writableUris: mayWrite ? folders : [] },
      token,
    );
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
  }
}
