import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** What a program has said once it has ended, and its exit code. */
export async function saidBy(child: ChildProcessByStdio<Writable | null, Readable, Readable>) {
  let [said, logged] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    logged += text;
  });
  const [code] = await once(child, 'close');
  return { code, said, logged };
}
