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
export function jsonReport(format: string, report: object): object {
  return { format: `dnnsplit.${format}`, formatVersion: 1, ...report };
}

/** Its text. */
export function reportJson(format: string, report: object): string {
  return jsonText(jsonReport(format, report));
}

/** JSON for machines, which a terminal may show; numbers that JSON has no form for become null. */
export function jsonText(value: unknown): string {
  return visibleJson(JSON.stringify(value, null, 2));
}

/** Prints the same; what is longer than a string can be goes part by part. */
export function printJson({ print }: Output, value: object): void {
  for (const lines of jsonParts(value, '', '', '')) print(lines);
}

/** Lines of JSON, as many together as a string holds. */
function* jsonParts(value: unknown, before: string, indent: string, after: string): Iterable<string> {
  const whole = wholeJson(value, before, indent, after);
  if (whole !== undefined) return yield whole;
  const isList = Array.isArray(value);
  const entries = Object.entries(Object(value)).filter(
    ([, entry]) => isList || (entry !== undefined && typeof entry !== 'function'),
  );
  yield `${before}${isList ? '[' : '{'}`;
  for (const [index, [name, entry]] of entries.entries()) {
    const key = isList ? '' : `${jsonText(name)}: `;
    yield* jsonParts(entry, `${indent}  ${key}`, `${indent}  `, index + 1 < entries.length ? ',' : '');
  }
  yield `${indent}${isList ? ']' : '}'}${after}`;
}

/** Nothing where it is longer than a string can be. */
function wholeJson(value: unknown, before: string, indent: string, after: string): string | undefined {
  try {
    return `${before}${jsonText(value ?? null).replaceAll('\n', `\n${indent}`)}${after}`;
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
