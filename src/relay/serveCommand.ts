import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { productVersion } from '../shared/version';
import { toErrorData } from '../shared/work/errors';
import { readContract } from './contract/contractFile';
import { addOptions, flagFromEnvironment, type ServeOptions } from './relayOptions';
import { runRelay } from './runRelay';
import { type Log, lineLog } from './service/log';
import { tracingFromEnvironment } from './tracing/tracingSettings';

/** Adds the options and the action of a relay to a command, for `dnnsplit serve` and for the relay's own program. */
export function addRelayOptions(command: Command): void {
  addOptions(command).action((contract: string, options: ServeOptions) => serve(contract, options));
}

/**
 * Bodies lie outside of V8's heap but count as if they were in it: 32 MB of them may wait for the next quick collection. After
 * its first full collection V8 lets a small heap grow by less than that, so that every tenth body of a megabyte would bring
 * about a full collection. With so many per cent of a relay's own few megabytes there is room for them.
 */
const heapGrowthPercent = 600;

async function serve(contractPath: string, options: ServeOptions): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  const { tlsCertificate, tlsKey, upstreamCa, engineCa, linkMbps, threads, ...rest } = options;
  const isExact = options.exact === true || flagFromEnvironment('DNNSPLIT_EXACT', process.env);
  const probes = options.probes && !flagFromEnvironment('DNNSPLIT_NO_PROBES', process.env);
  const allowAnonymous =
    options.allowAnonymous === true || flagFromEnvironment('DNNSPLIT_ALLOW_ANONYMOUS', process.env);
  const refusesUnencoded =
    options.refuseUnencoded === true || flagFromEnvironment('DNNSPLIT_REFUSE_UNENCODED', process.env);
  const { tier } = await readContract(contractPath);
  const log = lineLog(options.logFormat, { tier }, (line) => void process.stderr.write(line));
  const tracing = readTracing(log);
  const relay = await runRelay({
    ...rest,
    contractPath,
    allowAnonymous,
    probes,
    refusesUnencoded,
    tracing,
    maxBodyMB: options.maxBodyMb,
    maxSessionMB: options.maxSessionMb,
    graphOptimization: isExact ? 'disabled' : options.optimization,
    ...(isExact ? { threads: 1 } : threads !== undefined && { threads }),
    ...(tlsCertificate !== undefined && { tlsCertificateFile: tlsCertificate }),
    ...(tlsKey !== undefined && { tlsKeyFile: tlsKey }),
    ...(upstreamCa !== undefined && { upstreamCaFile: upstreamCa }),
    ...(engineCa !== undefined && { engineCaFile: engineCa }),
    ...(linkMbps !== undefined && { link: { bandwidthMbps: linkMbps, latencyMs: options.linkLatencyMs } }),
    version: productVersion,
    log,
  });
  const scheme = tlsCertificate === undefined ? 'http' : 'https';
  log(`tier ${tier} of ${relay.contract.model} listens on ${scheme}://${options.host}:${relay.port}`);
  if (relay.grpcPort !== undefined) log(`gRPC on ${options.host}:${relay.grpcPort}`);
  const signal = await stopSignal(options.stopWithInput === true);
  log('stopping after the running requests');
  // Whoever presses Ctrl+C waits for the end; a cluster that stops a relay first sends requests elsewhere.
  await relay.stop(signal === 'SIGINT' ? 0 : undefined);
}

/** What these variables ask for wrongly costs spans, as OpenTelemetry's specification wants it, and never the service. */
function readTracing(log: Log) {
  try {
    return tracingFromEnvironment(process.env);
  } catch (error) {
    log(`no spans are sent: ${toErrorData(error).message}`, { level: 'warning' });
    return undefined;
  }
}

/** Resolves on the first request to stop. @param hearsInput the end of standard input is one: whoever started this relay is gone */
function stopSignal(hearsInput: boolean): Promise<'SIGTERM' | 'SIGINT'> {
  return new Promise((done) => {
    const stop = (signal: 'SIGTERM' | 'SIGINT') => {
      // An open pipe would keep the process.
      if (hearsInput) process.stdin.destroy();
      done(signal);
    };
    process.once('SIGTERM', () => stop('SIGTERM'));
    process.once('SIGINT', () => stop('SIGINT'));
    if (!hearsInput) return;
    // Nobody reads what is said after that.
    process.stderr.on('error', () => undefined);
    process.stdin
      .on('error', () => stop('SIGINT'))
      .once('end', () => stop('SIGINT'))
      .resume();
  });
}
