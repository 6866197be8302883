import type { Controller } from '../control/controller';
import { withCondition } from '../model/overrides';
import type { State } from '../model/state';
import { element } from '../page/dom';
import { patch } from '../page/patch';
import { picker } from '../page/toolkit';
import { text } from '../text/strings';
import { type PointedPlace, regionChart } from './regionChart';
import type { Bandwidths } from './regionPlans';

/** A map is asked for once nothing has changed for this long, so that a drag is not held up. */
const quietMs = 350;

/** The map over two links' bandwidths, with the choice of the two where there are more. */
export interface RegionView {
  /** Empty while there is no map, or fewer than two links. */
  readonly element: HTMLElement;
  draw(state: State, width: number): void;
  /** Asks for the map again where the plan is another one; to be called while the charts are shown. */
  request(state: State): void;
}

export function createRegionView(controller: Controller): RegionView {
  let chosen: readonly [number, number] = [0, 1];
  let askedFor: unknown;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pointed: PointedPlace = { at: undefined };
  const ask = (afterMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.requestRegions(chosen), afterMs);
  };
  const links = picker(text('regions.links'), (value) => {
    const [first = 0, second = 1] = value.split(' ').map(Number);
    chosen = [first, second];
    ask(0);
  });
  const chart = element('div');

  return {
    element: element('div', {}, links.element, chart),
    draw(state, width) {
      const { regions: map, plan } = state;
      const isShown = map !== null && plan !== null && plan.links.length > 1;
      links.element.hidden = !isShown || plan.links.length === 2;
      if (!isShown) {
        chart.replaceChildren();
        return;
      }
      const current = bandwidthsOf(state, map.links);
      const choose = (mbps: Bandwidths) => controller.override(withBoth(state, map.links, mbps));
      patch(chart, [regionChart({ map, plan, current, width, choose, pointed })]);
      links.show(pairsOf(plan.links), map.links.join(' '));
    },
    request({ plan }) {
      if (plan === null || plan === askedFor || plan.links.length < 2) return;
      askedFor = plan;
      if (chosen[1] >= plan.links.length) chosen = [0, 1];
      ask(quietMs);
    },
  };
}

function bandwidthsOf({ plan, overrides }: State, links: readonly [number, number]): Bandwidths | undefined {
  const [first, second] = links.map((link) => overrides.bandwidthMbps?.[link] ?? plan?.links[link]?.bandwidthMbps);
  return first === undefined || second === undefined ? undefined : [first, second];
}

function withBoth({ overrides, plan }: State, [first, second]: readonly [number, number], mbps: Bandwidths) {
  const count = plan?.links.length ?? 0;
  const withFirst = withCondition(overrides, 'bandwidthMbps', count, first, mbps[0]);
  return withCondition(withFirst, 'bandwidthMbps', count, second, mbps[1]);
}

/** Every pair of links, in words. */
function pairsOf(links: readonly { readonly from: string; readonly to: string }[]) {
  return links.flatMap((lower, first) =>
    links.slice(first + 1).map((upper, offset) => ({
      value: `${first} ${first + 1 + offset}`,
      label: text('regions.pair', lower.from, lower.to, upper.from, upper.to),
    })),
  );
}
