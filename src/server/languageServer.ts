import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './connection/startServer';
import type { Trust } from './workers/trust';
import type { Workers } from './workers/workers';

/** Serves one client over IPC, stdio or a socket, whichever the process's arguments name. */
export function serve(workers: Workers, trust: Trust, programFolder: string): void {
  startServer(createConnection(ProposedFeatures.all), workers, trust, programFolder);
}
