import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { analysisReport } from '../../../src/engine/report/analysisReport';
import { nodeDetails } from '../../../src/engine/report/nodeDetails';
import { planReport } from '../../../src/engine/report/planReport';
import { sceneOverlay } from '../../../src/engine/report/sceneOverlay';
import type { LiveMoment, LiveView } from '../../../src/shared/reports/live';
import type { PlanReport } from '../../../src/shared/reports/reports';
import { bandwidthChart } from '../../../webview/charts/bandwidthChart';
import { paretoChart } from '../../../webview/charts/paretoChart';
import { profileChart } from '../../../webview/charts/profileChart';
import type { Controller } from '../../../webview/control/controller';
import { initialState, reduce, type State } from '../../../webview/model/state';
import { createCandidatesPanel } from '../../../webview/panels/candidatesPanel';
import { comparisonView } from '../../../webview/panels/comparisonView';
import { createDetailsPanel } from '../../../webview/panels/detailsPanel';
import { createLiveStrip } from '../../../webview/panels/liveStrip';
import { createNodesPanel } from '../../../webview/panels/nodesPanel';
import { createPlanPanel } from '../../../webview/panels/planPanel';
import { createTooltip } from '../../../webview/panels/tooltip';
import { expectFigure, readFigure } from '../../support/figures';
import { byHand, handConfig, handFolder, planByHand } from '../../support/handModel';
import { factsOf, rowsOf, TinyElement, tinyDocument } from '../../support/tinyDocument';

// The widgets are custom elements; of a button, its label is what counts here.
vi.mock('../../../webview/page/toolkit', () => ({
  button: ({ label, onClick }: { label: string; onClick: () => void }) => {
    const made = new TinyElement('button');
    made.append(label);
    made.addEventListener('click', onClick);
    return made;
  },
}));
vi.stubGlobal('document', tinyDocument);

const names = Object.keys(byHand.nodes);
const tierOf = (name: string) => byHand.tiers.findIndex((tier) => (tier.names as readonly string[]).includes(name));
const outputs = { stem: 44, squeeze: 20, widen: 76, join: 120, body: 52, head: 76 };
const letters = byHand.tiers.map(({ letter }) => letter);

const folder = handFolder();
afterAll(() => {
  folder.remove();
  vi.unstubAllGlobals();
});

const planned = planByHand(folder);
const { analyzed, result } = planned;
const plan = planReport(result, analyzed);
const analysis = analysisReport(analyzed);
const overlay = sceneOverlay(result.costs, result.plan);
let state: State;
beforeAll(async () => {
  const scene = await buildScene(analyzed.graph, { folded: [] }, createElkEngine());
  state = reduce(initialState, { type: 'host', message: { type: 'scene', scene } });
  state = reduce(state, { type: 'host', message: { type: 'plan', analysis, plan, overlay } });
});

/** Every call is remembered by its name. */
const calls: unknown[][] = [];
const controller = new Proxy({} as Controller, {
  get:
    (_, name) =>
    (...values: unknown[]) =>
      void calls.push([name, ...values]),
});

const tiny = (element: unknown): TinyElement => {
  if (element instanceof TinyElement) return element;
  throw new Error('nothing was made');
};

/** What a panel shows of a state. */
function panelOf(create: (controller: Controller) => { element: HTMLElement; update(state: State): void }, of = state) {
  const panel = create(controller);
  panel.update(of);
  return tiny(panel.element);
}

const tableOf = (root: TinyElement, caption: RegExp) =>
  root.all('table').find((table) => caption.test(table.all('caption')[0]?.textContent ?? ''));

/** Multiply-accumulates stand without a unit under their title. */
const expectCount = (text: string | undefined, value: number) => expectFigure(text, value, '');

