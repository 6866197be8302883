import * as vscode from 'vscode';

/** Scheme of reports that are only shown: nothing of them has to be saved. */
const shownScheme = 'dnnsplit-verification';

/** Shows a text that cannot be changed, so that its editor closes without a question. */
export async function showReadOnly(name: string, text: string): Promise<void> {
  // Every report has an address of its own, so that an editor never shows an older one.
  const uri = vscode.Uri.from({ scheme: shownScheme, path: `/${name}`, query: String(Date.now()) });
  const provider = vscode.workspace.registerTextDocumentContentProvider(shownScheme, {
    provideTextDocumentContent: () => text,
  });
  try {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  } finally {
    provider.dispose();
  }
}
