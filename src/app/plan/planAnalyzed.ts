import { basename, dirname, relative, resolve, sep } from 'node:path';
import { applyOverrides } from '../../engine/planning/infrastructure/applyOverrides';
import { type PlanningResult, type PlanOptions, planModel } from '../../engine/planning/planModel';
import { planDocument, planDocumentText } from '../../engine/report/planDocument';
import type { PlanDocument } from '../../shared/documents/plan';
import { say } from '../../shared/messages/say';
import type { PlanOverrides } from '../../shared/protocol/requests';
import { DnnSplitError } from '../../shared/work/errors';
import { unwatched, type Work } from '../../shared/work/work';
import type { AnalyzedModel } from '../model/analyzeFile';
import type { ModelSettings } from '../model/configuredModel';
import { plannedGraph } from '../model/sessionModel';

/** A model with its plan under some settings. */
export interface PlannedModel {
  readonly analyzed: AnalyzedModel;
  readonly settings: ModelSettings;
  readonly result: PlanningResult;
}

/**
 * Plans an analyzed model under its settings and overrides.
 * @throws DnnSplitError `infeasible`, `invalid-config`, `bad-usage`, `canceled`
 */
export function planAnalyzed(
  analyzed: AnalyzedModel,
  settings: ModelSettings,
  overrides: PlanOverrides,
  options: Omit<PlanOptions, 'strategy' | 'cuts' | 'placement' | 'boundedBlocks'>,
  work: Work = unwatched,
): PlannedModel {
  requireSizes(analyzed);
  const wanted = applyOverrides(settings.infrastructure, settings.strategy, overrides);
  const { boundedBlocks } = analyzed;
  const { strategy, cuts, placement } = wanted;
  const { minimumGainPercent } = settings;
  const planOptions = {
    ...{ ...options, strategy, cuts, placement, boundedBlocks },
    ...(overrides.strategy === undefined && minimumGainPercent !== undefined && { minimumGainPercent }),
  };
  const graph = plannedGraph(analyzed, settings, work);
  const result = planModel(graph, analyzed.candidates, wanted.infrastructure, planOptions, work);
  return { analyzed, settings, result };
}

/** @throws DnnSplitError `invalid-config` where figures would depend on sizes that nobody knows */
function requireSizes({ unsized }: AnalyzedModel): void {
  if (unsized.length === 0) return;
  const [example = ''] = unsized;
  const names = unsized.map((name) => `\`${name}\``).join(', ');
  throw new DnnSplitError('invalid-config', say('sizes.unknown', { count: unsized.length, names, example }));
}

/** The text of the plan document that would lie at `planPath`. */
export function planText(planned: PlannedModel, planPath: string): string {
  return planDocumentText(planDocumentOf(planned, planPath));
}

/** The plan document that would lie at `planPath`. */
export function planDocumentOf({ analyzed, settings, result }: PlannedModel, planPath: string): PlanDocument {
  const path = resolve(analyzed.path);
  return planDocument({
    ...analyzed,
    modelFile: relative(dirname(resolve(planPath)), path)
      .split(sep)
      .join('/'),
    modelName: basename(path, '.onnx'),
    bindings: settings.bindings,
    assumed: analyzed.assumed,
    tierSources: settings.config.tiers,
    result,
  });
}
