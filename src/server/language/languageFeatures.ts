import { type CodeAction, type CodeLens, type Connection, type Hover, TextDocuments } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { DocumentProblem } from '../../shared/documents/parsedDocument';
import type { ModelSnapshot } from '../../shared/requests';
import type { Sessions } from '../sessions/sessions';
import { tryUriToPath } from '../sessions/uris';
import type { Workers } from '../workers/workers';
import type { ClientOptions } from './clientOptions';
import { configActions, planActions } from './codeActions';
import { configLenses, planLenses } from './codeLenses';
import { configProblems, planProblems, profileProblems } from './diagnostics';
import { type DocumentKind, documentKind } from './documentKind';
import { governedModels, isGovernedBy } from './governedModels';
import { configHover, planHover } from './hovers';
import { diagnosticOf } from './places';

/** Typing pauses this long before a document is checked. */
const checkDelayMs = 150;

interface OwnDocument {
  readonly document: TextDocument;
  readonly kind: DocumentKind;
  readonly path: string;
}

/** What the server does on open `dnnsplit.json`, `*.splitplan.json` and `*.profile.json` documents. */
export class LanguageFeatures {
  readonly #documents = new TextDocuments(TextDocument);
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly connection: Connection,
    private readonly sessions: Sessions,
    private readonly workers: Workers,
    private readonly options: () => ClientOptions,
    onConfigSaved: (path: string) => void,
  ) {
    this.#documents.onDidChangeContent(({ document }) => this.#checkSoon(document.uri));
    this.#documents.onDidClose(({ document }) => {
      clearTimeout(this.#timers.get(document.uri));
      this.#timers.delete(document.uri);
      void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    });
    this.#documents.onDidSave(({ document }) => {
      const own = this.#own(document.uri);
      if (own?.kind === 'config' || own?.kind === 'profile') onConfigSaved(own.path);
    });
    connection.onHover(({ textDocument, position }) => this.#hover(textDocument.uri, position));
    connection.onCodeLens(({ textDocument }) => this.#lenses(textDocument.uri));
    connection.onCodeAction(({ textDocument, context }) => {
      const wanted = context.only;
      const actions = this.#actions(textDocument.uri);
      return wanted === undefined ? actions : actions.filter(({ kind }) => wanted.some((only) => isKind(kind, only)));
    });
    this.#documents.listen(connection);
  }

  /** Checks every open document again, because a model, a profile or a plan beside them has changed. */
  checkAll(): void {
    for (const { uri } of this.#documents.all()) this.#checkSoon(uri);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #own(uri: string): OwnDocument | undefined {
    const document = this.#documents.get(uri);
    const path = tryUriToPath(uri);
    const kind = path === undefined ? undefined : documentKind(path);
    return document === undefined || path === undefined || kind === undefined ? undefined : { document, kind, path };
  }

  #checkSoon(uri: string): void {
    clearTimeout(this.#timers.get(uri));
    const check = () => {
      this.#timers.delete(uri);
      void this.#check(uri);
    };
    this.#timers.set(uri, setTimeout(check, checkDelayMs));
  }

  async #check(uri: string): Promise<void> {
    const own = this.#own(uri);
    if (own === undefined) return;
    const { version } = own.document;
    const problems = await this.#problems(own);
    const current = this.#documents.get(uri);
    if (current === undefined || current.version !== version) return;
    const shown = problems.filter(({ inSchema }) => !inSchema || !this.options().editorValidatesSchema);
    const diagnostics = shown.map((problem) => diagnosticOf(current, problem));
    await this.connection.sendDiagnostics({ uri, version, diagnostics });
  }

  async #problems({ document, kind, path }: OwnDocument): Promise<DocumentProblem[]> {
    const text = document.getText();
    switch (kind) {
      case 'config':
        return configProblems(text, path, this.#snapshotsUnder(path));
      case 'profile':
        return profileProblems(text);
      case 'plan': {
        // A plan that cannot be set beside its model has no further findings; opening the model says why.
        const check = () => this.workers.analysis.call('checkPlan', { planPath: path, text }).catch(() => []);
        return planProblems(text, check);
      }
    }
  }

  #snapshotsUnder(configPath: string): ModelSnapshot[] {
    const sessions = this.sessions.below(configPath).filter(({ modelPath }) => isGovernedBy(modelPath, configPath));
    return sessions.map(({ snapshot }) => snapshot);
  }

  #hover(uri: string, position: Parameters<TextDocument['offsetAt']>[0]): Hover | null {
    const own = this.#own(uri);
    if (own === undefined) return null;
    switch (own.kind) {
      case 'config':
        return configHover(own.document, own.path, position);
      case 'plan':
        return planHover(own.document, position);
      case 'profile':
        return null;
    }
  }

  #lenses(uri: string): CodeLens[] {
    const own = this.#own(uri);
    if (own === undefined) return [];
    return this.#allLenses(own, uri).filter(({ command }) => this.#isOffered(command?.command ?? ''));
  }

  #allLenses({ kind, document, path }: OwnDocument, uri: string): CodeLens[] {
    switch (kind) {
      case 'plan':
        return planLenses(document.getText(), uri, path);
      case 'config':
        return configLenses(uri, governedModels(path), this.#snapshotsUnder(path));
      case 'profile':
        return [];
    }
  }

  #actions(uri: string): CodeAction[] {
    const own = this.#own(uri);
    if (own === undefined) return [];
    return allActions(own, uri).filter(({ command }) => this.#isOffered(command?.command ?? ''));
  }

  #isOffered(command: string): boolean {
    return command === '' || this.options().commands.includes(command);
  }
}

function allActions(own: OwnDocument, uri: string): CodeAction[] {
  switch (own.kind) {
    case 'plan':
      return planActions(own.document.getText(), uri, own.path);
    case 'config':
      return configIsSound(own) ? configActions(uri, governedModels(own.path)) : [];
    case 'profile':
      return [];
  }
}

function configIsSound({ document, path }: OwnDocument): boolean {
  return configProblems(document.getText(), path, []).length === 0;
}

/** True when `kind` is `only` or below it. */
function isKind(kind: string | undefined, only: string): boolean {
  return only === '' || kind === only || kind?.startsWith(`${only}.`) === true;
}
