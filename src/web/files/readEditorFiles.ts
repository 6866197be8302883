import * as vscode from 'vscode';
import { uriOfPath } from './editorPaths';
import { type Entry, mostFileBytes, type Want } from './entry';

/** Files up to this size come along with their status: they are read anyway. */
const smallBytes = 1024 * 1024;

/** What there is at paths of the editor's, by its own file systems; whatever cannot be read is not there. */
export function readEditorFiles(wants: readonly Want[]): Promise<Entry[]> {
  return Promise.all(wants.map(readEntry));
}

async function readEntry({ path, content }: Want): Promise<Entry> {
  try {
    const uri = vscode.Uri.parse(uriOfPath(path) ?? '', true);
    const { type, size, mtime } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) {
      return { path, kind: 'folder', ...(content && { names: await namesIn(uri) }) };
    }
    const file = { path, kind: 'file', size, mtimeMs: mtime } as const;
    if (size > mostFileBytes || (!content && size > smallBytes)) return file;
    const bytes = Uint8Array.from(await vscode.workspace.fs.readFile(uri));
    return { ...file, size: bytes.length, bytes };
  } catch {
    return { path, kind: 'none' };
  }
}

async function namesIn(uri: vscode.Uri): Promise<(readonly [string, 'file' | 'folder'])[]> {
  const entries = await vscode.workspace.fs.readDirectory(uri);
  return entries.map(([name, type]) => [name, (type & vscode.FileType.Directory) !== 0 ? 'folder' : 'file']);
}
