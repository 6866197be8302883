import { type Command, InvalidArgumentError, Option } from 'commander';
import { say } from '../shared/messages/say';
import { DnnSplitError } from '../shared/work/errors';
import { defaultRelaySettings, type RelaySettings } from './runRelay';
import type { LogFormat } from './service/log';

/** The options of a relay as the command line and the environment give them. */
export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly grpcPort?: number;
  readonly upstream?: string;
  readonly engine?: string;
  readonly engineModel?: string;
  readonly tokenFile?: string;
  readonly upstreamTokenFile?: string;
  readonly engineTokenFile?: string;
  readonly upstreamCa?: string;
  readonly engineCa?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly allowAnonymous?: boolean;
  readonly maxBodyMb: number;
  readonly maxRunning: number;
  readonly maxWaiting: number;
  readonly maxOpen: number;
  readonly maxSessions: number;
  readonly maxSessionMb: number;
  readonly sessionIdleS: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly drainMs: number;
  readonly graceMs: number;
  readonly retries: number;
  readonly threads?: number;
  readonly runtimeFolder?: string;
  readonly optimization: RelaySettings['graphOptimization'];
  readonly exact?: boolean;
  readonly linkMbps?: number;
  readonly linkLatencyMs: number;
  readonly probes: boolean;
  readonly refuseUnencoded?: boolean;
  readonly logFormat: LogFormat;
  readonly stopWithInput?: boolean;
}

const defaults = defaultRelaySettings;

/** Every option, by the environment variable that gives it too. */
function optionsByVariable(): ReadonlyMap<string, Option> {
  const levels = ['disabled', 'basic', 'extended', 'all'];
  return new Map([
    ['HOST', text('--host <address>', 'address to listen on', defaults.host)],
    ['PORT', wholeNumber('--port <number>', 'port to listen on', 0, defaults.port)],
    ['GRPC_PORT', wholeNumber('--grpc-port <number>', 'serve gRPC too, on this port', 0)],
    ['UPSTREAM', text('--upstream <url>', 'relay of the tier above: http, https, grpc or grpcs')],
    ['ENGINE', text('--engine <url>', 'running v2 engine instead of ONNX Runtime: http, https, grpc or grpcs')],
    [
      'ENGINE_MODEL',
      text('--engine-model <name>', "sub-model's name at that engine; of several cuts, -block-1, -block-2 follow it"),
    ],
    ['TOKEN_FILE', text('--token-file <file>', 'token that callers must send')],
    ['UPSTREAM_TOKEN_FILE', text('--upstream-token-file <file>', 'token for the tier above')],
    ['ENGINE_TOKEN_FILE', text('--engine-token-file <file>', 'token for the engine')],
    ['UPSTREAM_CA', text('--upstream-ca <file>', 'certificates to trust for the tier above (PEM)')],
    ['ENGINE_CA', text('--engine-ca <file>', 'certificates to trust for the engine (PEM)')],
    ['TLS_CERTIFICATE', text('--tls-certificate <file>', 'serve over TLS: certificate (PEM)')],
    ['TLS_KEY', text('--tls-key <file>', 'serve over TLS: key (PEM)')],
    ['MAX_BODY_MB', wholeNumber('--max-body-mb <number>', 'largest request or answer', 1, defaults.maxBodyMB)],
    ['MAX_RUNNING', wholeNumber('--max-running <number>', 'sub-models that run at once', 1, defaults.maxRunning)],
    ['MAX_WAITING', wholeNumber('--max-waiting <number>', 'requests that may wait for that', 0, defaults.maxWaiting)],
    ['MAX_OPEN', wholeNumber('--max-open <number>', 'requests that may be unanswered at all', 1, defaults.maxOpen)],
    ['MAX_SESSIONS', wholeNumber('--max-sessions <number>', 'sessions whose state is kept', 1, defaults.maxSessions)],
    [
      'MAX_SESSION_MB',
      wholeNumber('--max-session-mb <number>', 'state of all sessions together', 1, defaults.maxSessionMB),
    ],
    [
      'SESSION_IDLE_S',
      wholeNumber('--session-idle-s <number>', 'seconds until an unused session is over', 1, defaults.sessionIdleS),
    ],
    ['TIMEOUT_MS', wholeNumber('--timeout-ms <number>', 'time for one request', 1, defaults.timeoutMs)],
    [
      'CONNECT_TIMEOUT_MS',
      wholeNumber('--connect-timeout-ms <number>', 'time to reach another server', 1, defaults.connectTimeoutMs),
    ],
    [
      'DRAIN_MS',
      wholeNumber('--drain-ms <number>', 'with SIGTERM: still answer so long, but not ready', 0, defaults.drainMs),
    ],
    ['GRACE_MS', wholeNumber('--grace-ms <number>', 'time to finish when stopped', 0, defaults.graceMs)],
    ['RETRIES', wholeNumber('--retries <number>', 'further tries to reach the tier above', 0, defaults.retries)],
    ['THREADS', wholeNumber('--threads <number>', 'threads of ONNX Runtime (default: all processors)', 1)],
    [
      'RUNTIME_FOLDER',
      text('--runtime-folder <folder>', 'folder in which ONNX Runtime is installed, if not with this program'),
    ],
    [
      'OPTIMIZATION',
      text('--optimization <level>', "ONNX Runtime's graph optimization", defaults.graphOptimization).choices(levels),
    ],
    ['LINK_MBPS', number('--link-mbps <number>', 'make the link to the tier above this slow, in Mbit/s', positive)],
    [
      'LINK_LATENCY_MS',
      number('--link-latency-ms <number>', 'with --link-mbps: its one-way latency', nonNegative).default(0),
    ],
    ['LOG_FORMAT', text('--log-format <format>', 'lines of the log', 'text').choices(['text', 'json'])],
  ]);
}

