import { visibleJson, visibleLines, visibleText } from '../../shared/escape/visible';

/** Where a command's answer goes. */
export interface Output {
  /** Writes text and a line end to standard output. */
  readonly print: (text: string) => void;
}

/** Whatever names files hold, nothing of them acts on the terminal. */
export const standardOutput: Output = { print: (text) => void process.stdout.write(`${visibleLines(text)}\n`) };

/** For what accompanies an answer that takes standard output for itself. */
export const errorOutput: Output = { print: (text) => void process.stderr.write(`${visibleLines(text)}\n`) };

/** Says on standard error what a person should know of an answer. */
export function warn(warnings: readonly string[]): void {
  for (const warning of warnings) errorOutput.print(`dnnsplit: warning: ${visibleText(warning)}`);
}

/** What a command prints with `--json`: it begins with its format, by which a program knows it. */
export function reportJson(format: string, report: object): string {
  return jsonText({ format: `dnnsplit.${format}`, formatVersion: 1, ...report });
}

/** JSON for machines, which a terminal may show; numbers that JSON has no form for become null. */
export function jsonText(value: unknown): string {
  return visibleJson(JSON.stringify(value, null, 2));
}
