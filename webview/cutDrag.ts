import type { AnalysisReport, PlanReport } from '../src/protocol/reports';
import { formatDollars, formatMs } from './format';
import type { SceneModel } from './sceneModel';
import { text } from './strings';

export interface CutLine {
  readonly position: number;
  readonly y: number;
}

/** The cut line nearest to a height. */
export function nearestCutLine(model: SceneModel, y: number): CutLine | undefined {
  let best: CutLine | undefined;
  for (const line of model.scene.cutLines) {
    if (best === undefined || Math.abs(line.y - y) < Math.abs(best.y - y)) best = line;
  }
  return best;
}

/** Name of the place after `position` nodes. */
export function placeOf(position: number, analysis: AnalysisReport | null, model: SceneModel | null): string {
  if (position === 0) return text('candidates.input');
  const candidate = analysis?.candidates.find((known) => known.position === position);
  const node = model?.scene.nodes[model.nodeOfOrder[position - 1] ?? -1];
  return candidate?.after ?? node?.label ?? String(position);
}

/** What cutting at `position` would give, in one line, before anything is planned. */
export function previewCut(
  position: number,
  plan: PlanReport | null,
  analysis: AnalysisReport | null,
  model: SceneModel,
): string {
  const place = placeOf(position, analysis, model);
  const outcome = plan?.candidates.find((candidate) => candidate.position === position);
  if (outcome === undefined) return text(plan === null ? 'boundary.plain' : 'boundary.ruledOut', place);
  if (outcome.latencyMs === null) return text('boundary.plain', place);
  return text('boundary.candidate', place, formatMs(outcome.latencyMs), formatDollars(outcome.costPerRequest));
}
