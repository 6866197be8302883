import { pathOfUri } from '../files/editorPaths';

/** Paths of the files that a message of the language server protocol says have changed; none in any other message. */
export function changedPaths(message: unknown): string[] {
  if (!isRecord(message) || message['method'] !== 'workspace/didChangeWatchedFiles') return [];
  const { params } = message;
  if (!isRecord(params) || !Array.isArray(params['changes'])) return [];
  return params['changes'].flatMap((change: unknown) =>
    isRecord(change) && typeof change['uri'] === 'string' ? [pathOfUri(change['uri'])] : [],
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
