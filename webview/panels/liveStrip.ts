import type { LiveCut, LiveMoment, LiveSwitch, LiveView, SwitchReason } from '../../src/shared/reports/live';
import type { PlanReport } from '../../src/shared/reports/reports';
import { latencyAt } from '../../src/shared/wording/regimeLatency';
import { polyline } from '../charts/plot';
import { fittingScale } from '../charts/scale';
import type { Controller } from '../control/controller';
import { withCondition } from '../model/overrides';
import type { State } from '../model/state';
import { element, svgElement } from '../page/dom';
import { button } from '../page/toolkit';
import { formatCount, formatMbps, formatMs, formatSignificant } from '../text/format';
import { type StringKey, text } from '../text/strings';
import { whenChanged } from './panel';
import { bandwidthsText } from './planTables';

export interface LiveStrip {
  readonly element: HTMLElement;
  update(state: State): void;
}

const reasons: Readonly<Record<SwitchReason, StringKey>> = {
  bandwidth: 'live.because.bandwidth',
  lost: 'live.because.lost',
  found: 'live.because.found',
  held: 'live.because.held',
};

/** Below the graph: what running tiers do now, and what they have done in the last two minutes. */
export function createLiveStrip(controller: Controller): LiveStrip {
  const root = element('section', { class: 'live', 'aria-label': text('live.label'), tabindex: '0' });
  const figures = element('div', { class: 'live-figures' });
  const history = element('div', { class: 'live-history' });
  const switches = element('ol', { class: 'live-switches' });
  let followed: State | undefined;
  let planned: string | undefined;
  const movePlan = (state: State) => {
    const { cut, links = [] } = state.live?.history.at(-1) ?? {};
    const measured = links.filter(({ decides, mbps }) => decides && mbps > 0);
    if (!cut || measured.length === 0 || cut.id === planned) return;
    planned = cut.id;
    const count = state.plan?.links.length ?? 1;
    controller.override(
      measured.reduce(
        (overrides, { link, mbps }) => withCondition(overrides, 'bandwidthMbps', count, link, mbps),
        state.overrides,
      ),
    );
  };
  const follow = button({
    label: text('live.follow'),
    title: text('live.follow.title'),
    onClick: () => {
      const follows = follow.getAttribute('aria-pressed') !== 'true';
      follow.setAttribute('aria-pressed', String(follows));
      planned = undefined;
      if (follows && followed !== undefined) movePlan(followed);
    },
  });
  follow.setAttribute('aria-pressed', 'false');
  const stop = button({ label: text('live.stop'), onClick: () => controller.run('stopFollowing') });
  root.append(figures, history, switches, element('span', { class: 'live-tools' }, follow, stop));
  root.hidden = true;
  const update = whenChanged(
    ({ live, plan }) => [live, plan],
    (state) => {
      const { live, plan } = state;
      followed = state;
      root.hidden = live === null;
      follow.hidden = live?.history.at(-1)?.cut == null;
      if (live === null) return;
      if (follow.getAttribute('aria-pressed') === 'true') movePlan(state);
      const now = live.history.at(-1);
      figures.replaceChildren(
        ...[
          element('strong', {}, live.address),
          ...(live.trouble === null ? [] : [element('span', { class: 'live-trouble' }, `⚠ ${live.trouble}`)]),
          ...(now === undefined ? [] : figuresOf(now, plan)),
        ],
      );
      history.replaceChildren(...(now === undefined ? [] : [historyChart(live)]));
      switches.replaceChildren(
        ...live.switches.map((one) => element('li', {}, `${clock(one.atMs)} ${switchText(one)}`)),
      );
      switches.hidden = live.switches.length === 0;
    },
  );
  return { element: root, update };
}

/** A switch in a sentence. */
export function switchText({ reason, cut, mbps }: LiveSwitch): string {
  return text(reasons[reason], cutText(cut), formatMbps(mbps));
}

function cutText({ number, count, fromMbps, toMbps }: LiveCut): string {
  return text('live.cut', number, count, bandwidthsText(fromMbps, toMbps));
}

function figuresOf(
  { links, roundTripMs, cut, requests, failed, latencyMs, perSecond }: LiveMoment,
  plan: PlanReport | null,
) {
  const [first] = links;
  const isAlone = links.every(({ link, decides }) => decides === (link === 0));
  const expectedMs = cut === null || first === undefined || !isAlone ? undefined : expected(plan, cut, first.mbps);
  const said = [
    ...links.map(({ link, mbps }) => {
      const { from = String(link), to = String(link + 1) } = plan?.links[link] ?? {};
      return text('live.link', text('boundary.link', from, to), formatMbps(mbps));
    }),
    ...(roundTripMs === null ? [] : [text('live.roundTrip', formatMs(roundTripMs))]),
    ...(cut === null ? [] : [cutText(cut)]),
    text('live.requests', formatCount(requests), formatSignificant(perSecond)),
    ...(failed > 0 ? [text('live.failed', formatCount(failed))] : []),
    ...(latencyMs === null ? [] : [text('live.latency', formatMs(latencyMs))]),
    ...(expectedMs === undefined ? [] : [text('live.expected', formatMs(expectedMs))]),
  ];
  return said.map((one) => element('span', {}, one));
}

/** What the plan says of the cut at a bandwidth; nothing where the plan has other cuts. */
function expected(plan: PlanReport | null, { count, number }: LiveCut, mbps: number): number | undefined {
  const regimes = plan?.linkRegimes[0] ?? [];
  const regime = regimes[number - 1];
  return regimes.length === count && regime !== undefined ? latencyAt(regime, mbps) : undefined;
}

const [width, height] = [240, 34];

/** Bandwidth as a line, and below it a step for each cut: the higher, the more is sent. */
function historyChart({ history, switches }: LiveView): Element {
  const seen = history.flatMap(({ atMs, links: [first] }) =>
    first === undefined ? [] : [[atMs, first.mbps] as const],
  );
  const [startMs = 0, endMs = 1] = [history[0]?.atMs, history.at(-1)?.atMs];
  const place = (atMs: number) => ((atMs - startMs) / Math.max(1, endMs - startMs)) * width;
  const chart = svgElement('svg', {
    ...{ class: 'chart', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' },
    'aria-label': historyText(history, switches.length),
  });
  const values = seen.map(([, mbps]) => Math.max(mbps, 1e-3));
  if (values.length < 2) return chart;
  const scale = fittingScale(values, 22, 2, 2);
  const count = history.at(-1)?.cut?.count ?? 1;
  const steps = history.flatMap(({ atMs, cut }) =>
    cut === null ? [] : [[place(atMs), height - 1 - (8 * (cut.number - 1)) / Math.max(1, count - 1)] as const],
  );
  chart.append(
    svgElement('polyline', {
      class: 'live-bandwidth',
      points: polyline(seen.map(([atMs], index) => [place(atMs), scale(values[index] ?? 0)] as const)),
    }),
    svgElement('polyline', { class: 'live-cuts', points: polyline(steps) }),
  );
  return chart;
}

function historyText(history: readonly LiveMoment[], switches: number): string {
  const mbps = history.flatMap(({ links: [first] }) => first?.mbps ?? []);
  if (mbps.length === 0) return text('chart.none');
  return text('live.history', formatMbps(Math.min(...mbps)), formatMbps(Math.max(...mbps)), switches);
}

function clock(atMs: number): string {
  return new Date(atMs).toLocaleTimeString();
}
