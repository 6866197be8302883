import { labelText } from '../../shared/escape/workbench';
import type { PlanReport } from '../../shared/reports/reports';
import { durationText } from '../../shared/vocabulary/quantities';
import type { ModelEntry } from '../model/modelStore';
import type { Translate } from '../window/text';

/** The plan in one line, as a label: `device 12 | edge 0 | cloud 348 - 107 ms`. */
export function planLine(plan: PlanReport): string {
  const tiers = plan.tiers.map(({ id, nodes }) => `${labelText(id)} ${nodes}`).join(' | ');
  return `${tiers} - ${durationText(plan.latencyMs)}`;
}

/** Text of the status bar for a model. */
export function statusText(model: ModelEntry, t: Translate): string {
  const { snapshot } = model;
  if (snapshot?.state === 'failed') return `$(error) DNNSplit: ${t('not analyzed')}`;
  const icon = model.busy ? '$(sync~spin) ' : snapshot?.configError ? '$(warning) ' : '';
  if (!snapshot?.plan) return `${icon}DNNSplit: ${model.busy ? t('analyzing') : t('no plan')}`;
  const { assumedText } = snapshot.plan;
  const sizes = assumedText === undefined ? '' : ` (${t('{0}, assumed', assumedText)})`;
  return `${icon}DNNSplit: ${planLine(snapshot.plan)}${sizes}`;
}