describe('the panel of the plan', () => {
  test('begins with the figures of the whole', () => {
    const all = factsOf(panelOf(createPlanPanel));
    expectFigure(all.get('Latency'), byHand.plan.latencyMs / 1e3, 's');
    expectFigure(all.get('Cost per million'), byHand.plan.costPerRequest, '$');
    expectFigure(all.get('Throughput'), byHand.plan.throughputPerSecond, '/s');
    expectFigure(all.get('Energy'), byHand.plan.energyJ, 'J');
    expect(all.get('Gap to optimum')).toBe('3773 %');
  });

  test('says of each tier what it runs and takes', () => {
    const rows = rowsOf(tableOf(panelOf(createPlanPanel), /^Tiers/));
    for (const [k, tier] of byHand.tiers.entries()) {
      const cell = (title: string) => rows[k]?.get(title)?.textContent;
      expect(cell('Tier')?.split(/ +/)).toEqual([tier.letter, tier.id]);
      expect(cell('Nodes')).toBe(String(tier.nodes));
      expectFigure(cell('Time'), tier.computeMs / 1e3, 's');
      expectCount(cell('MACs'), tier.macs);
      expectFigure(cell('Weights'), tier.weightBytes, 'B');
      expectFigure(cell('Cost'), tier.costPerRequest, '$');
    }
  });

  test('says of each link what crosses it', () => {
    const rows = rowsOf(tableOf(panelOf(createPlanPanel), /^Links/));
    for (const [l, link] of byHand.links.entries()) {
      const cell = (title: string) => rows[l]?.get(title)?.textContent;
      expect(cell('Link')).toBe(`${link.from} → ${link.to}`);
      expectFigure(cell('Bytes'), link.bytes, 'B');
      expectFigure(cell('Transfer'), link.transferMs / 1e3, 's');
      expectFigure(cell('Cost'), link.costPerRequest, '$');
    }
  });

  test('holds every other plan against this one, and compares with the one that is picked', () => {
    const table = tableOf(panelOf(createPlanPanel), /^Strategies/);
    const rows = rowsOf(table);
    expect(rows[0]?.get('Vs. plan')?.textContent).toBe('this plan');
    for (const [strategy, figures] of Object.entries(byHand.singles)) {
      const row = rows.find((one) => one.get('Strategy')?.textContent === strategy);
      expectFigure(row?.get('Latency')?.textContent, figures.latencyMs / 1e3, 's');
      expectFigure(row?.get('Cost')?.textContent, figures.costPerRequest, '$');
      const [factor, verdict] = row?.get('Vs. plan')?.textContent.split(' ') ?? [];
      expectFigure(factor, byHand.plan.latencyMs / figures.latencyMs, 'x');
      expect(verdict).toBe('faster');
      row?.get('Strategy')?.all('button')[0]?.click();
      expect(calls.at(-1)).toEqual(['compare', strategy]);
    }
    const slow = { ...(plan.baselines[0] ?? raise()), relative: 7 };
    const slower = reduce(state, {
      type: 'host',
      message: { type: 'plan', analysis, plan: { ...plan, baselines: [slow] }, overlay },
    });
    const verdicts = rowsOf(tableOf(panelOf(createPlanPanel, slower), /^Strategies/)).map(
      (row) => row.get('Vs. plan')?.textContent,
    );
    expect(verdicts.at(-1)).toBe('7.00x slower');
  });

  test('has sliders for bandwidth and latency per link and speed per tier, which stand where the plan was made', () => {
    const sliders = panelOf(createPlanPanel).all('input');
    expect(sliders.map((slider) => slider.getAttribute('aria-label'))).toEqual([
      ...byHand.links.map(({ from, to }) => `Bandwidth ${from} to ${to}`),
      ...byHand.links.map(({ from, to }) => `Latency ${from} to ${to}`),
      ...byHand.tiers.map(({ id }) => `Speed of ${id}`),
    ]);
    const said = sliders.map((slider) => slider.getAttribute('aria-valuetext') ?? '');
    for (const [l, link] of byHand.links.entries()) {
      expectFigure(said[l], link.bandwidthMbps * 1e6, 'bit/s');
      expectFigure(said[2 + l], (handConfig.links[l]?.latencyMs ?? Number.NaN) / 1e3, 's');
    }
    expect(said.slice(4)).toEqual(['1.00x', '1.00x', '1.00x']);
  });

  test('says how many nodes run where at every bandwidth, and what that takes', () => {
    const regime = { link: 0, latencyMs: 1, fixedMs: 30, bytes: 125_000, summary: '' };
    const linkRegimes = [
      [
        { ...regime, fromMbps: 0, toMbps: 5, fixedMs: 310, bytes: 0, nodesPerTier: [6, 0, 0] },
        { ...regime, fromMbps: 5, toMbps: 20, nodesPerTier: [3, 2, 1] },
      ],
      [],
    ];
    const other = reduce(state, {
      type: 'host',
      message: { type: 'plan', analysis, plan: { ...plan, linkRegimes }, overlay },
    });
    const rows = rowsOf(tableOf(panelOf(createPlanPanel, other), /bandwidth/i));
    const texts = rows.map((row) => [...row.values()].map(({ textContent }) => textContent));
    expect(texts).toEqual([
      [expect.stringMatching(/ 5 Mbit\/s$/), '6 · 0 · 0', '310 ms'],
      // A megabit takes 200 ms at 5 Mbit/s, and 50 ms at 20.
      ['5 Mbit/s – 20 Mbit/s', '3 · 2 · 1', '230 ms – 80.0 ms'],
    ]);
    expect([...(rows[0]?.keys() ?? [])]).toEqual(['Bandwidth', 'Nodes per tier', 'Latency']);
  });
});

