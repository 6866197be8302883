import { type CodeAction, type CodeLens, type Connection, type Hover, TextDocuments } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { governedModels, isGovernedBy } from '../../app/model/governedModels';
import type { Reach } from '../../files/reach';
import type { DocumentProblem } from '../../shared/documents/parsedDocument';
import { say } from '../../shared/messages/say';
import type { ModelSnapshot } from '../../shared/protocol/requests';
import type { Sessions } from '../sessions/sessions';
import { tryUriToPath } from '../sessions/uris';
import type { Workers } from '../workers/workers';
import type { ClientOptions } from './clientOptions';
import { configActions, planActions } from './codeActions';
import { configLenses, planLenses } from './codeLenses';
import { configProblems, planProblems, profileProblems } from './diagnostics';
import { type DocumentKind, documentKind } from './documentKind';
import { configHover, planHover } from './hovers';
import { diagnosticOf } from './places';

/** Typing pauses this long before a document is checked. */
const checkDelayMs = 150;

/** What decides on the answers besides the documents themselves. */
interface Circumstances {
  readonly client: () => ClientOptions;
  /** How far the names in documents may lead. */
  readonly reach: () => Reach;
}
/** Characters beyond which a document is not looked at while it is edited: it would hold up everything else. */
const longestEdited = 2_000_000;

interface OwnDocument {
  readonly document: TextDocument;
  readonly kind: DocumentKind;
  readonly path: string;
}

/** What the server does on open `dnnsplit.json`, `*.splitplan.json` and `*.profile.json` documents. */
export class LanguageFeatures {
  readonly #documents = new TextDocuments(TextDocument);
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Versions of documents that could not be dealt with, by URI; another version is looked at again. */
  readonly #setAside = new Map<string, number>();

  constructor(
    private readonly connection: Connection,
    private readonly sessions: Sessions,
    private readonly workers: Workers,
    private readonly circumstances: Circumstances,
    onConfigSaved: (path: string) => void,
    private readonly log: (level: 'error', text: string) => void,
  ) {
    this.#documents.onDidChangeContent(({ document }) => this.#checkSoon(document.uri));
    this.#documents.onDidClose(({ document }) => {
      clearTimeout(this.#timers.get(document.uri));
      this.#timers.delete(document.uri);
      this.#setAside.delete(document.uri);
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

  get #reach(): Reach {
    return this.circumstances.reach();
  }

  #own(uri: string): OwnDocument | undefined {
    const document = this.#documents.get(uri);
    // A client may send anything.
    if (document === undefined || typeof document.getText() !== 'string') return undefined;
    const path = tryUriToPath(uri);
    const kind = path === undefined ? undefined : documentKind(path);
    return path === undefined || kind === undefined ? undefined : { document, kind, path };
  }

  /** A document that hovers, lenses and actions may look at. */
  #readable(uri: string): OwnDocument | undefined {
    const own = this.#own(uri);
    if (own === undefined || own.document.getText().length > longestEdited) return undefined;
    return this.#setAside.get(uri) === own.document.version ? undefined : own;
  }

  #checkSoon(uri: string): void {
    clearTimeout(this.#timers.get(uri));
    const check = () => {
      this.#timers.delete(uri);
      this.#check(uri).catch((thrown: unknown) => this.log('error', `Checking ${uri}: ${detailOf(thrown)}`));
    };
    this.#timers.set(uri, setTimeout(check, checkDelayMs));
  }

  async #check(uri: string): Promise<void> {
    const own = this.#own(uri);
    if (own === undefined) return;
    const { version } = own.document;
    const problems = await this.#problemsOrWhyNot(own);
    const current = this.#documents.get(uri);
    if (current === undefined || current.version !== version) return;
    const shown = problems.filter(({ inSchema }) => !inSchema || !this.circumstances.client().editorValidatesSchema);
    const diagnostics = shown.map((problem) => diagnosticOf(current, problem));
    await this.connection.sendDiagnostics({ uri, version, diagnostics });
  }

  /** Whatever goes wrong with a document is told at its beginning, and it is set aside until it changes. */
  async #problemsOrWhyNot(own: OwnDocument): Promise<DocumentProblem[]> {
    const { document } = own;
    const text = document.getText();
    if (text.length > longestEdited) {
      return [wholeDocument(say('problem.tooLong', { millions: longestEdited / 1e6 }).text)];
    }
    try {
      return await this.#problems(own);
    } catch (thrown) {
      this.#setAside.set(document.uri, document.version);
      this.log('error', `${own.path}: ${detailOf(thrown)}`);
      return [wholeDocument(say('problem.notChecked', {}).text)];
    }
  }

  async #problems({ document, kind, path }: OwnDocument): Promise<DocumentProblem[]> {
    const text = document.getText();
    switch (kind) {
      case 'config':
        return configProblems(text, path, this.#reach, this.#snapshotsUnder(path));
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
    const own = this.#readable(uri);
    if (own === undefined) return null;
    switch (own.kind) {
      case 'config':
        return configHover(own.document, position);
      case 'plan':
        return planHover(own.document, position);
      case 'profile':
        return null;
    }
  }

  #lenses(uri: string): CodeLens[] {
    const own = this.#readable(uri);
    if (own === undefined) return [];
    return this.#allLenses(own, uri).filter(({ command }) => this.#isOffered(command?.command ?? ''));
  }

  #allLenses({ kind, document, path }: OwnDocument, uri: string): CodeLens[] {
    switch (kind) {
      case 'plan':
        return planLenses(document.getText(), uri, path, this.#reach);
      case 'config':
        return configLenses(uri, governedModels(path), this.#snapshotsUnder(path));
      case 'profile':
        return [];
    }
  }

  #actions(uri: string): CodeAction[] {
    const own = this.#readable(uri);
    if (own === undefined) return [];
    return allActions(own, uri, this.#reach).filter(({ command }) => this.#isOffered(command?.command ?? ''));
  }

  #isOffered(command: string): boolean {
    return command === '' || this.circumstances.client().commands.includes(command);
  }
}

function allActions(own: OwnDocument, uri: string, reach: Reach): CodeAction[] {
  switch (own.kind) {
    case 'plan':
      return planActions(own.document.getText(), uri, own.path, reach);
    case 'config':
      return configIsSound(own, reach) ? configActions(uri, governedModels(own.path)) : [];
    case 'profile':
      return [];
  }
}

function wholeDocument(message: string): DocumentProblem {
  return { message, severity: 'warning', offset: 0, length: 1, line: 0, column: 0, inSchema: false };
}

function detailOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

function configIsSound({ document, path }: OwnDocument, reach: Reach): boolean {
  return configProblems(document.getText(), path, reach, []).length === 0;
}

/** True when `kind` is `only` or below it. */
function isKind(kind: string | undefined, only: string): boolean {
  return only === '' || kind === only || kind?.startsWith(`${only}.`) === true;
}
