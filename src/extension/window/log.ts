import * as vscode from 'vscode';

/** Creates the one log of the extension; its level is VS Code's own (Developer: Set Log Level). */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('DNNSplit', { log: true });
}