function raise(): never {
  throw new Error('it is there');
}

test('the comparison says what the other plan does differently, with its sign', () => {
  const tiers = plan.tiers.map((tier, k) => ({ ...tier, nodes: [2, 3, 1][k] ?? 0 }));
  const links = plan.links.map((link, l) => ({ ...link, bytes: [61, 131][l] ?? 0 }));
  const other: PlanReport = { ...plan, tiers, links, latencyMs: 9.6557, costPerRequest: 36.136e-6 };
  const moved = { ...overlay, tierOfNode: [0, 0, 1, 1, 1, 2] };
  const comparing = { ...state, comparison: { strategy: 'exact', plan: other, overlay: moved } };
  const view = tiny(comparisonView(comparing, controller));
  const rows = new Map(rowsOf(view.all('table')[0]).map((row) => [row.get('Figure')?.textContent ?? '', row]));
  const cells = (name: string) =>
    ['this plan', 'exact', 'Difference'].map((title) => rows.get(name)?.get(title)?.textContent);
  const [own, others, difference = ''] = cells('Latency');
  expectFigure(own, byHand.plan.latencyMs / 1e3, 's');
  expectFigure(others, 9.6557e-3, 's');
  expect(difference.startsWith('−')).toBe(true);
  expectFigure(difference.slice(1), 5e-3, 's');
  const [, cost, more = ''] = cells('Cost per million');
  expectFigure(cost, 36.136e-6, '$');
  expect([more.startsWith('+'), readFigure(more.slice(1)).value]).toEqual([true, 7e-6]);
  expect(cells('Throughput')[2]).toBe('');
  expect(cells('Nodes on device')).toEqual(['3', '2', '−1']);
  expect(cells('Nodes on edge')).toEqual(['2', '3', '+1']);
  expect(cells('Bytes device to edge')).toEqual(['120 B', '61 B', '−59 B']);
  expect(cells('Bytes edge to cloud')).toEqual(['128 B', '131 B', '+3 B']);
  expect(view.all('p')[0]?.textContent).toMatch(/^1 of 6 nodes/);
});

test('the table of nodes says of each where it runs, and what it takes and gives', () => {
  const rows = rowsOf(panelOf(createNodesPanel).all('table')[0]);
  for (const name of names) {
    const { op, macs, ms } = byHand.nodes[name as keyof typeof byHand.nodes];
    const row = rows.find((one) => one.get('Node')?.textContent === name);
    const cell = (title: string) => row?.get(title)?.textContent;
    expect([cell('Operator'), cell('Tier')]).toEqual([op, byHand.tiers[tierOf(name)]?.id]);
    expectFigure(cell('Time'), (ms[tierOf(name)] ?? 0) / 1e3, 's');
    expectCount(cell('MACs'), macs);
    expectFigure(cell('Bytes'), outputs[name as keyof typeof outputs], 'B');
    expect(cell('Output')).toBe(`1x${outputs[name as keyof typeof outputs] / 4}`);
  }
});

