import type { PreviewedCut } from '../../src/shared/protocol/webviewMessages';
import type { AnalysisReport } from '../../src/shared/reports/reports';
import type { SceneModel } from '../model/sceneModel';
import type { State } from '../model/state';
import { planCostText } from '../text/figureText';
import { formatBytes, formatMs } from '../text/format';
import { text } from '../text/strings';

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

/**
 * The cut that a person means by a position: on the link that suits it best, or on the one above the tier that it lies on.
 * Nothing where there is no plan to cut, or nothing to cut it between, nor inside of a node.
 */
export function cutAt(
  { plan, overlay, body }: Pick<State, 'plan' | 'overlay' | 'body'>,
  position: number,
): PreviewedCut | undefined {
  const links = (overlay?.tierNames.length ?? 1) - 1;
  if (plan === null || body !== null || links < 1) return undefined;
  const outcome = plan.candidates.find((candidate) => candidate.position === position);
  return { link: outcome?.link ?? Math.min(overlay?.tierOfNode[position - 1] ?? 0, links - 1), position };
}

type Known = Pick<State, 'plan' | 'analysis' | 'preview'>;

/**
 * What cutting a link at `position` would give, in one line, before it is planned: what the host has worked out for it,
 * until then what is known of the candidate there.
 */
export function previewCut({ link, position }: PreviewedCut, known: Known, model: SceneModel): string {
  const { plan, analysis, preview } = known;
  const place = placeOf(position, analysis, model);
  if (preview !== null && preview.cut.link === link && preview.cut.position === position) {
    if ('refused' in preview.answer) return text('boundary.impossible', place);
    const outcome = preview.answer.preview;
    const figures = [formatMs(outcome.latencyMs), planCostText(outcome)] as const;
    return text('boundary.outcome', place, ...figures, formatBytes(outcome.bytes[link] ?? null));
  }
  const outcome = plan?.candidates.find((candidate) => candidate.position === position);
  if (outcome === undefined) return text(plan === null ? 'boundary.plain' : 'boundary.ruledOut', place);
  if (outcome.latencyMs === null) return text('boundary.plain', place);
  return text('boundary.candidate', place, formatMs(outcome.latencyMs), planCostText(outcome));
}
