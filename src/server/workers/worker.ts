/** Every worker thread begins here: loads the program that its starter names. */
import { workerData } from 'node:worker_threads';
import { keptIn } from '../../programs/keptIn';
import { loadProgram } from '../../programs/loadProgram';
import type { WorkerProgram } from './workerClient';

const { program, codeFolder }: WorkerProgram = workerData;
loadProgram(program, keptIn(codeFolder));