/** Two candidates and what the best plans with these cuts give, all of them distinct. */
function withCandidates(): State {
  const [first] = analysis.candidates;
  const made = { ...(first ?? raise()), bytes: 53, macsBefore: 2e3, macsAfter: 3e6, rulesOut: 'Why.' };
  const candidates = [
    { ...made, position: 2, after: 'squeeze', afterNodeId: '1' },
    { ...made, position: 4, after: 'join', afterNodeId: '3', bytes: 59, macsBefore: 5e3 },
  ];
  const outcome = { link: 0, latencyMs: 31, costPerRequest: 37e-6, throughputPerSecond: 41, energyJ: 0.043 };
  const outcomes = [
    { ...outcome, position: 2, chosen: false },
    { ...outcome, position: 4, chosen: true, latencyMs: 47 },
  ];
  return {
    ...state,
    analysis: { ...analysis, candidates },
    plan: { ...plan, candidates: outcomes },
  };
}

test('the table of candidates says what crosses, what that gives, and which is chosen', () => {
  const rows = rowsOf(panelOf(createCandidatesPanel, withCandidates()).all('table')[0]);
  const cell = (index: number, title: string) => rows[index]?.get(title)?.textContent;
  expect([cell(0, 'After'), cell(1, 'After')]).toEqual(['squeeze', '◆ join']);
  expect([cell(0, '#'), cell(1, '#')]).toEqual(['2', '4']);
  expectFigure(cell(0, 'Bytes'), 53, 'B');
  expectFigure(cell(0, 'Latency'), 0.031, 's');
  expectFigure(cell(1, 'Latency'), 0.047, 's');
  expectFigure(cell(0, 'Cost'), 37e-6, '$');
  expectCount(cell(0, 'MACs before'), 2e3);
  expectCount(cell(1, 'MACs before'), 5e3);
});

describe('the details of a node', () => {
  test.for(names)('%s: its place, its tier, its counts, its times and its tensors', (name) => {
    const place = names.indexOf(name);
    const details = nodeDetails(analyzed.inferred, analyzed.graph, result.costs, String(place));
    if (details === undefined) throw new Error('there is no such node');
    const selected = { ...state, selection: [details.id], details };
    const root = panelOf(createDetailsPanel, selected);
    const { op, macs, weightBytes, ms } = byHand.nodes[name as keyof typeof byHand.nodes];
    const facts = factsOf(root);
    expect(root.all('h2')[0]?.textContent).toBe(name);
    expect([facts.get('Operator'), facts.get('Position')]).toEqual([op, `${place + 1} / 6`]);
    expect(facts.get('Tier')).toBe(byHand.tiers[tierOf(name)]?.id);
    expectCount(facts.get('MACs'), macs);
    expectFigure(facts.get('Weights'), weightBytes, 'B');
    expectFigure(facts.get('Output')?.split(' · ')[1], outputs[name as keyof typeof outputs], 'B');
    const times = rowsOf(tableOf(root, /^Time per tier/));
    expect(times.map((row) => row.get('Tier')?.textContent)).toEqual(byHand.tiers.map(({ id }) => id));
    for (const [k, row] of times.entries()) {
      expectFigure(row.get('Time')?.textContent, (ms[k] ?? 0) / 1e3, 's');
      expect(row.get('')?.textContent).toBe(k === 0 && place < 2 ? 'measured' : 'estimate');
    }
    const said = root.all('li').map(({ textContent }) => textContent.replaceAll('\u00a0', ' '));
    for (const { name: tensor, type } of [...details.inputs, ...details.outputs]) {
      expect(
        said.some((text) => text.startsWith(`${tensor} ${type}`)),
        tensor,
      ).toBe(true);
    }
    const pins = root.all('button').filter(({ textContent }) => textContent.startsWith('Pin to '));
    expect(pins.map(({ textContent }) => textContent.slice(7))).toEqual(byHand.tiers.map(({ id }) => id));
    pins[1]?.click();
    expect(calls.at(-1)).toEqual(['override', { pin: { [details.id]: 'edge' } }]);
  });

  test('what a file of node data says of it, and of no other', () => {
    const values = names.map((name) => (name === 'widen' ? 12.34567 : null));
    const data = { name: 'Wear', values, colors: values.map(() => null), matched: 1, unmatched: 0 };
    const message = { type: 'nodeData' as const, data: { ...data, examples: [], unreadColors: 0 } };
    const shown = reduce(reduce(state, { type: 'host', message }), { type: 'metric', metric: 'data' });
    expect(shown.list?.legend).toMatchObject({ title: 'Wear', note: '1 of 6 nodes', steps: [{ text: '12.35' }] });
    const factsAbout = (place: number) => {
      const details = nodeDetails(analyzed.inferred, analyzed.graph, result.costs, String(place));
      if (details === undefined) throw new Error('there is no such node');
      return factsOf(panelOf(createDetailsPanel, { ...shown, selection: [details.id], details }));
    };
    expect(factsAbout(names.indexOf('widen')).get('Wear')).toBe('12.35');
    expect(factsAbout(names.indexOf('body')).has('Wear')).toBe(false);
  });

  test('what a cut after it gives', () => {
    const cut = { ...withCandidates(), selection: ['3'] };
    const facts = factsOf(panelOf(createDetailsPanel, cut));
    expectFigure(facts.get('Latency'), 0.047, 's');
    expectFigure(facts.get('Cost'), 37e-6, '$');
    expectFigure(facts.get('Throughput'), 41, '/s');
  });
});

