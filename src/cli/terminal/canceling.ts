import type { Work } from '../../shared/work/work';

/** Aborted by the first Ctrl+C; a second one ends the program at once, as it would without this. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    const end = () => {
      controller.abort();
      // Who hears of the same signal after this still has to see that the program ends in an orderly way.
      setImmediate(() => process.off(name, end));
    };
    process.on(name, end);
  }
  return controller.signal;
}

/** Work that says on standard error what it does, where a person looks at it. */
export function terminalWork(): Work {
  const isSeen = process.stderr.isTTY === true;
  let last = '';
  return {
    canceled: () => false,
    report: (stage) => {
      if (!isSeen || stage === last) return;
      last = stage;
      process.stderr.write(`${stage} ...\n`);
    },
  };
}

/** Says on one line of standard error how far work is, where a person looks at it; the line goes with the end. */
export function progressLine(stage: string): (fraction: number) => void {
  if (process.stderr.isTTY !== true) return () => undefined;
  return (fraction) => {
    process.stderr.write(fraction < 1 ? `\r${stage} ... ${Math.floor(100 * fraction)} %` : `\r${' '.repeat(40)}\r`);
  };
}

/** Milliseconds after which a person wonders what takes so long. */
const wonderMs = 1000;

/**
 * Runs what may take long: where it does, and a person looks at standard error, one line there says how far it is until it
 * has ended.
 */
export function shownWhereLong<Result>(run: (work: Work) => Result): Result {
  const isSeen = process.stderr.isTTY === true;
  const startedAt = Date.now();
  let shown = 0;
  const show = (text: string) => {
    process.stderr.write(`\r${' '.repeat(shown)}\r${text}`);
    shown = text.length;
  };
  const report = (stage: string, fraction?: number) => {
    if (!isSeen || Date.now() - startedAt < wonderMs) return;
    show(fraction === undefined ? `${stage} ...` : `${stage} ... ${Math.floor(fraction * 100)} %`);
  };
  try {
    return run({ canceled: () => false, report });
  } finally {
    if (shown > 0) show('');
  }
}
