import { hasOverrides } from '../../../src/shared/protocol/overrides';
import type { RunCommand } from '../../../src/shared/protocol/webviewMessages';
import { restsOnEstimates } from '../../../src/shared/reports/estimates';
import type { Controller } from '../../control/controller';
import type { State } from '../../model/state';
import { element } from '../../page/dom';
import { button } from '../../page/toolkit';
import { type StringKey, text } from '../../text/strings';

interface NextStep {
  readonly command: RunCommand;
  readonly label: StringKey;
  readonly title: StringKey;
  readonly applies?: (state: State) => boolean;
}

/** What a person does with an answer, in the order in which it is usually done. */
const nextSteps: readonly NextStep[] = [
  {
    command: 'bindDimension',
    label: 'next.sizes',
    title: 'next.sizes.title',
    applies: ({ analysis }) => (analysis?.openDimensions.length ?? 0) > 0,
  },
  {
    command: 'profileModel',
    label: 'next.profile',
    title: 'next.profile.title',
    applies: ({ plan }) => plan !== null && restsOnEstimates(plan.tiers),
  },
  { command: 'openConfig', label: 'next.config', title: 'next.config.title' },
  { command: 'exportPlan', label: 'toolbar.export', title: 'next.export.title' },
  { command: 'report', label: 'next.report', title: 'next.report.title' },
  { command: 'copyCommand', label: 'next.command', title: 'next.command.title' },
  { command: 'split', label: 'next.split', title: 'next.split.title' },
  { command: 'verifySplit', label: 'next.verify', title: 'next.verify.title' },
  { command: 'generate', label: 'next.generate', title: 'next.generate.title' },
];

/** What to do with the plan, as buttons. */
export function nextStepsView(state: State, controller: Controller): HTMLElement[] {
  const steps = nextSteps.filter(
    ({ command, applies }) => !state.withheld.includes(command) && (applies === undefined || applies(state)),
  );
  const buttons = steps.map(({ command, label, title }) =>
    button({ label: text(label), title: text(title), onClick: () => controller.run(command) }),
  );
  const hint = hasOverrides(state.overrides) ? [element('p', { class: 'hint' }, text('next.tried'))] : [];
  return [element('h3', {}, text('next.title')), element('div', { class: 'actions' }, ...buttons), ...hint];
}
