import * as vscode from 'vscode';
import type { ErrorData } from '../../shared/errors';
import { readableSentence } from './paths';

/** The same error with a sentence that names its file as the workspace does; doing it twice changes nothing. */
export function readableError(error: ErrorData): ErrorData {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  return { ...error, message: readableSentence(error, folders) };
}
