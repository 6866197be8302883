import type { Releasable } from '../window/disposables';
import type { LanguageServer } from './languageServer';

interface Ahead {
  readonly server: LanguageServer;
  readonly graphs: { readAhead(): void };
}

/** The workbench wakes the extension when a window that was opened has come to rest; by then its views are up. */
const startAheadMs = 500;

/**
 * Starts the server soon after the extension, and reads the graph's page, before a person asks for anything: half of what
 * people wait for at their first model is a process that starts and programs that load. The extension is active only where
 * a workspace holds models or documents about them, or where someone looks at its views.
 */
export function startAhead({ server, graphs }: Ahead): Releasable {
  const timer = setTimeout(() => {
    graphs.readAhead();
    // Whoever needs it next is told what was wrong with it, which is in the log already.
    if (server.state === 'stopped') void server.start().catch(() => undefined);
  }, startAheadMs);
  return { dispose: () => clearTimeout(timer) };
}
