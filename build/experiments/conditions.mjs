/** What a machine does while something is measured on it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/**
 * Keeps every processor awake with a program that yields to any other at once (`SCHED_IDLE`), where that can be. The host of a
 * virtual machine gives one that slept, while a request was on its link, back late: on one that was quiet up to a third of the
 * processors' time was lost to that (`steal`), and about 1 % with these.
 */
export function keepAwake() {
  const spin = ['--idle', '0', process.execPath, '-e', 'process.title = "awake"; for (;;);'];
  return spawnSync('chrt', ['--version']).status === 0
    ? cpus().map(() => spawn('chrt', spin, { stdio: 'ignore' }))
    : [];
}

/** @typedef {readonly import('node:child_process').ChildProcess[]} Wakers */

/**
 * Does something that waits for other processes, and tells which part of the processors' time went to any others, to this
 * machine's host included; 0 where the system does not say.
 * @template Result @param {Wakers} wakers @param {() => Result} run @returns {{ result: Result, otherPercent: number }}
 */
export function besideOthers(wakers, run) {
  const before = processorTicks(wakers);
  const result = run();
  const after = processorTicks(wakers);
  if (before === undefined || after === undefined) return { result, otherPercent: 0 };
  const [busy, own, all] = [after.busy - before.busy, after.own - before.own, after.all - before.all];
  return { result, otherPercent: (100 * Math.max(0, busy - own)) / Math.max(1, all) };
}

/**
 * What the processors have done so far, in the system's ticks (`proc(5)`): anything, for this process with those that it waited
 * for and those that keep it awake, and in all.
 * @param {Wakers} wakers
 */
function processorTicks(wakers) {
  if (!existsSync('/proc/stat')) return undefined;
  const sum = (/** @type {readonly number[]} */ values) => values.reduce((total, value) => total + value, 0);
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = numbers(
    line.slice(3),
  );
  const busy = user + nice + system + irq + softirq + steal;
  // The 14th to 17th of all.
  const own = ['self', ...wakers.map(({ pid }) => pid)].map((process) => sum(numbersOf(process).slice(10, 14)));
  return { busy, own: sum(own), all: busy + idle + iowait };
}

/** What the system says of a process, from the 4th field on. @param {string | number | undefined} process */
function numbersOf(process) {
  const text = readFileSync(`/proc/${process}/stat`, 'utf8');
  return numbers(text.slice(text.lastIndexOf(')') + 3));
}

/** @param {string} text */
function numbers(text) {
  return text.trim().split(/\s+/).map(Number);
}

/** Whether this process and all that it starts come before any other (`chrt -f`), so that these do not matter. */
export const isRealTime = existsSync('/proc/self/stat') && [1, 2].includes(numbersOf('self')[37] ?? 0);