/** Adds the argument and the options of a relay to a command. */
export function addOptions(command: Command): Command {
  command.argument('<contract>', "the tier's contract.json, beside its sub-model");
  for (const [variable, option] of optionsByVariable()) command.addOption(option.env(`DNNSPLIT_${variable}`));
  return command
    .addOption(new Option('--allow-anonymous', 'serve other machines without a token (env: DNNSPLIT_ALLOW_ANONYMOUS)'))
    .addOption(
      new Option(
        '--no-probes',
        'with several cuts: measure the link by requests alone (env: DNNSPLIT_NO_PROBES); probes take at most 1 % of it',
      ),
    )
    .addOption(
      new Option(
        '--refuse-unencoded',
        "refuse requests with values that the link's encoding cannot carry (env: DNNSPLIT_REFUSE_UNENCODED); such tensors travel unencoded otherwise",
      ),
    )
    .addOption(
      new Option('--exact', 'bit-identical to the unsplit model: no optimization, one thread (env: DNNSPLIT_EXACT)'),
    )
    .addOption(new Option('--stop-with-input', 'stop once standard input ends').hideHelp());
}

/**
 * A yes or no from the environment; an option that takes no value would mean yes whatever the variable holds.
 * @throws DnnSplitError `bad-usage` for anything else
 */
export function flagFromEnvironment(variable: string, environment: NodeJS.ProcessEnv): boolean {
  const value = environment[variable] ?? '';
  if (/^(|0|n|no|off|false)$/i.test(value.trim())) return false;
  if (/^(1|y|yes|on|true)$/i.test(value.trim())) return true;
  throw new DnnSplitError('bad-usage', say('relay.boolean', { variable, value }));
}

function text(flags: string, description: string, value?: string): Option {
  return new Option(flags, description).default(value);
}

function number(flags: string, description: string, parse: (text: string) => number): Option {
  return new Option(flags, description).argParser(parse);
}

function wholeNumber(flags: string, description: string, least: number, value?: number): Option {
  return new Option(flags, description).default(value).argParser((given) => {
    const parsed = /^\d+$/.test(given.trim()) ? Number(given) : Number.NaN;
    if (Number.isSafeInteger(parsed) && parsed >= least) return parsed;
    throw new InvalidArgumentError(`It must be a whole number from ${least} upwards.`);
  });
}

function nonNegative(given: string): number {
  const parsed = Number(given);
  if (given.trim() !== '' && Number.isFinite(parsed) && parsed >= 0) return parsed;
  throw new InvalidArgumentError('It must be a number from 0 upwards.');
}

function positive(given: string): number {
  const parsed = nonNegative(given);
  if (parsed > 0) return parsed;
  throw new InvalidArgumentError('It must be a number above 0.');
}
