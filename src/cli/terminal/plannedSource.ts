import type { AnalyzedModel } from '../../app/model/analyzeFile';
import type { CostTables } from '../../engine/planning/costs/costTables';
import type { Plan } from '../../engine/planning/plan/plan';
import type { FileIdentity } from '../../files/fileIdentity';
import { readingOfPlan } from '../../shared/documents/plan';
import { checkDimensions, type ModelOptions, modelSettings } from './modelOptions';
import { modelNamed, type NamedModel } from './namedModels';
import { warn } from './output';
import { planInput } from './planInput';

/** A model with a plan of it. */
export interface PlannedSource {
  readonly analyzed: AnalyzedModel;
  readonly costs: CostTables;
  readonly plan: Plan;
  /** Files that were read. */
  readonly inputs: readonly FileIdentity[];
}

/** The plan of a document, or that of a model. @throws DnnSplitError as reading and planning */
export async function plannedSource(source: string, options: ModelOptions): Promise<PlannedSource> {
  return source.endsWith('.json') ? fromPlan(source) : fromModel(await modelNamed(source), options);
}

async function fromPlan(path: string): Promise<PlannedSource> {
  const { modelOfPlan } = await import('../../app/plan/planFile');
  const { analyzeAs } = await import('../../app/model/analyzeFile');
  const { plannedFromDocument } = await import('../../app/plan/plannedFromDocument');
  const document = await planInput(path);
  const analyzed = analyzeAs(modelOfPlan(document, path), readingOfPlan(document));
  const { modelFiles } = await import('../../app/model/inputFiles');
  const { fileIdentities } = await import('../../files/fileIdentity');
  const inputs = [...modelFiles(analyzed), ...fileIdentities([path])];
  return { analyzed, ...plannedFromDocument(document, analyzed), inputs };
}

async function fromModel(model: NamedModel, options: ModelOptions): Promise<PlannedSource> {
  const { analyzeAs } = await import('../../app/model/analyzeFile');
  const { planAnalyzed } = await import('../../app/plan/planAnalyzed');
  const settings = await modelSettings(model, options);
  const analyzed = analyzeAs(model.path, settings);
  warn(await checkDimensions(analyzed, model.name, settings.bindings, options.bind));
  const { result } = planAnalyzed(analyzed, settings, {}, { skipCertificate: true, skipRegimes: true });
  const { modelFiles, settingsFiles } = await import('../../app/model/inputFiles');
  const inputs = [...modelFiles(analyzed), ...settingsFiles(settings)];
  return { analyzed, costs: result.costs, plan: result.plan, inputs };
}
