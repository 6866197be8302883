import type { Work } from '../../shared/work';

/** Aborted by the first Ctrl+C; a second one ends the program at once, as it would without this. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
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
