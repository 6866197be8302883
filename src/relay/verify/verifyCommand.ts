import type { Command } from 'commander';
import { toErrorData } from '../../shared/errors';
import { type VerificationTask, verificationTaskSchema } from '../../shared/verification';
import { verifyChain } from './verifyChain';

/** One line on standard output each: progress, then the report or an error. */
export type VerificationLine = { progress: number } | { report: unknown } | { error: unknown };

/**
 * Adds `verify`, with which other programs let a model run in a process of its own: a crash inside of ONNX Runtime ends
 * that process alone. The task comes on standard input as JSON, the answer goes to standard output as lines of JSON.
 */
export function addVerifyCommand(program: Command): void {
  program.command('verify', { hidden: true }).action(async () => {
    const say = (line: VerificationLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);
    try {
      const report = await verifyChain(await readTask(), (progress) => say({ progress }));
      say({ report });
    } catch (thrown) {
      say({ error: toErrorData(thrown) });
      process.exitCode = 2;
    }
  });
}

async function readTask(): Promise<VerificationTask> {
  const parts: Uint8Array[] = [];
  for await (const part of process.stdin) parts.push(part);
  return verificationTaskSchema.parse(JSON.parse(Buffer.concat(parts).toString('utf8')));
}
