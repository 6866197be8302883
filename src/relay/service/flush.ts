import type { ServerResponse } from 'node:http';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';
import type { EncodedMessage } from '../inference/message';
import type { MemoryHold } from './memoryBudget';

/** Larger answers go out piece by piece, so that it shows whether their reader reads. */
const pieceBytes = 512 * 1024;

/**
 * Sends an answer and waits until it is out.
 * @param stallMs time within which every piece has to be taken
 * @throws Refusal 499 where its reader goes away or does not read
 */
export async function flush(
  response: ServerResponse,
  { headers, parts }: EncodedMessage,
  hold: MemoryHold,
  stallMs: number,
): Promise<void> {
  response.cork();
  response.writeHead(200, headers);
  const pieces = inPieces(parts);
  const last = pieces.pop();
  for (const piece of pieces) {
    const isTaken = response.write(piece);
    if (isTaken) continue;
    response.uncork();
    await taken(response, 'drain', hold, stallMs);
    hold.progress(piece.byteLength);
    response.cork();
  }
  response.end(last);
  response.uncork();
  if (isWithSystem(response)) return;
  await taken(response, 'finish', hold, stallMs);
}

/** Whether the system has taken every byte already, as it does with answers that are not large. */
function isWithSystem({ socket, writableLength }: ServerResponse): boolean {
  return socket !== null && !socket.destroyed && writableLength === 0 && socket.writableLength === 0;
}

function inPieces(parts: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    for (let at = 0; at < part.byteLength; at += pieceBytes)
      pieces.push(part.byteLength <= pieceBytes ? part : part.subarray(at, at + pieceBytes));
  }
  return pieces;
}

function taken(response: ServerResponse, event: 'drain' | 'finish', hold: MemoryHold, stallMs: number): Promise<void> {
  return new Promise((done, fail) => {
    const settle = () => {
      clearTimeout(timer);
      response.off(event, succeed).off('close', lose);
      hold.whenStalled(undefined);
    };
    const succeed = () => {
      settle();
      done();
    };
    const lose = () => {
      settle();
      fail(new Refusal(499, say('request.left', {})));
    };
    const drop = () => {
      settle();
      response.destroy();
      fail(new Refusal(499, say('request.unread', {})));
    };
    const timer = setTimeout(drop, stallMs);
    if (response.destroyed || response.socket?.destroyed) return lose();
    if (event === 'finish' && response.writableFinished) return succeed();
    hold.whenStalled(drop);
    response.once(event, succeed).once('close', lose);
  });
}
