import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { say } from '../../shared/messages/say';
import { parsedJson } from '../../shared/parsedJson';
import { DnnSplitError, type ErrorData } from '../../shared/work/errors';

export interface ProgramOptions {
  /** Path of the relay's program, which runs the models. */
  readonly program: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

export interface ProgramTask<Report> {
  /** Command of the program. */
  readonly command: 'verify' | 'trial' | 'profile' | 'way';
  readonly task: unknown;
  readonly report: z.ZodType<Report>;
  /** How long it may take to end what it has started once nobody waits any more; then it is ended. */
  readonly graceMs: number;
}

/**
 * Lets another process run models; whatever happens in there, this process goes on.
 * @throws DnnSplitError what the process reports, `canceled`, `worker-crashed` where it dies
 */
export function runProgramTask<Report>(
  { command, task, report: schema, graceMs }: ProgramTask<Report>,
  { program, signal, onProgress }: ProgramOptions,
): Promise<Report> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, command], { stdio: ['pipe', 'pipe', 'pipe'] });
    const lineSchema = z.object({
      progress: z.number().optional(),
      report: schema.optional(),
      error: z.custom<ErrorData>(isErrorData).optional(),
    });
    let report: Report | undefined;
    let error: DnnSplitError | undefined;
    let detail = '';
    let lateEnd: NodeJS.Timeout | undefined;
    const cancel = () => {
      child.stdin.end();
      lateEnd = setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      detail = (detail + text).slice(-4000);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = parseLine(line, lineSchema);
      if (message?.progress !== undefined) onProgress?.(message.progress);
      if (message?.report !== undefined) report = message.report;
      if (message?.error !== undefined) error = DnnSplitError.fromData(message.error);
    });
    child.on('error', (thrown) => fail(crashed(thrown.message, detail)));
    child.on('close', (code, killedBy) => {
      clearTimeout(lateEnd);
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted) fail(new DnnSplitError('canceled', say('work.canceled', {})));
      else if (error !== undefined) fail(error);
      else if (report !== undefined) done(report);
      else fail(crashed(killedBy ?? `exit code ${code}`, detail));
    });
    // A process that dies before it has read its task is told of by `close`.
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(task)}\n`);
  });
}

function isErrorData(value: unknown): boolean {
  const fields: { code?: unknown; message?: unknown } = Object(value);
  return typeof fields.code === 'string' && typeof fields.message === 'string';
}

/** What the process says; its libraries may print other lines. */
function parseLine<Line>(line: string, schema: z.ZodType<Line>): Line | undefined {
  return line.startsWith('{') ? schema.safeParse(parsedJson(line)).data : undefined;
}

function crashed(reason: string, detail: string): DnnSplitError {
  return new DnnSplitError('worker-crashed', say('verify.crashed', { reason }), undefined, detail);
}
