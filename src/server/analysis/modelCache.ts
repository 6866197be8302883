import type { DimensionBindings } from '../../engine/shapes/inferred';
import type { PlanOverrides } from '../../protocol/requests';
import type { Work } from '../../protocol/work';
import { type AnalyzedModel, analyzeFile, fileStamp } from './analyzeFile';
import { configOf, type ModelSettings, settingsOf } from './configuredModel';
import { type PlannedModel, planAnalyzed } from './planAnalyzed';

/** Models that are kept; the one that was not asked for the longest goes first. */
const keptModels = 6;

interface KeptModel {
  readonly analyzed: AnalyzedModel;
  /** The last plan, and what it was made from. */
  planned?: { readonly key: string; readonly isCompared: boolean; readonly model: PlannedModel };
}

/** Analyzed and planned models, kept as long as their files do not change. */
export class ModelCache {
  readonly #kept = new Map<string, KeptModel>();

  /** The model at `path`, read again when the file has changed. */
  analyzed(path: string, bindings: DimensionBindings, work: Work): AnalyzedModel {
    return this.#keep(path, bindings, work).analyzed;
  }

  /** Changes when the model or the numbers of its dimensions do. */
  key(path: string, bindings: DimensionBindings): string {
    return JSON.stringify([path, fileStamp(path), Object.entries(bindings).sort()]);
  }

  /** What applies to a model now; reads its configuration again. */
  settings(path: string): ModelSettings {
    return settingsOf(path, configOf(path));
  }

  /**
   * The model's plan under its configuration and overrides, computed again when one of them has changed.
   * @param compare computes the other strategies too, which takes many times longer.
   */
  planned(
    path: string,
    settings: ModelSettings,
    { overrides, compare }: { readonly overrides: PlanOverrides; readonly compare: boolean },
    work: Work,
  ): PlannedModel {
    const kept = this.#keep(path, settings.bindings, work);
    const key = planKey(settings, overrides);
    const last = kept.planned;
    if (last?.key === key && (last.isCompared || !compare)) return last.model;
    const options = { compare, ...(last && { previousCosts: last.model.result.costs }) };
    const model = planAnalyzed(kept.analyzed, settings, overrides, options, work);
    kept.planned = { key, isCompared: compare, model };
    return model;
  }

  forget(path: string): void {
    const prefix = JSON.stringify([path]).slice(0, -1);
    for (const key of this.#kept.keys()) if (key.startsWith(`${prefix},`)) this.#kept.delete(key);
  }

  #keep(path: string, bindings: DimensionBindings, work: Work): KeptModel {
    const key = this.key(path, bindings);
    const kept = this.#kept.get(key) ?? { analyzed: analyzeFile(path, bindings, work) };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptModels) break;
      this.#kept.delete(oldest);
    }
    return kept;
  }
}

/** Everything that a plan depends on besides the model; profiles as their entries. */
function planKey({ infrastructure, strategy }: ModelSettings, overrides: PlanOverrides): string {
  const entries = (_: string, value: unknown) => (value instanceof Map ? [...value] : value);
  return JSON.stringify([infrastructure, strategy, overrides], entries);
}
