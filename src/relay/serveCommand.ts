import { type Command, InvalidArgumentError, Option } from 'commander';
import { visibleText } from '../shared/escape/visible';
import { productVersion } from '../shared/version';
import { defaultRelaySettings, type RelaySettings, runRelay } from './runRelay';

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly upstream?: string;
  readonly engine?: string;
  readonly engineModel?: string;
  readonly tokenFile?: string;
  readonly upstreamTokenFile?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly allowAnonymous: boolean;
  readonly maxBodyMb: number;
  readonly maxRunning: number;
  readonly maxWaiting: number;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly retries: number;
  readonly threads: number;
  readonly runtimeFolder?: string;
  readonly optimization: RelaySettings['graphOptimization'];
  readonly linkMbps?: number;
  readonly linkLatencyMs: number;
}

/** Adds the options and the action of a relay to a command, for `dnnsplit serve` and for the relay's own program. */
export function addRelayOptions(command: Command): void {
  const defaults = defaultRelaySettings;
  command
    .argument('<contract>', "the tier's contract.json, beside its sub-model")
    .addOption(new Option('--host <address>', 'address to listen on').default(defaults.host).env('DNNSPLIT_HOST'))
    .addOption(wholeNumber('--port <number>', 'port to listen on', defaults.port, 0).env('DNNSPLIT_PORT'))
    .addOption(new Option('--upstream <url>', 'relay of the tier above').env('DNNSPLIT_UPSTREAM'))
    .addOption(new Option('--engine <url>', 'running v2 engine instead of ONNX Runtime').env('DNNSPLIT_ENGINE'))
    .addOption(new Option('--engine-model <name>', "sub-model's name at that engine").env('DNNSPLIT_ENGINE_MODEL'))
    .addOption(new Option('--token-file <file>', 'token that callers must send').env('DNNSPLIT_TOKEN_FILE'))
    .addOption(
      new Option('--upstream-token-file <file>', 'token for the tier above').env('DNNSPLIT_UPSTREAM_TOKEN_FILE'),
    )
    .addOption(
      new Option('--tls-certificate <file>', 'serve over TLS: certificate (PEM)').env('DNNSPLIT_TLS_CERTIFICATE'),
    )
    .addOption(new Option('--tls-key <file>', 'serve over TLS: key (PEM)').env('DNNSPLIT_TLS_KEY'))
    .addOption(
      new Option('--allow-anonymous', 'serve other machines without a token')
        .default(false)
        .env('DNNSPLIT_ALLOW_ANONYMOUS'),
    )
    .addOption(
      wholeNumber('--max-body-mb <number>', 'largest request or answer', defaults.maxBodyMB, 1).env(
        'DNNSPLIT_MAX_BODY_MB',
      ),
    )
    .addOption(
      wholeNumber('--max-running <number>', 'requests at once', defaults.maxRunning, 1).env('DNNSPLIT_MAX_RUNNING'),
    )
    .addOption(
      wholeNumber('--max-waiting <number>', 'requests that may wait', defaults.maxWaiting, 0).env(
        'DNNSPLIT_MAX_WAITING',
      ),
    )
    .addOption(
      wholeNumber('--timeout-ms <number>', 'time for one request', defaults.timeoutMs, 1).env('DNNSPLIT_TIMEOUT_MS'),
    )
    .addOption(
      wholeNumber('--grace-ms <number>', 'time to finish when stopped', defaults.graceMs, 0).env('DNNSPLIT_GRACE_MS'),
    )
    .addOption(
      wholeNumber('--retries <number>', 'further tries to reach the tier above', defaults.retries, 0).env(
        'DNNSPLIT_RETRIES',
      ),
    )
    .addOption(
      wholeNumber('--threads <number>', 'threads of ONNX Runtime', defaults.threads, 1).env('DNNSPLIT_THREADS'),
    )
    .addOption(
      new Option(
        '--runtime-folder <folder>',
        'folder in which ONNX Runtime is installed, if not with this program',
      ).env('DNNSPLIT_RUNTIME_FOLDER'),
    )
    .addOption(
      new Option('--link-mbps <number>', 'make the link to the tier above this slow, in Mbit/s')
        .argParser(positive)
        .env('DNNSPLIT_LINK_MBPS'),
    )
    .addOption(
      new Option('--link-latency-ms <number>', 'with --link-mbps: its one-way latency')
        .default(0)
        .argParser(nonNegative)
        .env('DNNSPLIT_LINK_LATENCY_MS'),
    )
    .addOption(
      new Option(
        '--optimization <level>',
        "ONNX Runtime's graph optimization; disabled answers bit for bit as the whole model does",
      )
        .choices(['disabled', 'basic', 'extended', 'all'])
        .default(defaults.graphOptimization)
        .env('DNNSPLIT_OPTIMIZATION'),
    )
    .action((contract: string, options: ServeOptions) => serve(contract, options));
}

async function serve(contractPath: string, options: ServeOptions): Promise<void> {
  const { tlsCertificate, tlsKey, maxBodyMb, optimization, linkMbps, linkLatencyMs, ...rest } = options;
  const log = (line: string) => void process.stderr.write(`${new Date().toISOString()} ${visibleText(line)}\n`);
  const relay = await runRelay({
    ...rest,
    contractPath,
    maxBodyMB: maxBodyMb,
    graphOptimization: optimization,
    ...(tlsCertificate !== undefined && { tlsCertificateFile: tlsCertificate }),
    ...(tlsKey !== undefined && { tlsKeyFile: tlsKey }),
    ...(linkMbps !== undefined && { link: { bandwidthMbps: linkMbps, latencyMs: linkLatencyMs } }),
    version: productVersion,
    log,
  });
  const scheme = tlsCertificate === undefined ? 'http' : 'https';
  log(`tier ${relay.contract.tier} of ${relay.contract.model} listens on ${scheme}://${options.host}:${relay.port}`);
  await stopSignal();
  log('stopping: requests that run may finish');
  await relay.stop();
}

/** Resolves on the first request to stop. */
function stopSignal(): Promise<void> {
  return new Promise((done) => {
    process.once('SIGTERM', () => done());
    process.once('SIGINT', () => done());
  });
}

function wholeNumber(flags: string, description: string, value: number, least: number): Option {
  return new Option(flags, description).default(value).argParser((text) => {
    const number = Number(text);
    if (Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} upwards.`);
  });
}

function nonNegative(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('It must be a number from 0 upwards.');
}

function positive(text: string): number {
  const number = nonNegative(text);
  if (number > 0) return number;
  throw new InvalidArgumentError('It must be a number above 0.');
}
