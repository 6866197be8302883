/** What the process ends with; `--help` lists them. */
export const exitCodes = {
  done: 0,
  /** `verify` found a difference, no plan keeps the limits, or `compare` found a plan worse than allowed. */
  negative: 1,
  /** Bad use, or a file that cannot be read or written. */
  refused: 2,
  /** A fault of this program. */
  internal: 3,
} as const;

/** The lines on exit codes at the end of every help. */
export const exitCodesHelp = `
Exit codes: ${exitCodes.done} done, ${exitCodes.negative} negative finding (outputs differ, no plan within the limits,
            worse than --fail-on allows),
            ${exitCodes.refused} bad use or a file that cannot be read or written, ${exitCodes.internal} fault of this program`;

/** Sets the code that the process ends with once everything is written. */
export function setExitCode(code: number): void {
  process.exitCode = code;
}
