/** Sets the code that the process ends with once everything is written. */
export function setExitCode(code: number): void {
  process.exitCode = code;
}
