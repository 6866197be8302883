import { InvalidArgumentError, Option } from 'commander';
import { mostTokens, type Session } from '../../shared/vocabulary/session';

/** Collects `--bind name=number`, several times or separated by commas; a cache before its first token has size 0. */
export function parseBindings(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const bindings: Record<string, number> = { ...before };
  // A comma inside of parentheses belongs to a name: exporters call dimensions `Max(1, s2)`.
  for (const part of text.split(/,(?![^(]*\))/)) {
    const at = part.lastIndexOf('=');
    const number = part.slice(at + 1).trim();
    const value = number === '' ? Number.NaN : Number(number);
    if (at < 1 || !Number.isSafeInteger(value) || value < 0) {
      throw new InvalidArgumentError(`'${part}' is not NAME=NUMBER with a whole number from 0 upwards.`);
    }
    bindings[part.slice(0, at).trim()] = value;
  }
  return bindings;
}

/** A whole number from 1 upwards. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 upwards.');
}

/** Seconds from 0 upwards. */
export function parseSeconds(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be seconds from 0 upwards.');
}

/** A port to listen on. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a whole number from 0 (a free one) to 65535.');
}

/** Where ONNX Runtime is; the folders of models and plans are never looked into. */
export function runtimeFolderOption(): Option {
  return new Option('--runtime-folder <folder>', 'folder in which ONNX Runtime is installed, if not with dnnsplit');
}

/** Bandwidths in Mbit/s, separated by commas. */
export function parseBandwidths(text: string): number[] {
  const bandwidths = text.split(',').map(Number);
  if (bandwidths.every((mbps) => mbps > 0 && Number.isFinite(mbps))) return bandwidths;
  throw new InvalidArgumentError('It must be bandwidths in Mbit/s above 0, separated by commas, such as 30,12.5,4.');
}

/** A number from 0 upwards. */
export function parseNonNegative(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number from 0 upwards.');
}

/** A number above 0. */
export function parsePositive(text: string): number {
  const value = parseNonNegative(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

export interface Sweep {
  /** Index of the link whose bandwidth varies. */
  readonly link: number;
  readonly fromMbps: number;
  readonly toMbps: number;
}

/** `link=0,from=0.1,to=1000`: bandwidths in Mbit/s. */
export function parseSweep(text: string): Sweep {
  const fields = new Map(text.split(',').map((part) => [part.split('=')[0]?.trim(), Number(part.split('=')[1])]));
  const link = fields.get('link') ?? 0;
  const fromMbps = fields.get('from') ?? 0.1;
  const toMbps = fields.get('to') ?? 1000;
  const known = [...fields.keys()].every((name) => name === 'link' || name === 'from' || name === 'to');
  const sound = Number.isSafeInteger(link) && link >= 0 && fromMbps > 0 && toMbps > fromMbps && Number.isFinite(toMbps);
  if (known && sound) return { link, fromMbps, toMbps };
  throw new InvalidArgumentError('It must look like link=0,from=0.1,to=1000, bandwidths in Mbit/s, from below to.');
}

/** `prefill=512,generate=128`: tokens that are given, and tokens that are made one by one. */
export function parseSession(text: string): Session {
  const fields = new Map(text.split(',').map((part) => [part.split('=')[0]?.trim(), Number(part.split('=')[1])]));
  const [prefillTokens = 0, generatedTokens = 0] = [fields.get('prefill'), fields.get('generate')];
  const isCount = (tokens: number, most: number) => Number.isSafeInteger(tokens) && tokens >= 1 && tokens <= most;
  if (
    fields.size === 2 &&
    isCount(prefillTokens, mostTokens.prefill) &&
    isCount(generatedTokens, mostTokens.generated)
  ) {
    return { prefillTokens, generatedTokens };
  }
  throw new InvalidArgumentError('It must look like prefill=512,generate=128, in tokens or steps.');
}

/** Names, separated by commas. */
export function parseTiers(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new InvalidArgumentError('It must be names separated by commas, such as raspberry-pi-4,t4.');
}

/** Collects what an option takes, as often as it is given. */
export function collectTexts(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** Collects `--name index=number`, several times or separated by commas. */
function linkValues(accepts: (value: number) => boolean, expected: string) {
  return (text: string, before: ReadonlyMap<number, number> = new Map()): Map<number, number> => {
    const values = new Map(before);
    for (const part of text.split(',')) {
      const [, link, number] = /^\s*(\d+)\s*=\s*([\d.eE+-]+)\s*$/.exec(part) ?? [];
      const value = Number(number);
      if (link === undefined || !Number.isFinite(value) || !accepts(value)) {
        throw new InvalidArgumentError(`'${part}' is not ${expected}`);
      }
      values.set(Number(link), value);
    }
    return values;
  };
}

/** Of `--link`, in Mbit/s. */
export const parseLinks = linkValues((mbps) => mbps > 0, 'LINK=MBPS, such as 0=20 for 20 Mbit/s on the first link.');

/** Of `--latency`, in ms. */
export const parseLatencies = linkValues((ms) => ms >= 0, 'LINK=MS, such as 0=5 for 5 ms on the first link.');

/** Of `--cut-at`: numbers of nodes below the cuts. */
export const parsePositions = linkValues(
  (position) => Number.isSafeInteger(position) && position >= 0,
  'LINK=POSITION, such as 0=37 for 37 nodes below the first link.',
);

/** `--adaptive [links]`: holds every cut that is best at some bandwidth of a link, or at some bandwidths of several. */
export function adaptiveOption(): Option {
  return new Option(
    '--adaptive [links]',
    'follow the bandwidth of this link at run time, or of several, such as 0,1, where the plan has a map of them; links count from 0',
  )
    .argParser(parseFollowedLinks)
    .preset('0');
}

/** Each once, in ascending order. */
function parseFollowedLinks(text: string, before: readonly number[] = []): number[] {
  return [...new Set([...before, ...text.split(',').map(parseLinkNumber)])].sort((a, b) => a - b);
}

/** The number of a link. */
export function parseLinkNumber(text: string): number {
  const link = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(link) && link >= 0) return link;
  throw new InvalidArgumentError('It must be the number of a link; the first is 0.');
}
