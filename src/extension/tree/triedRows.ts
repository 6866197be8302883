import type { PlanOverrides } from '../../shared/protocol/requests';
import type { PlanReport } from '../../shared/reports/reports';
import { bandwidthText, durationText, ratioText } from '../../shared/vocabulary/quantities';
import { type TriedItem, triedOut } from '../../shared/wording/triedOut';
import type { Translate } from '../window/text';
import type { TreeRow } from './row';

/** What is only tried, each row with a way to take it back; nothing while nothing is. */
export function triedSection(plan: PlanReport, tried: PlanOverrides | undefined, t: Translate): readonly TreeRow[] {
  const items = tried === undefined ? [] : triedOut(plan, tried);
  if (items.length === 0) return [];
  return [
    {
      id: 'tried',
      label: t('Tried out'),
      description: t('not in dnnsplit.json'),
      icon: 'beaker',
      kind: 'triedSection',
      expanded: true,
      children: items.map((item, index) => {
        const [label, description] = words(item, t);
        return {
          id: `tried/${index}`,
          label,
          description,
          icon: 'edit',
          kind: 'tried',
          without: item.without,
          children: [],
        };
      }),
    },
  ];
}

/** Label and description of what is tried. */
function words(item: TriedItem, t: Translate): readonly [string, string] {
  switch (item.kind) {
    case 'cut':
      return [
        t('Cut {0} to {1}', item.from, item.to),
        item.after === null ? t('at the input') : t('after {0}', item.after),
      ];
    case 'pin':
      return [item.label, t('pinned to {0}', item.tier)];
    case 'bandwidth':
      return [t('{0} to {1}', item.from, item.to), bandwidthText(item.mbps)];
    case 'latency':
      return [t('{0} to {1}', item.from, item.to), t('{0} latency', durationText(item.latencyMs))];
    case 'speed':
      return [t('Speed of {0}', item.tier), ratioText(item.factor)];
    case 'objective':
      return [t('Objective'), item.value];
    case 'strategy':
      return [t('Strategy'), item.value];
    case 'placement':
      return [t('Plan chosen from the chart'), ''];
  }
}
