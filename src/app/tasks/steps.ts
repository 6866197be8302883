import { setImmediate } from 'node:timers/promises';

/** Work in steps of some milliseconds each, which its caller takes: at once, or looking up in between. */
export type Steps<Result> = Generator<void, Result>;

/** Takes all steps at once. */
export function takeSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Takes the steps one by one, so that signals and messages are heard meanwhile. */
export async function takeStepsApart<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await setImmediate();
  }
}
