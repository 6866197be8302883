import { afterEach } from 'vitest';
import { openWorkbenches } from './workbench';

/** Adds to what a failed flow says what its window showed by then: a dialog or a list in the way says more than a wait in vain. */
afterEach(async ({ task }) => {
  const last = task.result?.errors?.at(-1);
  if (task.result?.state !== 'fail' || last === undefined) return;
  if (last.message.includes('On the screen of')) return;
  const seen = await Promise.all([...openWorkbenches].map((workbench) => workbench.onScreen()));
  last.message = [last.message, ...seen].join('\n');
  if (last.stack !== undefined) last.stack = [last.stack, ...seen].join('\n');
});
