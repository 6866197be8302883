/** `dnnsplit`: starts the program beside this one, from compiled code where an earlier run has kept it. */
import { join } from 'node:path';
import { loadProgram } from '../../programs/loadProgram';
import { optimizeLater } from '../../programs/optimizeLater';
import { keepingFor } from './keeping';

/** What the programs beside this one need; `npm install` only warns. */
const leastNode = 20;

if (Number.parseInt(process.versions.node, 10) < leastNode) {
  process.stderr.write(`dnnsplit: Node.js ${leastNode} or later is required; this is ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  optimizeLater();
  loadProgram(join(__dirname, 'cliProgram.js'), keepingFor(process.argv.slice(2)));
}
