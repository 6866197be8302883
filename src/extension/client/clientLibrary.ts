/** What is used of the library of the language client: a module of its own, so that it is loaded with the first request. */
export { CloseAction, ErrorAction, LanguageClient, State, TransportKind } from 'vscode-languageclient/node';
