import { basename } from 'node:path';
import { type Calibration, calibrate } from '../../engine/calibration/calibrate';
import type { DimensionBindings } from '../../engine/shapes/facts/inferred';
import type { SplitGraph, SplitNode } from '../../engine/split/splitGraph';
import { readTextFile } from '../../files/regularFile';
import type { TierDocument } from '../../shared/documents/config';
import { requireDocument } from '../../shared/documents/parsedDocument';
import { parseProfile } from '../../shared/documents/parseProfile';
import { say } from '../../shared/messages/say';
import { rateClasses } from '../../shared/vocabulary/rateClasses';
import { DnnSplitError } from '../../shared/work/errors';
import { analyzeFile } from '../model/analyzeFile';

/** A device that measured models describe. */
export interface CalibratedTier {
  readonly tier: TierDocument;
  readonly calibration: Calibration;
  readonly models: readonly string[];
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** A model with the profile that was measured of it. */
export interface ProfiledModel {
  readonly modelPath: string;
  readonly profilePath: string;
}

/** Fewer models than this say little about others. */
export const fewModels = 5;
/** Parts of a model's work that have to be measured for a fit, and that are enough for one without a word. */
const leastCovered = 0.5;
const mostlyCovered = 0.95;

/**
 * Fits a tier to measured models: a tier of a configuration, with the error of its times.
 * @param files each model followed by its profile
 * @throws DnnSplitError `bad-usage` for files in another order, `invalid-profile` for the profile of another model or of
 * none, and those of reading models
 */
export function calibrateTier(files: readonly string[], id: string, bindings: DimensionBindings): CalibratedTier {
  return calibrateFrom(pairsOf(files), id, () => bindings);
}

/**
 * As `calibrateTier`, of models that are paired with their profiles already.
 * @param bindingsOf the sizes that a model was measured with
 * @throws DnnSplitError `invalid-profile` for the profile of another model or of none, and those of reading models
 */
export function calibrateFrom(
  pairs: readonly ProfiledModel[],
  id: string,
  bindingsOf: (modelPath: string) => DimensionBindings,
): CalibratedTier {
  const warnings: string[] = [];
  const measured = pairs.map(({ modelPath: model, profilePath: path }) => {
    const { graph, structureHash } = analyzeFile(model, bindingsOf(model));
    const profile = requireDocument(parseProfile(readTextFile(path, 'profile')), 'invalid-profile', path);
    const microseconds = new Map(Object.entries(profile.microseconds));
    const covered = coveredWork(graph, microseconds);
    if (covered === undefined)
      throw new DnnSplitError('invalid-profile', say('calibrate.nothing', { path, model }), { path });
    const share = { path, model, percent: Math.round(100 * covered) };
    if (covered < leastCovered) throw new DnnSplitError('invalid-profile', say('calibrate.partial', share), { path });
    if (covered < mostlyCovered) warnings.push(say('calibrate.mostly', share).text);
    if (profile.model !== undefined && profile.model.structureHash !== structureHash) {
      warnings.push(say('calibrate.otherModel', { path, model }).text);
    }
    return { name: basename(model), graph, microseconds };
  });
  const calibration = calibrate(measured);
  if (pairs.length < fewModels) warnings.push(say('calibrate.few', { models: pairs.length, enough: fewModels }).text);
  return { tier: tierOf(id, calibration), calibration, models: measured.map(({ name }) => name), warnings };
}

/** What part of a model's work has a measured time; nothing where no node has one. */
function coveredWork({ nodes }: SplitGraph, microseconds: ReadonlyMap<string, number>): number | undefined {
  const known = nodes.filter((node) => microseconds.has(node.name) || microseconds.has(node.id));
  const work = (some: readonly SplitNode[]) => some.reduce((sum, { macs }) => sum + (macs ?? 0), 0);
  if (known.length === 0) return undefined;
  return work(nodes) === 0 ? known.length / nodes.length : work(known) / work(nodes);
}

function pairsOf(files: readonly string[]): ProfiledModel[] {
  const pairs = files.flatMap((modelPath, index) =>
    index % 2 === 0 ? [{ modelPath, profilePath: files[index + 1] ?? '' }] : [],
  );
  const isInOrder = pairs.every(
    ({ modelPath, profilePath }) => !modelPath.endsWith('.json') && profilePath.endsWith('.json'),
  );
  if (files.length === 0 || files.length % 2 === 1 || !isInOrder) {
    throw new DnnSplitError('bad-usage', say('calibrate.order', {}));
  }
  return pairs;
}

function tierOf(
  id: string,
  { rates, gflops, memoryGBps, kernelOverheadUs, fusion, withinFactor }: Calibration,
): TierDocument {
  return {
    id,
    gflops: figure(gflops),
    memoryGBps: figure(memoryGBps),
    rates: Object.fromEntries(
      rateClasses.flatMap((name) => {
        const rate = rates[name];
        return rate === undefined ? [] : [[name, figure(rate)]];
      }),
    ),
    kernelOverheadUs: figure(kernelOverheadUs),
    fusion,
    ...(withinFactor !== undefined && { withinFactor: Math.ceil(withinFactor * 100) / 100 }),
  };
}

/** Three digits, which is more than measured times are good for. */
function figure(value: number): number {
  return Number(value.toPrecision(3));
}