describe('the tooltip', () => {
  /** What is told of something under the pointer once it rests there. */
  function told(target: Parameters<ReturnType<typeof createTooltip>['show']>[0]): TinyElement {
    vi.useFakeTimers();
    try {
      const tooltip = createTooltip(() => state);
      tooltip.show(target, 5, 5, { width: 500, height: 500 });
      vi.runAllTimers();
      return tiny(tooltip.element);
    } finally {
      vi.useRealTimers();
    }
  }

  test.for(names)('of %s says its tier, its time, its counts and what it gives', (name) => {
    const { op, macs, weightBytes, ms } = byHand.nodes[name as keyof typeof byHand.nodes];
    const root = told({ kind: 'node', nodeId: String(names.indexOf(name)) });
    const facts = factsOf(root);
    expect([root.all('strong')[0]?.textContent, root.all('div')[0]?.textContent]).toEqual([op, name]);
    expect(facts.get('Tier')).toBe(byHand.tiers[tierOf(name)]?.id);
    expectCount(facts.get('MACs'), macs);
    expectFigure(facts.get('Weights'), weightBytes, 'B');
    expect(facts.get('Output')).toBe(
      `1x${outputs[name as keyof typeof outputs] / 4} · ${outputs[name as keyof typeof outputs]} B`,
    );
    const [, time, kind] = /^(.+) \((\w+)\)$/.exec(facts.get('Time') ?? '') ?? [];
    expectFigure(time, (ms[tierOf(name)] ?? 0) / 1e3, 's');
    expect(kind).toBe(name === 'stem' || name === 'squeeze' ? 'measured' : 'estimate');
  });

  test.for(byHand.links.map((link, l) => [l, link] as const))('of boundary %i says what crosses', ([l, link]) => {
    const root = told({ kind: 'boundary', link: l });
    expect(root.all('strong')[0]?.textContent).toBe(`${link.from} → ${link.to}`);
    for (const [index, { name, shape, bytes }] of link.tensors.entries()) {
      const [label, figures] =
        root
          .all('li')
          [index]?.all('div')
          .map(({ textContent }) => textContent) ?? [];
      expect(label).toBe(name);
      const [kind, size, time, cost] = figures?.split(' · ') ?? [];
      expect(kind).toBe(`${shape.join('x')} float32`);
      expectFigure(size, bytes, 'B');
      expectFigure(time, (link.transferMs * bytes) / link.bytes / 1e3, 's');
      expectFigure(cost, (link.costPerRequest * bytes) / link.bytes, '$');
    }
  });
});

