import { dirname, join, posix } from 'node:path';
import type { MeasuredAnswer } from '../../runtime/measuring/answers';
import type { ConfigDocument } from '../../shared/documents/config';
import type { ProfileDocument } from '../../shared/documents/profile';
import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import type { MeasuredProfile } from '../../shared/protocol/requests';
import { counted } from '../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../shared/work/errors';
import type { AnalyzedModel } from '../model/analyzeFile';
import { type Profiled, profileFromTimes, profileText } from '../profile/profileModel';
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

/** How and where a model was measured. */
export interface MeasuredWhere {
  /** For people, where something is wrong with it. */
  readonly destination: string;
  /** Date. */
  readonly recorded: string;
  readonly threads: number;
  readonly optimization: ProfileDocument['optimization'];
}

/** The profile as a file of a tier. @throws DnnSplitError `invalid-profile` */
export function measuredProfile(
  model: AnalyzedModel,
  tier: string,
  { destination, recorded, ...facts }: MeasuredWhere,
  answer: MeasuredAnswer,
): MeasuredProfile {
  const { document, ...profiled } = profileFromThere(model, { destination }, { answer }, recorded, facts);
  return {
    profileText: profileText(document),
    path: profilePath(document.model?.name ?? '', tier),
    device: document.device,
    nodes: profiled.nodes,
    measuredNodes: profiled.measuredNodes,
    runMs: profiled.runMicroseconds / 1000,
    warnings: profiled.warnings,
  };
}

/** Where the profile of a tier lies, from the configuration's folder. */
function profilePath(model: string, tier: string): string {
  return posix.join('profiles', profileFileName(model, tier));
}

/** Where the profile of a tier lies: the path in the configuration, and the file. */
export function profilePlace(configPath: string, model: string, tier: string) {
  const path = profilePath(model, tier);
  return { path, file: join(dirname(configPath), path) };
}
