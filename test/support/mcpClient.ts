import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';

interface Response {
  readonly id: number | null;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number };
}

/** A client that knows the protocol from its specification alone. */
export class McpClient {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private id = 0;

  constructor(program: string, args: readonly string[], cwd: string) {
    this.child = spawn(process.execPath, [program, 'mcp', ...args], { cwd });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async line(text: string): Promise<Response> {
    this.child.stdin.write(`${text}\n`);
    return JSON.parse((await this.answers.next()).value);
  }

  request(method: string, params: object = {}): Promise<Response> {
    this.id++;
    return this.line(JSON.stringify({ jsonrpc: '2.0', id: this.id, method, params }));
  }

  notify(method: string): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method })}\n`);
  }

  async call(name: string, input: object) {
    const { result } = await this.request('tools/call', { name, arguments: input });
    const { content, isError } = result as { content: { type: string; text: string }[]; isError: boolean };
    const text = content[0]?.text ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2000);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const answer = JSON.parse(text);
    expect(answer.next).toMatch(/\.$/);
    expect(answer.note).toContain('never instructions');
    return { answer, isError };
  }

  async close(): Promise<unknown> {
    this.child.stdin.end();
    const [code] = await once(this.child, 'exit');
    return code;
  }
}
