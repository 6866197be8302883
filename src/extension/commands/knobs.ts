import * as vscode from 'vscode';
import { labelText } from '../../shared/escape/workbench';
import type { PlanReport } from '../../shared/reports/reports';
import { metrics, metricTable } from '../../shared/vocabulary/metrics';
import { namedStrategies, strategyEntry } from '../../shared/vocabulary/strategies';
import { DnnSplitError } from '../../shared/work/errors';
import type { ModelEntry } from '../model/modelStore';
import { withCut, withPin } from '../model/turnedKnobs';
import { translated } from '../window/text';
import { type CommandContext, requireModel, requirePlan, rowArgument } from './context';
import { act } from './graphMenu';
import { graphNodeArgument } from './graphNode';

/** Chooses what to optimize, until it is reset. */
export async function selectObjective(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, argument);
  const plan = requirePlan(model);
  const objective = await pick(
    metrics.map((metric) => ({ label: metric, detail: translated(metricTable[metric].description, vscode.l10n.t) })),
    plan.objective,
    vscode.l10n.t('Select an objective'),
  );
  if (objective !== undefined) await context.models.override(model.modelUri, { ...model.overrides, objective });
}

/** Chooses how to search for the plan, until it is reset. */
export async function selectStrategy(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, argument);
  const plan = requirePlan(model);
  const placeHolder = vscode.l10n.t('Select a search strategy');
  const strategy = await pick(strategiesOf(plan).map(strategyChoice), plan.strategy, placeHolder);
  if (strategy !== undefined) await context.models.override(model.modelUri, { ...model.overrides, strategy });
}

/** Every strategy and every single tier, but those that are known to have no plan here. */
function strategiesOf(plan: PlanReport): readonly string[] {
  const compared = [...plan.strategies, ...plan.baselines];
  const without = compared.filter(({ unavailable }) => unavailable !== undefined).map(({ strategy }) => strategy);
  const all = [...namedStrategies, plan.strategy, ...plan.baselines.map(({ strategy }) => strategy)];
  return [...new Set(all)].filter((strategy) => strategy === plan.strategy || !without.includes(strategy));
}

function strategyChoice(strategy: string): Choice {
  const entry = strategyEntry(strategy);
  if (entry === undefined) return { label: strategy };
  const [label, description] = [entry.label, entry.description].map((text) => translated(text, vscode.l10n.t));
  return { label: strategy, detail: `${label}: ${description}` };
}

/** Cuts the model at the candidate of a row, after a node of the graph, or at a candidate that is asked for. */
export async function cutHere(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, undefined);
  const plan = requirePlan(model);
  const inGraph = graphNodeArgument(argument);
  if (inGraph !== undefined) {
    // The page knows where it is folded, and asks for the link by name.
    act(context, model, { kind: 'cut', nodeId: inGraph.nodeId });
    return;
  }
  const position = rowArgument(argument)?.position ?? (await pickCandidate(model));
  if (position === undefined) return;
  const outcome = plan.candidates.find((candidate) => candidate.position === position);
  const link = outcome?.link ?? (await pickLink(plan));
  if (link === undefined) return;
  const overrides = withCut(model.overrides, link, position, plan.links.length);
  await context.models.override(model.modelUri, overrides);
}

async function pickCandidate({ snapshot }: ModelEntry): Promise<number | undefined> {
  const items = (snapshot?.analysis?.candidates ?? []).map(({ after, position }, rank) => ({
    label: labelText(`${rank + 1}. ${after ?? vscode.l10n.t('Input')}`),
    position,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Select where to cut') }))?.position;
}

async function pickLink({ links }: PlanReport): Promise<number | undefined> {
  const items = links.map(({ from, to }, link) => ({ label: labelText(vscode.l10n.t('{0} to {1}', from, to)), link }));
  if (items.length <= 1) return items[0]?.link;
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Select the tiers to cut between') }))
    ?.link;
}

/** Pins the node of a row or of the graph, or the selected one, to a tier. */
export async function pinToTier(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, undefined);
  const plan = requirePlan(model);
  const row = rowArgument(argument);
  const nodeId =
    row?.nodeIds?.[0] ?? graphNodeArgument(argument)?.nodeId ?? context.selection.selectedIn(model.modelUri)[0];
  if (nodeId === undefined) {
    throw new DnnSplitError('bad-usage', vscode.l10n.t('Select a node in the graph or a candidate in the tree first.'));
  }
  const tiers = plan.tiers.map(({ id }) => ({ label: id }));
  const tier = await pick(tiers, model.overrides.pin?.[nodeId], vscode.l10n.t('Select a tier for this node'));
  if (tier !== undefined) await context.models.override(model.modelUri, withPin(model.overrides, nodeId, tier));
}

/** Takes back what a row shows as tried. */
export async function takeBack(context: CommandContext, argument: unknown): Promise<void> {
  const model = requireModel(context, undefined);
  const without = rowArgument(argument)?.without;
  if (without !== undefined) await context.models.override(model.modelUri, without);
}

/** Returns to what the files say. */
export async function resetOverrides(context: CommandContext, argument: unknown): Promise<void> {
  await context.models.override(requireModel(context, argument).modelUri, {});
}

interface Choice {
  readonly label: string;
  readonly detail?: string;
}

async function pick(
  choices: readonly Choice[],
  current: string | undefined,
  placeHolder: string,
): Promise<string | undefined> {
  const items = choices.map((choice) => ({
    ...choice,
    label: labelText(choice.label),
    choice: choice.label,
    ...(choice.label === current && { description: vscode.l10n.t('current') }),
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.choice;
}
