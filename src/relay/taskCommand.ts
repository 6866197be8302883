import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type * as z from 'zod';
import { toErrorData } from '../shared/work/errors';

/** Progress, then the report or an error: one line of JSON each on standard output. */
export type TaskLine = { progress: number } | { report: unknown } | { error: unknown };

export interface TaskSettings<Task> {
  readonly schema: z.ZodType<Task>;
  readonly run: (task: Task, progress: (fraction: number) => void, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Adds a command with which other programs let models run in a process of its own: a crash inside of ONNX Runtime ends that
 * process alone. The task comes as a line of JSON on standard input, which is closed when nobody waits any more.
 */
export function addTaskCommand<Task>(program: Command, name: string, { schema, run }: TaskSettings<Task>): void {
  program.command(name, { hidden: true }).action(async () => {
    const tell = (line: TaskLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);
    const abandoned = new AbortController();
    const lines = createInterface({ input: process.stdin });
    const first = new Promise<string>((done) => lines.once('line', done));
    lines.once('close', () => abandoned.abort());
    try {
      const task = schema.parse(JSON.parse(await first));
      tell({ report: await run(task, (progress) => tell({ progress }), abandoned.signal) });
    } catch (thrown) {
      tell({ error: toErrorData(thrown) });
      process.exitCode = 2;
    } finally {
      process.stdin.destroy();
    }
  });
}
