import { setFlagsFromString } from 'node:v8';

/**
 * By V8's major version: how much a function has to run before V8 makes its fastest code of it, ten times what V8 asks by
 * itself. A program that ends within a second or answers its first request would spend a fourth of its time on code that
 * hardly runs any more; one that works for minutes gets there soon enough.
 */
const flagsOfVersion: Readonly<Record<string, readonly string[]>> = {
  11: ['--interrupt-budget=1500000'],
  12: ['--invocation-count-for-maglev=2000', '--invocation-count-for-turbofan=20000'],
  13: ['--invocation-count-for-maglev=2000', '--invocation-count-for-turbofan=20000'],
};

/**
 * Has V8 optimize later what runs from here on, worker threads included. Flags that V8 does not have it complains about, so
 * that versions which nobody has tried stay as they are.
 */
export function optimizeLater(): void {
  const [major = ''] = process.versions.v8.split('.');
  for (const flag of flagsOfVersion[major] ?? []) setFlagsFromString(flag);
}
