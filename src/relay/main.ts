/** The relay as a program of its own, for images that hold nothing else of DNNSplit: `node relay.js contract.json`. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { Command } from 'commander';
import { measuringOrderSchema } from '../runtime/measuring/answers';
import { answerLink } from '../runtime/measuring/linkEnd';
import { measureRuns } from '../runtime/measuring/measureRuns';
import { visibleText } from '../shared/escape/visible';
import { trialTaskSchema } from '../shared/reports/trial';
import { verificationTaskSchema } from '../shared/reports/verification';
import { wayTaskSchema } from '../shared/reports/way';
import { productVersion } from '../shared/version';
import { toErrorData } from '../shared/work/errors';
import { jsonWorkerRole, serveJsonWorker } from './inference/jsonWorker';
import { measureWayTo } from './protocols/wayTo';
import { addRelayOptions } from './serveCommand';
import { addTaskCommand } from './taskCommand';
import { runTrial } from './trial/runTrial';
import { verifyChain } from './verify/verifyChain';

if (!isMainThread && parentPort !== null && workerData === jsonWorkerRole) serveJsonWorker(parentPort);
else runProgram();

function runProgram(): void {
  const program = new Command('dnnsplit-relay')
    .description('Serves one tier of a split model over the Open Inference Protocol v2.')
    .version(productVersion);
  addRelayOptions(program);
  addTaskCommand(program, 'verify', { schema: verificationTaskSchema, run: verifyChain });
  addTaskCommand(program, 'trial', { schema: trialTaskSchema, run: runTrial });
  addTaskCommand(program, 'way', { schema: wayTaskSchema, run: measureWayTo });
  // For measuring on another machine, where this program is all that there is.
  addTaskCommand(program, 'profile', { schema: measuringOrderSchema, run: measureRuns });
  program.command('link', { hidden: true }).action(() => answerLink(process.stdin, process.stdout));
  program.parseAsync().catch((thrown: unknown) => {
    process.stderr.write(`dnnsplit-relay: ${visibleText(toErrorData(thrown).message)}\n`);
    process.exitCode = 2;
  });
}
