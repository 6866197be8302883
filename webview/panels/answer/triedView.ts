import { type TriedItem, triedOut } from '../../../src/shared/wording/triedOut';
import type { Controller } from '../../control/controller';
import type { State } from '../../model/state';
import { element } from '../../page/dom';
import { button } from '../../page/toolkit';
import { formatMbps, formatMs, formatRatio } from '../../text/format';
import { text } from '../../text/strings';

function words(item: TriedItem): string {
  switch (item.kind) {
    case 'cut':
      return item.after === null
        ? text('tried.cutAtInput', item.from, item.to)
        : text('tried.cut', item.from, item.to, item.after);
    case 'pin':
      return text('tried.pin', item.label, item.tier);
    case 'bandwidth':
      return text('tried.bandwidth', item.from, item.to, formatMbps(item.mbps));
    case 'latency':
      return text('tried.latency', item.from, item.to, formatMs(item.latencyMs));
    case 'speed':
      return text('tried.speed', item.tier, formatRatio(item.factor));
    case 'objective':
      return text('tried.objective', item.value);
    case 'strategy':
      return text('tried.strategy', item.value);
    case 'placement':
      return text('tried.placement');
  }
}

/** Everything that is only tried, each with a way to take it back. */
export function triedView({ plan, plannedUnder }: State, controller: Controller): HTMLElement[] {
  const items = plan === null ? [] : triedOut(plan, plannedUnder);
  if (items.length === 0) return [];
  const rows = items.map((item) => {
    const what = words(item);
    const back = button({
      label: text('tried.takeBack'),
      name: text('tried.takeBack.name', what),
      onClick: () => controller.override(item.without),
    });
    return element('li', {}, element('span', {}, what), back);
  });
  return [element('h3', {}, text('tried.title')), element('ul', { class: 'tried' }, ...rows)];
}
