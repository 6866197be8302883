import { fileStamp } from '../../files/fileIdentity';
import type { Reach } from '../../files/reach';
import { conditionsOf, decidesPlan } from '../../shared/protocol/overrides';
import type { PlanOverrides } from '../../shared/protocol/requests';
import { DnnSplitError } from '../../shared/work/errors';
import type { Work } from '../../shared/work/work';
import { type AnalyzedModel, analyzeAs, type Reading } from '../model/analyzeFile';
import { configOf, type ModelSettings, settingsOf } from '../model/configuredModel';
import { type PlannedModel, planAnalyzed } from './planAnalyzed';

/** Models that are kept; the one that was not asked for the longest goes first. */
const keptModels = 6;
/** Last settings and plans that are kept; more than models, since one with a broken configuration has no others. */
const keptPlans = 24;

interface KeptModel {
  readonly analyzed: AnalyzedModel;
  /** The last plan, and what it was made from. */
  planned?: { readonly key: string; readonly isCompared: boolean; readonly model: PlannedModel };
  /** The last plan that was recommended, and what it was made from. */
  recommended?: { readonly key: string; readonly model: PlannedModel };
}

/** Analyzed and planned models, kept as long as their files do not change. */
export class ModelCache {
  readonly #kept = new Map<string, KeptModel>();
  /** The last good settings and plan by model, for as long as its configuration is broken. */
  readonly #lastSettings = new Map<string, ModelSettings>();
  readonly #lastPlanned = new Map<string, PlannedModel>();

  /** @param reach how far the names in configurations may lead now */
  constructor(private readonly reach: () => Reach) {}

  /** The model at `path`, read again when the file has changed. */
  analyzed(path: string, reading: Reading, work: Work): AnalyzedModel {
    return this.#keep(path, reading, work).analyzed;
  }

  /** Changes when the model does, or how it is read. */
  key(path: string, { bindings, state }: Reading): string {
    return JSON.stringify([path, fileStamp(path), Object.entries(bindings).sort(), state]);
  }

  /** What applies to a model now; reads its configuration again. */
  settings(path: string): ModelSettings {
    const settings = settingsOf(path, configOf(path, undefined, this.reach()));
    keepNewest(this.#lastSettings, path, settings);
    return settings;
  }

  /** How a model is read; while its configuration is broken, as before. */
  reading(path: string): Reading {
    try {
      return this.settings(path);
    } catch (thrown) {
      if (!DnnSplitError.is(thrown)) throw thrown;
      return this.#lastSettings.get(path) ?? { bindings: {}, state: 'recognized' };
    }
  }

  /** The last plan that there was. */
  lastPlanned(path: string): PlannedModel | undefined {
    return this.#lastPlanned.get(path);
  }

  /**
   * The model's plan under its configuration and overrides, computed again when one of them has changed.
   * @param compare computes the other strategies and the efficient plans too, which takes many times longer.
   */
  planned(
    path: string,
    settings: ModelSettings,
    { overrides, compare }: { readonly overrides: PlanOverrides; readonly compare: boolean },
    work: Work,
  ): PlannedModel {
    const kept = this.#keep(path, settings, work);
    const key = planKey(settings, overrides);
    const last = kept.planned;
    if (last?.key === key && (last.isCompared || !compare)) return last.model;
    const previous = last && { previousCosts: last.model.result.costs };
    const options = { compare, pareto: compare, quickCertificate: !compare, ...previous };
    const model = planAnalyzed(kept.analyzed, settings, overrides, options, work);
    kept.planned = { key, isCompared: compare, model };
    keepNewest(this.#lastPlanned, path, model);
    return model;
  }

  /**
   * The model's plan without the decisions among the overrides, without its regimes and its proof; nothing where they
   * decide nothing.
   */
  recommended(path: string, settings: ModelSettings, overrides: PlanOverrides, work: Work): PlannedModel | undefined {
    if (!decidesPlan(overrides)) return undefined;
    const kept = this.#keep(path, settings, work);
    const conditions = conditionsOf(overrides);
    const key = planKey(settings, conditions);
    if (kept.recommended?.key === key) return kept.recommended.model;
    const options = { skipRegimes: true, skipCertificate: true, quickCertificate: true };
    const model = planAnalyzed(kept.analyzed, settings, conditions, options, work);
    kept.recommended = { key, model };
    return model;
  }

  forget(path: string): void {
    this.#lastSettings.delete(path);
    this.#lastPlanned.delete(path);
    const prefix = JSON.stringify([path]).slice(0, -1);
    for (const key of this.#kept.keys()) if (key.startsWith(`${prefix},`)) this.#kept.delete(key);
  }

  #keep(path: string, reading: Reading, work: Work): KeptModel {
    const key = this.key(path, reading);
    const kept = this.#kept.get(key) ?? { analyzed: analyzeAs(path, reading, work) };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptModels) break;
      this.#kept.delete(oldest);
    }
    return kept;
  }
}

/** Models that were never opened are never closed either: what is kept of them has an end too. */
function keepNewest<Value>(kept: Map<string, Value>, path: string, value: Value): void {
  kept.delete(path);
  kept.set(path, value);
  const [oldest] = kept.keys();
  if (kept.size > keptPlans && oldest !== undefined) kept.delete(oldest);
}

/** Everything that a plan depends on besides the model; profiles as their entries. */
function planKey({ infrastructure, strategy, session }: ModelSettings, overrides: PlanOverrides): string {
  const entries = (_: string, value: unknown) => (value instanceof Map ? [...value] : value);
  return JSON.stringify([infrastructure, strategy, overrides, session], entries);
}
