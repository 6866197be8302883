import * as vscode from 'vscode';
import type { GraphPageParts } from './page';

/** Reads what the page of the graph runs and how it looks. @param dist folder of the product's programs */
export async function readPageFiles(dist: vscode.Uri): Promise<Pick<GraphPageParts, 'script' | 'style'>> {
  const read = async (name: string) =>
    new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(dist, name)));
  const [script, style] = await Promise.all([read('webview.js'), read('webview.css')]);
  return { script, style };
}
