import { type Sentence, say } from '../../shared/messages/say';
import { DnnSplitError } from '../../shared/work/errors';

/** How spans are made and where they go, by OpenTelemetry's variables of the environment. */
export interface TracingSettings {
  /** Where spans are posted. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Time for one post. */
  readonly timeoutMs: number;
  /** Longest time that a span waits to be posted, the most that wait, and the most of one post. */
  readonly delayMs: number;
  readonly mostWaiting: number;
  readonly mostAtOnce: number;
  /** Part of the traces that begin here which is kept, and whether a caller's own choice counts. */
  readonly sampledPart: number;
  readonly asksParent: boolean;
  /** Attributes of the process, `service.name` among them where it is named. */
  readonly resource: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads OpenTelemetry's variables (its specification, "Environment Variable Specification" and "OTLP Exporter
 * Configuration"). Spans are sent only where an endpoint or the exporter `otlp` is named.
 * @returns nothing where no spans are asked for
 * @throws DnnSplitError `bad-usage` for values that this program cannot follow
 */
export function tracingFromEnvironment(environment: Environment): TracingSettings | undefined {
  const value = (name: string) => (environment[name] ?? '').trim() || undefined;
  const own = (name: string) => value(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? value(`OTEL_EXPORTER_OTLP_${name}`);
  const exporter = value('OTEL_TRACES_EXPORTER') ?? (own('ENDPOINT') === undefined ? 'none' : 'otlp');
  if (exporter === 'none' || value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  if (exporter !== 'otlp') throw unusable('OTEL_TRACES_EXPORTER', exporter, say('tracing.exporter', {}));
  const protocol = own('PROTOCOL') ?? 'http/json';
  if (protocol !== 'http/json') throw unusable('OTEL_EXPORTER_OTLP_PROTOCOL', protocol, say('tracing.protocol', {}));
  const number = (name: string, otherwise: number) => numberOf(name, value(name), otherwise);
  return {
    url: urlOf(value('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'), value('OTEL_EXPORTER_OTLP_ENDPOINT')),
    headers: pairsOf('OTEL_EXPORTER_OTLP_HEADERS', own('HEADERS')),
    timeoutMs: numberOf('OTEL_EXPORTER_OTLP_TIMEOUT', own('TIMEOUT'), 10_000),
    delayMs: number('OTEL_BSP_SCHEDULE_DELAY', 5000),
    mostWaiting: number('OTEL_BSP_MAX_QUEUE_SIZE', 2048),
    mostAtOnce: number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
    ...sampling(value('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on', value('OTEL_TRACES_SAMPLER_ARG')),
    resource: {
      ...pairsOf('OTEL_RESOURCE_ATTRIBUTES', value('OTEL_RESOURCE_ATTRIBUTES')),
      ...(value('OTEL_SERVICE_NAME') !== undefined && { 'service.name': value('OTEL_SERVICE_NAME') ?? '' }),
    },
  };
}

/** An endpoint for traces is used as it is; one for everything gets the path of traces. */
function urlOf(forTraces: string | undefined, forAll = 'http://localhost:4318'): string {
  const url = forTraces ?? `${forAll.replace(/\/$/, '')}/v1/traces`;
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url;
  throw unusable('OTEL_EXPORTER_OTLP_ENDPOINT', forTraces ?? forAll, say('tracing.endpoint', {}));
}

function sampling(name: string, argument: string | undefined): Pick<TracingSettings, 'sampledPart' | 'asksParent'> {
  const [, parent, kind] = /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(name) ?? [];
  if (kind === undefined) throw unusable('OTEL_TRACES_SAMPLER', name, say('tracing.sampler', {}));
  const part = kind === 'always_on' ? 1 : kind === 'always_off' ? 0 : Number(argument ?? 1);
  if (!(part >= 0 && part <= 1))
    throw unusable('OTEL_TRACES_SAMPLER_ARG', argument ?? '', say('tracing.number', { least: 0 }));
  return { sampledPart: part, asksParent: parent !== undefined };
}

function numberOf(variable: string, text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw unusable(variable, text ?? '', say('tracing.number', { least: 1 }));
}

/** `name=value,name=value`, values percent-encoded (W3C Baggage). */
function pairsOf(variable: string, text = ''): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', given = ''] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      try {
        if (name !== '') return [name, decodeURIComponent(given)];
      } catch {
        // As with a missing name.
      }
      throw unusable(variable, text, say('tracing.pairs', {}));
    }),
  );
}

function unusable(variable: string, value: string, wanted: Sentence): DnnSplitError {
  return new DnnSplitError('bad-usage', say('tracing.variable', { variable, value, wanted }));
}