/** The labels of an axis with the pixels of their ticks, by the side at which the labels are anchored. */
function axisLabels(chart: TinyElement, anchor: string): { readonly text: string; readonly at: number }[] {
  const axes = chart.all('g').filter(({ className }) => className === 'axis');
  return axes.flatMap((axis) => {
    const grid = axis.all('line').filter(({ className }) => className === 'grid-line');
    return axis
      .all('text')
      .filter((label) => label.getAttribute('text-anchor') === anchor && label.className !== 'axis-title')
      .map((label, index) => {
        const place =
          anchor === 'middle' ? label.getAttribute('x') : (grid[index]?.getAttribute('y1') ?? label.getAttribute('y'));
        return { text: label.textContent, at: Number(place) };
      });
  });
}

/** Every label must be a figure of that unit, larger ones farther on. */
function expectAxis(labels: ReturnType<typeof axisLabels>, unit: string, grows: 'up' | 'right') {
  expect(labels.length).toBeGreaterThan(1);
  const figures = labels.map(({ text, at }) => ({ ...readFigure(text), at: grows === 'up' ? -at : at }));
  for (const figure of figures.filter(({ value }) => value !== 0)) expect(figure.unit).toBe(unit);
  const sorted = [...figures].sort((a, b) => a.value - b.value);
  expect(sorted.map(({ at }) => at)).toEqual([...figures.map(({ at }) => at)].sort((a, b) => a - b));
}

