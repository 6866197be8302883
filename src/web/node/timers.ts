type Callback = (...values: readonly never[]) => void;

/** A timer as Node gives it: nothing in a browser waits for timers, so that none can be told not to be waited for. */
class NodeTimer {
  constructor(readonly id: number) {}

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

type Timer = NodeTimer | number | undefined;

/** The browser's own, which want to be called on their scope. */
const native = {
  setTimeout: setTimeout.bind(globalThis),
  clearTimeout: clearTimeout.bind(globalThis),
  setInterval: setInterval.bind(globalThis),
  clearInterval: clearInterval.bind(globalThis),
};

function idOf(timer: Timer): number | undefined {
  return timer instanceof NodeTimer ? timer.id : timer;
}

/** The timers that Node's programs find in their global scope. */
export const nodeTimers = {
  setTimeout: (callback: Callback, ms = 0, ...values: readonly never[]) =>
    new NodeTimer(native.setTimeout(callback, ms, ...values)),
  clearTimeout: (timer: Timer) => native.clearTimeout(idOf(timer)),
  setInterval: (callback: Callback, ms = 0, ...values: readonly never[]) =>
    new NodeTimer(native.setInterval(callback, ms, ...values)),
  clearInterval: (timer: Timer) => native.clearInterval(idOf(timer)),
  setImmediate: (callback: Callback, ...values: readonly never[]) =>
    new NodeTimer(native.setTimeout(callback, 0, ...values)),
  clearImmediate: (timer: Timer) => native.clearTimeout(idOf(timer)),
};

/** What Node's `timers/promises` is. */
export const timerPromises = {
  setTimeout<Value>(
    ms: number,
    value?: Value,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        native.clearTimeout(id);
        reject(signal?.reason);
      };
      const id = native.setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      }, ms);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  },
  setImmediate: (): Promise<void> =>
    new Promise((resolve) => {
      native.setTimeout(resolve, 0);
    }),
};
