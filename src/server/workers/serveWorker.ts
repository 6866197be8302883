import type { MessagePort } from 'node:worker_threads';
import { say } from '../../shared/messages/say';
import { DnnSplitError, toErrorData } from '../../shared/work/errors';
import { throwIfCanceled, type Work } from '../../shared/work/work';
import type { CallMessage, ReplyMessage, WorkerFunctions } from './rpc';

/** Progress within one stage goes out at most this often. */
const progressIntervalMs = 80;

/** Answers calls on `port` with the functions of `api`, for as long as the worker lives. */
export function serveWorker<Api extends WorkerFunctions<Api>>(port: MessagePort, api: Api): void {
  const functions = new Map<string, unknown>(Object.entries(api));
  port.on('message', async (call: CallMessage) => {
    const send = (reply: ReplyMessage) => port.postMessage(reply);
    send({ id: call.id, kind: 'started' });
    try {
      const work = watchedWork(call, send);
      throwIfCanceled(work);
      const run = functions.get(call.method);
      if (typeof run !== 'function')
        throw new DnnSplitError('internal', say('server.noFunction', { method: call.method }));
      const ok: unknown = await run(call.params, work);
      send({ id: call.id, kind: 'ok', ok });
    } catch (thrown) {
      send({ id: call.id, kind: 'err', err: toErrorData(thrown) });
    }
  });
}

function watchedWork(call: CallMessage, send: (reply: ReplyMessage) => void): Work {
  const flag = new Int32Array(call.cancelFlag);
  let lastStage = '';
  let lastAt = 0;
  return {
    canceled: () => Atomics.load(flag, 0) === 1,
    report(stage, fraction) {
      const now = Date.now();
      if (stage === lastStage && now - lastAt < progressIntervalMs) return;
      lastStage = stage;
      lastAt = now;
      send({ id: call.id, kind: 'progress', stage, fraction: fraction ?? null });
    },
  };
}
