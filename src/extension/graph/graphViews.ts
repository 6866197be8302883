import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import { DisposableStore, type Releasable } from '../window/disposables';
import { baseName } from '../window/paths';
import { requestError } from '../window/requestErrors';
import { GraphSession } from './graphSession';
import type { GraphSurroundings } from './graphSurroundings';
import { graphPage } from './page';
import { readPageFiles } from './pageFiles';
import type { PanelMemory } from './panelMemory';
import { parseMessage } from './parseMessage';

export const graphEditorType = 'dnnsplit.graph';
const graphPanelType = 'dnnsplit.graphPanel';

/** Until then the workbench makes room for a page: one that is written with its picture shows it soonest. */
const writtenAfterMs = 400;

/** One graph on the screen. */
export interface ShownGraph {
  readonly panel: vscode.WebviewPanel;
  readonly modelUri: string;
  readonly session: GraphSession;
}

/**
 * Every graph on the screen: as an editor of an `.onnx` file, as a panel that a command opened, or as one that the
 * workbench brings back after a restart. All three are the same page and session.
 */
export class GraphViews implements Releasable, vscode.CustomReadonlyEditorProvider, vscode.WebviewPanelSerializer {
  readonly #disposables = new DisposableStore();
  readonly #shown = new Set<ShownGraph>();
  #pageFiles: ReturnType<typeof readPageFiles> | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly panels: PanelMemory,
    private readonly surroundings: GraphSurroundings,
    private readonly activate: (modelUri: string) => void,
  ) {
    this.#disposables.add(
      vscode.window.registerCustomEditorProvider(graphEditorType, this, { supportsMultipleEditorsPerDocument: true }),
    );
    this.#disposables.add(vscode.window.registerWebviewPanelSerializer(graphPanelType, this));
  }

  /** How many graphs are open. */
  get count(): number {
    return this.#shown.size;
  }

  /** Shows the graph of a model: the one that is open, or a new panel. */
  show(modelUri: vscode.Uri, column: vscode.ViewColumn, preserveFocus = false): void {
    const open = [...this.#shown].find((graph) => graph.modelUri === modelUri.toString());
    if (open) {
      open.panel.reveal(undefined, preserveFocus);
      return;
    }
    const title = this.panels.remember(modelUri.toString());
    const panel = vscode.window.createWebviewPanel(graphPanelType, title, { viewColumn: column, preserveFocus });
    this.#attach(panel, modelUri);
  }

  /** A graph of a model whose page is up, the active one first. */
  visible(modelUri: string): ShownGraph | undefined {
    const shown = [...this.#shown].filter((graph) => graph.modelUri === modelUri && graph.panel.visible);
    return shown.find(({ panel }) => panel.active) ?? shown[0];
  }

  /** Closes the graphs of a model. */
  close(modelUri: string): void {
    for (const graph of [...this.#shown]) if (graph.modelUri === modelUri) graph.panel.dispose();
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    this.#attach(panel, document.uri);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    const modelUri = this.panels.modelOf(panel.title);
    if (modelUri === undefined) panel.dispose();
    else this.#attach(panel, vscode.Uri.parse(modelUri, true));
  }

  dispose(): void {
    for (const { panel } of [...this.#shown]) panel.dispose();
    this.#disposables.dispose();
  }

  #attach(panel: vscode.WebviewPanel, uri: vscode.Uri): void {
    const modelUri = uri.toString();
    const { webview } = panel;
    const media = vscode.Uri.joinPath(this.extensionUri, 'media');
    const parts = new DisposableStore();
    const session = parts.add(
      new GraphSession(modelUri, baseName(uri.path), this.surroundings, (message) => void webview.postMessage(message)),
    );
    const graph: ShownGraph = { panel, modelUri, session };
    parts.add(
      webview.onDidReceiveMessage((raw: unknown) => {
        const message = parseMessage(raw);
        if (message) session.receive(message);
        else this.surroundings.log('The graph page sent a message that is not one.');
      }),
    );
    parts.add(
      panel.onDidChangeViewState(() => {
        if (panel.active) this.activate(modelUri);
      }),
    );
    panel.onDidDispose(() => {
      this.#shown.delete(graph);
      this.#disposables.release(parts);
      // Nobody sees any more what is followed.
      if (![...this.#shown].some((other) => other.modelUri === modelUri)) this.surroundings.live.stop(modelUri);
    });
    this.#disposables.add(parts);
    this.#shown.add(graph);
    panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'graph-light.svg'),
      dark: vscode.Uri.joinPath(media, 'graph-dark.svg'),
    };
    webview.options = { enableScripts: true, localResourceRoots: [] };
    void this.#fillPage(graph);
    this.activate(modelUri);
  }

  /** Reads what every page of a graph is made of, which takes longest where the workbench has other things to do. */
  readAhead(): void {
    this.#files().catch(() => {
      this.#pageFiles = undefined;
    });
  }

  #files(): ReturnType<typeof readPageFiles> {
    this.#pageFiles ??= readPageFiles(vscode.Uri.joinPath(this.extensionUri, 'dist'));
    return this.#pageFiles;
  }

  async #fillPage(graph: ShownGraph): Promise<void> {
    try {
      const files = await this.#files();
      await Promise.race([graph.session.pictured, setTimeout(writtenAfterMs)]);
      if (!this.#shown.has(graph)) return;
      graph.panel.webview.html = graphPage({
        ...files,
        nonce: randomBytes(16).toString('base64url'),
        language: vscode.env.language,
        start: graph.session.startPage(),
        stage: vscode.l10n.t('Opening the model…'),
      });
    } catch (thrown) {
      this.#pageFiles = undefined;
      this.surroundings.report(requestError(thrown));
    }
  }
}
