/** Reads, analyzes and plans models in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { createAnalysisFunctions } from './analysisFunctions';
import { serveWorker } from './serveWorker';
import { Trust } from './trust';
import type { WorkerProgram } from './workerClient';

const { trust }: WorkerProgram = workerData;
if (parentPort !== null) serveWorker(parentPort, createAnalysisFunctions(__dirname, new Trust(trust).reach));
