import { dirname, join, posix } from 'node:path';
import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import type { ConfigDocument } from '../../shared/documents/config';
import type { ProfileDocument } from '../../shared/documents/profile';
import { DnnSplitError } from '../../shared/errors';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { counted } from '../../shared/quantities';
import type { AnalyzedModel } from '../analyzeFile';
import { type Profiled, profileFromTimes } from '../profileModel';
import type { LinkFigures } from './measureLink';
import { type MeasuredThere, profileFileName } from './measureModel';

/** A tier with the machine that it stands for. */
export interface TierMachine {
  readonly index: number;
  readonly tier: string;
  readonly destination: string;
}

/**
 * The machines of a configuration. One that a person names counts as confirmed; one that the file names does not connect
 * anywhere until it is.
 * @param named machine that stands for the tier, instead of what the file says
 * @param confirmed machines of the file that may be connected to
 * @throws DnnSplitError `bad-usage`
 */
export function machinesOf(
  { tiers }: Pick<ConfigDocument, 'tiers'>,
  { tier, named, confirmed }: { tier?: string | undefined; named?: string | undefined; confirmed: readonly string[] },
): TierMachine[] {
  const ids = tiers.map(({ id }) => id);
  if (tier !== undefined && !ids.includes(tier)) {
    throw new DnnSplitError('bad-usage', say('measure.unknownTier', { tier, tiers: ids.join(', ') }));
  }
  const wanted = tiers.flatMap(({ id, host }, index): TierMachine[] => {
    if (tier !== undefined && id !== tier) return [];
    const destination = named ?? host;
    return destination === undefined ? [] : [{ index, tier: id, destination }];
  });
  const machines = named === undefined ? wanted : wanted.slice(0, 1);
  if (machines.length === 0) throw new DnnSplitError('bad-usage', say('measure.noHost', {}));
  const open = machines.find(({ destination }) => destination !== named && !confirmed.includes(destination));
  if (open === undefined) return machines;
  const facts = { host: visibleText(open.destination), tier: visibleText(open.tier) };
  throw new DnnSplitError('bad-usage', say('measure.confirm', facts));
}

/** The profile of a model from what a machine answered; every text of its own is made harmless. */
export function profileFromThere(
  model: AnalyzedModel,
  { destination }: Pick<TierMachine, 'destination'>,
  { answer }: Pick<MeasuredThere, 'answer'>,
  recorded: string,
  { threads, optimization }: { readonly threads: number; readonly optimization: ProfileDocument['optimization'] },
): Profiled {
  const { kernels, runs, runMicroseconds, machine, version } = answer;
  const timed = kernels.map((kernel) => ({ ...kernel, index: kernel.index }));
  return profileFromTimes({ kernels: timed, runs, runMicroseconds }, destination, model, {
    device: visibleText(machine),
    runtime: `onnxruntime ${visibleText(version)}, ${counted(threads, 'thread')}`,
    ...{ recorded, threads, optimization, runMicroseconds },
  });
}

/** Where the profile of a tier lies: the path in the configuration, and the file. */
export function profilePlace(configPath: string, model: string, tier: string) {
  const path = posix.join('profiles', profileFileName(model, tier));
  return { path, file: join(dirname(configPath), path) };
}

/** What a connection says of a link, seen from the lower of its tiers. */
export function linkFacts({ roundTripMs, outMbps, backMbps }: LinkFigures, isLower: boolean) {
  const [up, down] = isLower ? [backMbps, outMbps] : [outMbps, backMbps];
  const figure = (value: number) => Number(value.toPrecision(3));
  return { bandwidthMbps: figure(up), latencyMs: figure(roundTripMs / 2), downBandwidthMbps: figure(down) };
}

/** Writes values into the text of a configuration, leaving comments and layout alone. */
export function withValues(text: string, values: readonly (readonly [path: JSONPath, value: unknown])[]): string {
  return values.reduce(
    (edited, [path, value]) =>
      applyEdits(edited, modify(edited, path, value, { formattingOptions: { insertSpaces: true, tabSize: 2 } })),
    text,
  );
}
