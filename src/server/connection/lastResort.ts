/** Failures within a minute beyond which the process is of no use any more; the client starts another. */
const mostFailures = 20;
const windowMs = 60_000;

/** Codes of a client that is gone. */
const goneCodes: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_IPC_CHANNEL_CLOSED',
  'ERR_STREAM_DESTROYED',
]);

/**
 * Keeps the process alive when something throws that nothing else has caught, and says so in the log: one document or
 * message must not take the open models along.
 */
export function surviveFailures(log: (text: string) => void): void {
  let failures: number[] = [];
  const survive = (thrown: unknown) => {
    if (goneCodes.has(codeOf(thrown))) process.exit(1);
    const now = performance.now();
    failures = [...failures.filter((atMs) => now - atMs < windowMs), now];
    if (failures.length > mostFailures) process.exit(1);
    log(`Nothing has caught this: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
  };
  process.on('uncaughtException', survive);
  process.on('unhandledRejection', survive);
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
