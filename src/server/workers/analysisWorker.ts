/** Reads, analyzes and plans models in a thread of its own. */
import { parentPort } from 'node:worker_threads';
import { createAnalysisFunctions } from './analysisFunctions';
import { serveWorker } from './serveWorker';

if (parentPort !== null) serveWorker(parentPort, createAnalysisFunctions(__dirname));
