import type { Readable, Writable } from 'node:stream';

/** More than this is never sent at once, whatever is asked for. */
const mostBytes = 256 * 1024 * 1024;

/**
 * The far end of a connection whose speed is measured. A line asks for an echo (`ping`), says that so many bytes follow,
 * whose arrival is answered (`up N`), or asks for so many bytes (`down N`).
 */
export function answerLink(input: Readable, output: Writable): void {
  let line = '';
  let leftBytes = 0;
  input.on('data', (piece: Buffer) => {
    let at = 0;
    while (at < piece.byteLength) {
      if (leftBytes > 0) {
        const taken = Math.min(leftBytes, piece.byteLength - at);
        leftBytes -= taken;
        at += taken;
        if (leftBytes === 0) output.write('ok\n');
        continue;
      }
      const end = piece.indexOf(10, at);
      line += piece.toString('latin1', at, end < 0 ? piece.byteLength : end);
      at = end < 0 ? piece.byteLength : end + 1;
      if (end < 0) continue;
      leftBytes = answer(line, output);
      line = '';
    }
  });
}

/** @returns how many bytes follow */
function answer(line: string, output: Writable): number {
  const [verb, count] = line.split(' ');
  const bytes = Math.min(mostBytes, Math.max(1, Number(count) || 1));
  if (verb === 'ping') output.write('ok\n');
  if (verb === 'down') output.write(Buffer.alloc(bytes, 1));
  return verb === 'up' ? bytes : 0;
}
