import * as vscode from 'vscode';

export interface FileToWrite {
  readonly uri: vscode.Uri;
  readonly text: string;
}

/** Scheme of the texts that a comparison shows before they are written. */
const previewScheme = 'dnnsplit-preview';

/** Text of a file; nothing where there is none. */
export async function readText(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}

/** Writes files; asks first where one exists with another content. False when a person decided against it. */
export async function writeFiles(files: readonly FileToWrite[]): Promise<boolean> {
  const present = await Promise.all(files.map(async (file) => ({ ...file, before: await readText(file.uri) })));
  const differing = present.filter(({ before, text }) => before !== undefined && before !== text);
  if (differing.length > 0 && !(await mayOverwrite(differing))) return false;
  for (const { uri, text, before } of present) {
    if (before !== text) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  }
  return true;
}

async function mayOverwrite(files: readonly FileToWrite[]): Promise<boolean> {
  const overwrite = vscode.l10n.t('Overwrite');
  const compare = vscode.l10n.t('Compare');
  const names = files.map(({ uri }) => vscode.workspace.asRelativePath(uri));
  const question =
    files.length === 1
      ? vscode.l10n.t('{0} already exists with different content. Overwrite?', names[0] ?? '')
      : vscode.l10n.t('{0} files already exist with different content. Overwrite?', files.length);
  const options = { modal: true, detail: files.length === 1 ? '' : names.join('\n') };
  const answer = await vscode.window.showWarningMessage(question, options, overwrite, compare);
  if (answer === overwrite) return true;
  if (answer !== compare) return false;
  return await compareThenAsk(files, question, overwrite);
}

/** Shows the differences and asks again beside them, without covering them. */
async function compareThenAsk(files: readonly FileToWrite[], question: string, overwrite: string): Promise<boolean> {
  const previews = new Map(files.map((file) => [file.uri.with({ scheme: previewScheme }).toString(), file]));
  const provider = vscode.workspace.registerTextDocumentContentProvider(previewScheme, {
    provideTextDocumentContent: (uri) => previews.get(uri.toString())?.text,
  });
  try {
    for (const [preview, { uri }] of previews) {
      const title = vscode.l10n.t('{0}: now and new', vscode.workspace.asRelativePath(uri));
      await vscode.commands.executeCommand('vscode.diff', uri, vscode.Uri.parse(preview), title, { preview: false });
    }
    return (await vscode.window.showWarningMessage(question, overwrite, vscode.l10n.t('Keep'))) === overwrite;
  } finally {
    await closeComparisons();
    provider.dispose();
  }
}

async function closeComparisons(): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(
    tabs.filter(({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.scheme === previewScheme),
  );
}

/** Opens a text file in an editor. */
export async function openText(uri: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(uri, { preview: false });
}
