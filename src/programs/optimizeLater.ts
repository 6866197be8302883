import { setFlagsFromString } from 'node:v8';

/**
 * By V8's major version: how much a function has to run before V8 makes faster code of it, three times what V8 asks by
 * itself. A program that ends within a second or answers its first request would spend a fifth of its time on code that
 * hardly runs any more. Where that is too much, a graph of 100,000 nodes takes a fourth longer: at ten times as much in
 * version 11, in version 12 at twenty times for its fastest code, which 13 does well with.
 */
const flagsOfVersion: Readonly<Record<string, readonly string[]>> = {
  11: ['--interrupt-budget=400000'],
  12: ['--invocation-count-for-maglev=1200', '--invocation-count-for-turbofan=9000'],
  13: ['--invocation-count-for-maglev=1200', '--invocation-count-for-turbofan=60000'],
};

/**
 * Has V8 optimize later what runs from here on, worker threads included. Flags that V8 does not have it complains about, so
 * that versions which nobody has tried stay as they are.
 */
export function optimizeLater(): void {
  const [major = ''] = process.versions.v8.split('.');
  for (const flag of flagsOfVersion[major] ?? []) setFlagsFromString(flag);
}
