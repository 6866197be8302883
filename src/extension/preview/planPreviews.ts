import * as vscode from 'vscode';
import { escapeXml } from '../../shared/escape/markup';
import type { NamedText } from '../../shared/protocol/requests';
import type { ServerConnection } from '../client/connection';
import { DisposableStore, type Releasable } from '../window/disposables';
import { baseName } from '../window/paths';
import { requestError } from '../window/requestErrors';

export const planPreviewType = 'dnnsplit.planPreview';
const planDiffType = 'dnnsplit.planDiff';

/** Typing draws the page again once it rests for this long. */
const quietMs = 250;

/**
 * Plan documents as pages to read: a read-only editor beside the text, as Markdown has one, and what one plan does otherwise
 * than another. The pages run no script and follow the documents as they are edited.
 */
export class PlanPreviews implements Releasable, vscode.CustomTextEditorProvider {
  readonly #disposables = new DisposableStore();

  constructor(private readonly connection: ServerConnection) {
    this.#disposables.add(
      vscode.window.registerCustomEditorProvider(planPreviewType, this, { supportsMultipleEditorsPerDocument: true }),
    );
  }

  resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel): void {
    this.#attach(panel, document);
  }

  /** Shows what a plan does otherwise than an older one. */
  async compare(older: vscode.Uri, plan: vscode.Uri): Promise<void> {
    const documents = [await vscode.workspace.openTextDocument(older), await vscode.workspace.openTextDocument(plan)];
    const [before, after] = documents;
    if (before === undefined || after === undefined) return;
    const title = vscode.l10n.t('{0} and {1}', baseName(older.path), baseName(plan.path));
    this.#attach(vscode.window.createWebviewPanel(planDiffType, title, vscode.ViewColumn.Active), after, before);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #attach(panel: vscode.WebviewPanel, plan: vscode.TextDocument, older?: vscode.TextDocument): void {
    const parts = new DisposableStore();
    let newest = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = async () => {
      const mine = ++newest;
      const html = await this.#page(plan, older);
      if (mine === newest) panel.webview.html = html;
    };
    parts.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document !== plan && document !== older) return;
        clearTimeout(timer);
        timer = setTimeout(() => void draw(), quietMs);
      }),
    );
    panel.onDidDispose(() => {
      clearTimeout(timer);
      newest++;
      this.#disposables.release(parts);
    });
    this.#disposables.add(parts);
    panel.webview.options = { enableScripts: false, localResourceRoots: [] };
    void draw();
  }

  /** The page, or a sentence in its place where the text is no plan. */
  async #page(plan: vscode.TextDocument, older: vscode.TextDocument | undefined): Promise<string> {
    try {
      const params = { plan: namedText(plan), ...(older && { older: namedText(older) }) };
      return (await this.connection.request('dnnsplit/planPage', params)).html;
    } catch (thrown) {
      return failurePage(requestError(thrown).message);
    }
  }
}

function namedText(document: vscode.TextDocument): NamedText {
  return { name: baseName(document.uri.path), text: document.getText() };
}

function failurePage(sentence: string): string {
  return `<!DOCTYPE html>
<html lang="${escapeXml(vscode.env.language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>DNNSplit</title>
</head>
<body><p role="alert">${escapeXml(sentence)}</p></body>
</html>
`;
}
