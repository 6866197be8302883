import { restsOnEstimates } from '../../shared/reports/estimates';
import type { AnalysisReport, PlanReport } from '../../shared/reports/reports';
import type { Translate } from '../window/text';
import { withheldCommands } from '../window/withheld';
import type { TreeRow } from './row';

interface Step {
  readonly command: string;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
}

/** What a person does with a plan, in the order in which it is usually done; choosing a row does it. */
export function stepsSection({ openDimensions }: AnalysisReport, { tiers }: PlanReport, t: Translate): TreeRow {
  const steps: readonly Step[] = [
    ...(openDimensions.length > 0
      ? [{ command: 'bindDimension', label: t('Set Sizes…'), description: t('open dimensions'), icon: 'symbol-ruler' }]
      : []),
    ...(restsOnEstimates(tiers)
      ? [{ command: 'profileModel', label: t('Profile Model…'), description: t('times are estimates'), icon: 'watch' }]
      : []),
    { command: 'openConfig', label: t('Edit Tiers…'), description: 'dnnsplit.json', icon: 'settings-gear' },
    { command: 'exportPlan', label: t('Export Plan'), description: t('to commit and compare'), icon: 'save' },
    { command: 'report', label: t('Save Report…'), description: t('for a colleague'), icon: 'preview' },
    { command: 'split', label: t('Split…'), description: t('a sub-model per tier'), icon: 'split-horizontal' },
    { command: 'verifySplit', label: t('Verify…'), description: t('same outputs as the model'), icon: 'verified' },
    { command: 'generate', label: t('Generate…'), description: t('deployment files'), icon: 'rocket' },
  ];
  return {
    id: 'steps',
    label: t('Next steps'),
    description: '',
    icon: 'arrow-right',
    kind: 'section',
    children: steps.filter(isOffered).map(({ command, label, description, icon }) => ({
      id: `steps/${command}`,
      label,
      description,
      icon,
      kind: 'step',
      command,
      children: [],
    })),
  };
}

function isOffered({ command }: Step): boolean {
  return !withheldCommands.some((withheld) => withheld === command);
}
