/** What the test that runs now has started and does not end itself. */
const ends: (() => unknown)[] = [];

/** Ends something when the test that runs now does. */
export function endWithTest(end: () => unknown): void {
  ends.push(end);
}

export async function endStarted(): Promise<void> {
  await Promise.all(ends.splice(0).map((end) => end()));
}