describe('the charts', () => {
  const width = 460;

  test('of positions has bytes at the left, MACs at the right, and marks that say what they are', () => {
    const chart = tiny(profileChart(withCandidates(), width, (id) => void calls.push(['picked', id])));
    expectAxis(axisLabels(chart, 'end'), 'B', 'up');
    expectAxis(axisLabels(chart, 'start'), '', 'up');
    expectAxis(axisLabels(chart, 'middle'), '', 'right');
    const marks = chart.all('g').filter(({ className }) => className === 'mark');
    const hints = marks.map((mark) => mark.all('title')[0]?.textContent.split(/[:.] ?/) ?? []);
    expect(hints.map(([name, bytes]) => [name, bytes])).toEqual([
      ['squeeze', '53 B'],
      ['join', '59 B'],
    ]);
    const shapes = marks.map((mark) => mark.all('path').length + mark.all('line').length);
    expect(shapes, 'only the chosen one is a diamond on a line').toEqual([0, 2]);
    marks[0]?.click();
    expect(calls.at(-1)).toEqual(['picked', '1']);
    // The curve of the work ends at the top, where all of it is done, and has a point for each position.
    const points = (chart.all('polyline')[0]?.getAttribute('points') ?? '')
      .split(' ')
      .map((point) => point.split(',').map(Number));
    const heights = points.map(([, y]) => y ?? 0);
    const [top = 0, bottom = 0] = [Math.min(...heights), Math.max(...heights)];
    const work = [0, 77, 132, 227, 227, 617, 864];
    for (const [position, height] of heights.entries()) {
      expect((bottom - height) / (bottom - top)).toBeCloseTo((work[position] ?? 0) / 864, 2);
    }
  });

  test.for([0, 1])('of the bandwidth of link %i has the latency of the plan at every bandwidth', (link) => {
    const chart = tiny(bandwidthChart(state, width, link));
    const { from, to, bytes, bandwidthMbps } = byHand.links[link] ?? raise();
    expect(chart.all('figcaption')[0]?.textContent).toMatch(new RegExp(`from ${from} to ${to}$`));
    const [times, rates] = [axisLabels(chart, 'end'), axisLabels(chart, 'middle')];
    expectAxis(times, 's', 'up');
    expectAxis(rates, 'bit/s', 'right');
    const label = chart.all('text').find(({ className }) => className === 'regime-label');
    expect(label?.childNodes.at(-1)).toBe(
      letters.map((letter, k) => `${letter} ${byHand.tiers[k]?.nodes}`).join(' · '),
    );
    // Read a point of the curve by the axes, as a person does: both are logarithmic.
    const read = (labels: typeof times, at: number) => {
      const [a, b] = [labels[0] ?? raise(), labels.at(-1) ?? raise()];
      const share = (at - a.at) / (b.at - a.at);
      return readFigure(a.text).value * (readFigure(b.text).value / readFigure(a.text).value) ** share;
    };
    const points = chart.all('polyline')[0]?.getAttribute('points')?.split(' ') ?? [];
    const withoutLink = byHand.plan.latencyMs - (8 * bytes) / (1000 * bandwidthMbps);
    for (const point of points) {
      const [x = 0, y = 0] = point.split(',').map(Number);
      const mbps = read(rates, x) / 1e6;
      const wanted = withoutLink + (8 * bytes) / (1000 * mbps);
      expect((read(times, y) * 1e3) / wanted).toBeCloseTo(1, 1.5);
    }
    const mark = chart.all('circle').find(({ className }) => className === 'current-mark');
    expect(read(rates, Number(mark?.getAttribute('cx'))) / 1e6 / bandwidthMbps).toBeCloseTo(1, 2);
    expect((read(times, Number(mark?.getAttribute('cy'))) * 1e3) / byHand.plan.latencyMs).toBeCloseTo(1, 2);
  });

  test('of efficient plans has the latency to the right, the cost upwards, and takes the one that is picked', () => {
    const of = (latencyMs: number, dollars: number, nodesPerTier: number[]) => ({
      ...{ throughputPerSecond: latencyMs, energyJ: dollars, latencyMs, nodesPerTier },
      costPerRequest: dollars * 1e-6,
    });
    const pareto = [of(13, 31, [6, 0, 0]), of(17, 23, [0, 6, 0]), of(19, 7, [0, 0, 6])];
    const taken: number[] = [];
    const root = tiny(
      paretoChart({ ...state, plan: { ...plan, pareto } }, width, ({ latencyMs }) => void taken.push(latencyMs)),
    );
    expectAxis(axisLabels(root, 'end'), '$', 'up');
    expectAxis(axisLabels(root, 'middle'), 's', 'right');
    const marks = root.all('circle');
    for (const [index, mark] of marks.entries()) {
      const [latency, cost] = mark.all('title')[0]?.textContent.split(', ') ?? [];
      expectFigure(latency, (pareto[index]?.latencyMs ?? 0) / 1e3, 's');
      expectFigure(cost, pareto[index]?.costPerRequest ?? 0, '$');
      mark.click();
    }
    const places = marks.map((mark) => ['cx', 'cy'].map((name) => Number(mark.getAttribute(name))));
    expect(places.map(([x]) => x)).toEqual([...places.map(([x = 0]) => x)].sort((a, b) => a - b));
    expect(places.map(([, y]) => y)).toEqual([...places.map(([, y = 0]) => y)].sort((a, b) => a - b));
    const rows = rowsOf(root.all('table')[0]);
    for (const [index, row] of rows.entries()) {
      expect(row.get('Nodes per tier')?.textContent).toBe(pareto[index]?.nodesPerTier.join(' · '));
      expectFigure(row.get('Latency')?.textContent, (pareto[index]?.latencyMs ?? 0) / 1e3, 's');
      expectFigure(row.get('Cost')?.textContent, pareto[index]?.costPerRequest ?? 0, '$');
      row.get('')?.all('button')[0]?.click();
    }
    expect(taken).toEqual([13, 17, 19, 13, 17, 19]);
  });
});

