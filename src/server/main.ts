/** The background worker: a language server over IPC, stdio or a socket, whichever its arguments name. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './connection/startServer';

startServer(createConnection(ProposedFeatures.all), __dirname);
