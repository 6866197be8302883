/** Where a command's answer goes. */
export interface Output {
  /** Writes text and a line end to standard output. */
  readonly print: (text: string) => void;
}

/** For what accompanies an answer that takes standard output for itself. */
export const errorOutput: Output = { print: (text) => void process.stderr.write(`${text}\n`) };

export const standardOutput: Output = { print: (text) => void process.stdout.write(`${text}\n`) };

/** JSON for machines; numbers that JSON has no form for become null. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