describe('the strip of running tiers', () => {
  const cut = { id: 'b', number: 2, count: 3, fromMbps: 4, toMbps: 40 };
  const links = (mbps: number) => [{ link: 0, mbps, decides: true }];
  const moment: LiveMoment = {
    ...{ atMs: 1000, links: links(12.5), roundTripMs: 3, cut },
    ...{ requests: 1234, failed: 2, latencyMs: 161, perSecond: 9.5 },
  };
  const view: LiveView = {
    address: 'http://edge:8000',
    trouble: null,
    history: [{ ...moment, atMs: 0, links: links(2), cut: { ...cut, id: 'a', number: 1 } }, moment],
    switches: [{ atMs: 1000, reason: 'lost', cut, mbps: 12.5 }],
  };
  const strip = (live: LiveView | null) =>
    panelOf(createLiveStrip, reduce(state, { type: 'host', message: { type: 'live', live } }));

  test('is there while something is followed, and says in words what is seen', () => {
    expect(strip(null).hidden).toBe(true);
    const shown = strip(view);
    expect([shown.hidden, shown.getAttribute('tabindex')]).toEqual([false, '0']);
    const [from = '', to = ''] = [plan.links[0]?.from, plan.links[0]?.to];
    for (const said of [
      'http://edge:8000',
      `${from} → ${to}: 12.5 Mbit/s`,
      'round trip 3.00 ms',
      'cut 2 of 3 (4 Mbit/s – 40 Mbit/s)',
      '1,234 requests, 9.50 per second',
      '2 failed',
      'latency 161 ms',
    ])
      expect(
        shown
          .all('span')
          .map(({ textContent }) => textContent)
          .concat(view.address),
      ).toContain(said);
    expect(shown.all('li')[0]?.textContent).toMatch(/cut 2 of 3 \(.*\): the tier above does not answer$/);
    expect(shown.all('svg')[0]?.getAttribute('aria-label')).toBe(
      'Bandwidth between 2 Mbit/s and 12.5 Mbit/s of late, 1 change of the cut',
    );
    expect(shown.all('polyline')).toHaveLength(2);
    expect(shown.textContent).not.toContain('⚠');
  });

  test('says what is in the way, with what was seen last', () => {
    const shown = strip({ ...view, trouble: 'No relay answers.' });
    expect(shown.textContent).toContain('⚠ No relay answers.');
    expect(shown.textContent).toContain('1,234 requests');
    expect(strip({ ...view, history: [], switches: [] }).all('svg')).toEqual([]);
  });

  test('stops following, and moves the plan along where that is wanted, once per cut', () => {
    const live = createLiveStrip(controller);
    const show = (of: LiveView) => live.update(reduce(state, { type: 'host', message: { type: 'live', live: of } }));
    show(view);
    const [follow, stop] = tiny(live.element).all('button');
    calls.length = 0;
    stop?.click();
    show({ ...view });
    follow?.click();
    show({ ...view });
    const fast = { ...moment, links: links(80), cut: { ...cut, id: 'c', number: 3 } };
    show({ ...view, history: [fast] });
    follow?.click();
    show({ ...view, history: [moment] });
    const overridden = (mbps: number) => [
      'override',
      expect.objectContaining({ bandwidthMbps: expect.arrayContaining([mbps]) }),
    ];
    expect(calls).toEqual([['run', 'stopFollowing'], overridden(12.5), overridden(80)]);
  });

  test('moves the plan to the bandwidths of all links that decide, and predicts nothing for one of them alone', () => {
    const both = [...links(12.5), { link: 1, mbps: 3, decides: true }];
    const live = createLiveStrip(controller);
    const show = (of: LiveMoment) => {
      const message = { type: 'live', live: { ...view, history: [of] } } as const;
      live.update(reduce(state, { type: 'host', message }));
    };
    calls.length = 0;
    show({ ...moment, links: both, cut: { ...cut, count: plan.linkRegimes[0]?.length ?? 0 } });
    tiny(live.element).all('button')[0]?.click();
    // Another cut of the same number, where the link further up has changed.
    show({ ...moment, links: both, cut: { ...cut, id: 'd' } });
    const bandwidths = calls.map(([, overrides]) =>
      (overrides as { bandwidthMbps: number[] }).bandwidthMbps.slice(0, 2),
    );
    expect(bandwidths).toEqual([
      [12.5, 3],
      [12.5, 3],
    ]);
    expect(tiny(live.element).textContent).not.toContain('the plan says');
  });
});
