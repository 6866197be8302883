import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Handover } from '../engine/handover/blocks';
import { documentHandover } from '../engine/handover/documentHandover';
import { handover } from '../engine/handover/handover';
import { handoverHtml } from '../engine/handover/html';
import { handoverMarkdown } from '../engine/handover/markdown';
import { handoverStyle } from '../engine/handover/style';
import { createDisplayList } from '../engine/picture/displayList/displayList';
import { savedTheme } from '../engine/picture/displayList/editorColors';
import { svgPicture } from '../engine/picture/svgPicture';
import { analysisReport } from '../engine/report/analysisReport';
import { planReport } from '../engine/report/planReport';
import type { PlanDocument } from '../shared/documents/plan';
import { shellWord } from '../shared/escape/shell';
import type { HandoverFormat } from '../shared/handoverFormats';
import type { PictureTheme } from '../shared/picture';
import type { PlanOverrides } from '../shared/requests';
import type { Scene, SceneOverlay } from '../shared/scene';
import { type PlannedModel, planDocumentOf } from './planAnalyzed';

/** The report of a plan. It names the model's file, but no folder. */
export function handoverOf(planned: PlannedModel, overrides: PlanOverrides, recommended?: PlannedModel): Handover {
  const { analyzed, result } = planned;
  const model = basename(analyzed.path);
  return handover({
    model,
    analysis: analysisReport(analyzed),
    plan: planReport(result, analyzed, recommended?.result),
    document: planDocumentOf(planned, analyzed.path),
    command: commandFor(model, planned, overrides),
  });
}

/** The command that makes the same report, as far as one can: cuts, pins and bandwidths that are tried have no option. */
function commandFor(model: string, { settings }: PlannedModel, { objective, strategy }: PlanOverrides): string {
  const bindings = Object.entries(settings.bindings).flatMap(([name, size]) => ['--bind', `${name}=${size}`]);
  const options = [
    ...bindings,
    ...(objective === undefined ? [] : ['--objective', objective]),
    ...(strategy === undefined ? [] : ['--strategy', strategy]),
  ];
  return ['dnnsplit', 'report', model, ...options, '-o', 'report.html'].map(shellWord).join(' ');
}

/** The report of a plan document by itself, without a picture of the graph. */
export function documentText(document: PlanDocument, format: HandoverFormat): string {
  const made = documentHandover(document);
  return format === 'md' ? handoverMarkdown(made) : handoverHtml(made, { style: handoverStyle, hash: styleHash() });
}

const styleHash = () => createHash('sha256').update(handoverStyle).digest('base64');

/** The file of a report; its picture shows the graph around the cut. */
export function handoverText(made: Handover, format: HandoverFormat, scene: Scene, overlay: SceneOverlay): string {
  if (format === 'md') return handoverMarkdown(made);
  const list = createDisplayList(scene, { overlay, metric: 'time' });
  const picture = (theme: PictureTheme) => Buffer.from(svgPicture(list, savedTheme(theme), 'cut')).toString('base64');
  return handoverHtml(
    made,
    { style: handoverStyle, hash: styleHash() },
    { light: picture('light'), dark: picture('dark') },
  );
}
