/** What no case may take: milliseconds of processor time, which other work on the machine does not change, and bytes. */
const mostMs = 2000;
const mostBytes = 500e6;

/** Measures one case after another and keeps those that took more than any may. */
export class CaseMeter {
  slowestMs = 0;
  mostHeapBytes = 0;
  /** Cases that took too much, in words. */
  readonly excesses: string[] = [];

  /** @param name says how to make the case again */
  measure(name: string, run: () => void): void {
    const heldBefore = heldBytes();
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1e3;
    const tookBytes = heldBytes() - heldBefore;
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    this.mostHeapBytes = Math.max(this.mostHeapBytes, tookBytes);
    if (tookMs > mostMs) this.excesses.push(`${name}: ${tookMs.toFixed(0)} ms`);
    if (tookBytes > mostBytes) this.excesses.push(`${name}: ${(tookBytes / 1e6).toFixed(0)} MB`);
  }
}

function heldBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
