import * as vscode from 'vscode';
import type { WriteRule } from '../../files/writeTarget';
import { notificationText } from '../../shared/escape/workbench';
import type { ModelEntry } from '../model/modelStore';

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

/** What a person has been asked about files that are to be written. */
export type Consent = 'nothing-in-the-way' | 'overwrite' | 'keep';

/**
 * Asks where a file exists with another content.
 * @param model what the files are made from, which none of them may replace
 * @throws DnnSplitError `file-system` where something is in the way that is never replaced
 */
export async function askToWrite(files: readonly FileToWrite[], model: ModelEntry | undefined): Promise<Consent> {
  const { writeTarget } = await import('../../files/writeTarget');
  const rule = await ruleFor(model, true);
  for (const { uri } of files) if (uri.scheme === 'file') writeTarget(uri.fsPath, rule);
  const present = await Promise.all(files.map(async (file) => ({ ...file, before: await readText(file.uri) })));
  const differing = present.filter(({ before, text }) => before !== undefined && before !== text);
  if (differing.length === 0) return 'nothing-in-the-way';
  return (await mayOverwrite(differing)) ? 'overwrite' : 'keep';
}

/**
 * Writes a file as a whole or not at all.
 * @throws DnnSplitError `file-exists` unless it may be replaced, `file-system`
 */
export async function writeWhole(
  uri: vscode.Uri,
  content: string | Uint8Array,
  { model, overwrite }: { readonly model: ModelEntry | undefined; readonly overwrite: boolean },
): Promise<void> {
  if (uri.scheme === 'file') {
    const { writeFileAtomically } = await import('../../files/atomicFile');
    writeFileAtomically(uri.fsPath, content, await ruleFor(model, overwrite));
    return;
  }
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await vscode.workspace.fs.writeFile(uri, bytes);
}

/** Loaded with the first file that is written, so that activation costs nothing more. */
async function ruleFor(model: ModelEntry | undefined, overwrite: boolean): Promise<WriteRule> {
  const { fileIdentities } = await import('../../files/fileIdentity');
  const uris = model === undefined ? [] : [model.modelUri, model.snapshot?.configUri];
  const paths = uris.flatMap((uri) => (uri === undefined ? [] : [vscode.Uri.parse(uri, true).fsPath]));
  return { overwrite, inputs: fileIdentities(paths) };
}

/** Asks where a file exists, whatever it holds. */
export async function mayReplace(uri: vscode.Uri): Promise<boolean> {
  const isThere = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (!isThere) return true;
  const overwrite = vscode.l10n.t('Overwrite');
  const question = vscode.l10n.t('{0} already exists. Overwrite?', vscode.workspace.asRelativePath(uri));
  return (await vscode.window.showWarningMessage(question, { modal: true }, overwrite)) === overwrite;
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
  const answer = await vscode.window.showWarningMessage(notificationText(question), options, overwrite, compare);
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
    return (
      (await vscode.window.showWarningMessage(notificationText(question), overwrite, vscode.l10n.t('Keep'))) ===
      overwrite
    );
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
