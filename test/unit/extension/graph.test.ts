import { describe, expect, it, vi } from 'vitest';
import { GraphSession } from '../../../src/extension/graph/graphSession';
import type { GraphSurroundings } from '../../../src/extension/graph/graphSurroundings';
import { contentSecurityPolicy, graphPage } from '../../../src/extension/graph/page';
import { PanelMemory } from '../../../src/extension/graph/panelMemory';
import { parseMessage } from '../../../src/extension/graph/parseMessage';
import { graphStrings } from '../../../src/extension/graph/strings';
import { LiveViews } from '../../../src/extension/live/liveViews';
import { ModelStore } from '../../../src/extension/model/modelStore';
import { SelectionHub } from '../../../src/extension/model/selection';
import { DisposableStore } from '../../../src/extension/window/disposables';
import { serverRestartedError } from '../../../src/extension/window/requestErrors';
import type { Scene, SceneOverlay } from '../../../src/shared/picture/scene';
import type { ModelSnapshot, PlanOverrides } from '../../../src/shared/protocol/requests';
import type { FromWebview, ToPage } from '../../../src/shared/protocol/webviewMessages';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { createCancellation, FakeServer } from './fakeServer';
import { analysis, modelUri, readySnapshot } from './fixtures';

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const scene: Scene = {
  width: 10,
  height: 10,
  nodes: [],
  edges: [],
  groups: [],
  folded: [],
  cutLines: [],
  positions: [],
};
const overlay: SceneOverlay = { tierNames: [], tierOfNode: [], timeMsOfNode: [], measured: [], boundaries: [] };

describe('the page', () => {
  const parts = {
    nonce: 'n0nce',
    script: 'run("</script>", `<!--$&`);',
    style: 'body { margin: 0 }',
    language: 'en',
    start: { modelName: 'net.onnx', strings: {}, withheld: [], told: [] },
    stage: 'Opening the model…',
  };

  it('loads nothing from anywhere, and runs nothing but its own script', () => {
    const policy = contentSecurityPolicy('n0nce');
    expect(policy.split('; ')[0]).toBe("default-src 'none'");
    expect(policy).toContain("script-src 'nonce-n0nce'");
    expect(policy).toContain("style-src 'nonce-n0nce' 'sha256-");
    expect(policy).not.toMatch(/unsafe|data:|blob:|https?:|\*/);
  });

  it('is whole: says what is opened, and holds its style and its script by their nonce', () => {
    const html = graphPage(parts);
    expect(html).toMatch(/<div id="app" data-start="[^"]+">.*net\.onnx.*Opening the model….*<\/div>/);
    expect(html.match(/<(?:script|style)[^>]*>/g)).toEqual(['<style nonce="n0nce">', '<script nonce="n0nce">']);
    expect(html).toContain('<style nonce="n0nce">body { margin: 0 }</style>');
    expect(html).not.toMatch(/style=|onload=|src=|href=/);
  });

  it('is not ended or changed by what its script says', () => {
    const html = graphPage(parts);
    const [, script = ''] = /<script[^>]*>(.*)<\/script>/.exec(html) ?? [];
    const said: string[] = [];
    new Function('run', script)((...texts: string[]) => said.push(...texts));
    expect(said).toEqual(['</script>', '<!--$&']);
    expect(html.match(/<\/script>|<!--/g)).toHaveLength(1);
  });

  it('cannot be broken out of by what it is given', () => {
    const alert = '"><script>alert(1)</script>';
    expect(graphPage({ ...parts, language: alert })).not.toContain('<script>alert');
    const html = graphPage({ ...parts, start: { ...parts.start, modelName: `${alert}.onnx` } });
    expect(html).not.toContain('<script>alert');
  });
});

const everyOverride: Required<PlanOverrides> = {
  objective: 'cost',
  strategy: 'exact',
  answer: 'stays',
  bandwidthMbps: [1, null],
  latencyMs: [null, 0],
  tierSpeed: [2, null, null],
  cuts: [null, 3],
  pin: { a: 'device' },
  placement: [['a'], ['b..c']],
};

describe('messages of the page', () => {
  it('passes what the contract allows', () => {
    const ofEveryKind: { readonly [Kind in FromWebview['type']]: Extract<FromWebview, { readonly type: Kind }> } = {
      ready: { type: 'ready', folded: null },
      shown: { type: 'shown', metric: 'data', comparing: 'single:cloud' },
      requestScene: { type: 'requestScene', folded: ['g1'] },
      selected: { type: 'selected', nodeIds: ['a'] },
      requestDetails: { type: 'requestDetails', nodeId: 'a' },
      search: { type: 'search', query: 'conv' },
      override: { type: 'override', overrides: everyOverride },
      requestPreview: { type: 'requestPreview', cut: { link: 0, position: 3 }, overrides: everyOverride },
      requestComparison: { type: 'requestComparison', strategy: 'exact' },
      requestRegions: { type: 'requestRegions', links: [0, 1] },
      picture: { type: 'picture', png: 'AAAA', scale: 2 },
      noPicture: { type: 'noPicture', reason: 'too large' },
      cancel: { type: 'cancel' },
      run: { type: 'run', command: 'exportPlan' },
      log: { type: 'log', text: 'hello' },
    };
    for (const message of Object.values(ofEveryKind)) expect(parseMessage(message)).toEqual(message);
    const comparingNothing = { type: 'shown', metric: 'none', comparing: null };
    expect(parseMessage(comparingNothing)).toEqual(comparingNothing);
  });

  it.each([
    null,
    'ready',
    [],
    {},
    { type: 'ready' },
    { type: 'selected', nodeIds: [1] },
    { type: 'selected', nodeIds: 'a' },
    { type: 'run', command: 'workbench.action.quit' },
    { type: 'requestRegions', links: [0] },
    { type: 'shown', metric: 'heat', comparing: null },
    { type: 'shown', metric: 'time' },
    { type: 'requestRegions', links: [0, 0.5] },
    { type: 'override', overrides: { cuts: ['3'] } },
    { type: 'override', overrides: { bandwidthMbps: [Number.NaN] } },
    { type: 'log', text: 'x'.repeat(100_000) },
    { type: 'eval', code: '1' },
  ])('refuses %j', (message) => {
    expect(parseMessage(message)).toBeUndefined();
  });

  it('drops what it does not know from overrides', () => {
    expect(parseMessage({ type: 'override', overrides: { objective: 'cost', __proto__: 1, other: 2 } })).toEqual({
      type: 'override',
      overrides: { objective: 'cost' },
    });
  });
});

describe('localized texts of the page', () => {
  it('are the entries of the bundle that are meant for it', () => {
    expect(graphStrings({ 'graph:toolbar.fit': 'Einpassen', Plan: 'Plan' })).toEqual({ 'toolbar.fit': 'Einpassen' });
    expect(graphStrings(undefined)).toEqual({});
  });
});

function conversation() {
  const server = new FakeServer({
    'dnnsplit/open': async () => readySnapshot(1),
    'dnnsplit/close': async () => null,
    'dnnsplit/scene': async () => scene,
    'dnnsplit/overlay': async () => overlay,
    'dnnsplit/override': async () => readySnapshot(2),
    'dnnsplit/search': async () => [],
    'dnnsplit/regions': async ({ links }) => ({ links: [...links], fromMbps: 1, toMbps: 10, regions: [] }),
  });
  const models = new ModelStore(server, createCancellation);
  const selection = new SelectionHub();
  const sent: ToPage[] = [];
  const reported: DnnSplitError[] = [];
  const ran: string[] = [];
  const surroundings: GraphSurroundings = {
    connection: server,
    models,
    selection,
    live: new LiveViews(),
    createCancellation,
    strings: {},
    initialFolds: () => [],
    run: (command) => ran.push(command),
    log: () => undefined,
    report: (error) => reported.push(error),
    readable: (error) => error,
  };
  const session = new GraphSession(modelUri, 'net.onnx', surroundings, (message) => sent.push(message));
  const types = () => sent.map(({ type }) => type);
  return { server, models, selection, session, sent, types, reported, ran };
}

describe('GraphSession', () => {
  it('answers a page that is up with everything, in order', async () => {
    const { session, types } = conversation();
    session.receive({ type: 'ready', folded: null });
    await settle();
    expect(session.startPage()).toMatchObject({ modelName: 'net.onnx', strings: {} });
    expect([...new Set(types())]).toEqual(['scene', 'plan']);
    expect(types().filter((type) => type === 'plan')).toHaveLength(1);
  });

  it('writes a page with its picture, tells it the rest before it asks, and all again when it is up', async () => {
    const { session, server, models, sent } = conversation();
    const numbers = (messages: readonly ToPage[]) => messages.map(({ type, early }) => [type, early]);
    await session.pictured;
    await settle();
    expect(numbers(session.startPage().told)).toEqual([
      ['scene', 0],
      ['plan', 1],
    ]);
    await models.override(modelUri, { objective: 'cost' });
    await settle();
    expect(numbers(sent)).toEqual([['plan', 2]]);
    session.receive({ type: 'ready', folded: null });
    await settle();
    expect(numbers(sent.slice(1))).toEqual([
      ['scene', 0],
      ['plan', 2],
    ]);
    expect(server.askedOf('dnnsplit/scene')).toHaveLength(1);
    session.receive({ type: 'ready', folded: null });
    await settle();
    expect(numbers(sent.slice(3))).toEqual([
      ['scene', undefined],
      ['plan', undefined],
    ]);
  });

  it('tells a page that remembers its folds everything anew', async () => {
    const { session, sent } = conversation();
    session.startPage();
    await settle();
    session.receive({ type: 'ready', folded: ['g'] });
    await settle();
    expect(sent.slice(2).map(({ type, early }) => [type, early])).toEqual([
      ['scene', undefined],
      ['plan', undefined],
    ]);
  });

  it('tells a page that waits how far the opening is, the newest of what passes quickly', async () => {
    vi.useFakeTimers();
    try {
      const { session, server, sent, models } = conversation();
      let finish: (snapshot: ModelSnapshot) => void = () => undefined;
      server.answers['dnnsplit/open'] = () => new Promise((resolve) => (finish = resolve));
      const opening = models.reopen(modelUri);
      session.receive({ type: 'ready', folded: null });
      await vi.advanceTimersByTimeAsync(0);
      const { token } = server.askedOf('dnnsplit/open').at(-1) as { token: string };
      for (const stage of ['Reading', 'Inferring shapes', 'Planning']) {
        server.tell('dnnsplit/progress', { token, stage, fraction: null });
      }
      expect(sent).toEqual([]);
      await vi.advanceTimersByTimeAsync(1000);
      expect(sent).toEqual([{ type: 'progress', stage: 'Planning', fraction: null }]);
      server.tell('dnnsplit/progress', { token, stage: 'Done', fraction: 1 });
      finish(readySnapshot(2));
      await opening;
      await vi.advanceTimersByTimeAsync(1000);
      expect(sent.filter(({ type }) => type === 'progress')).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('uses the folds that the page remembers, else those of the settings', async () => {
    const { session, server } = conversation();
    session.receive({ type: 'ready', folded: null });
    await settle();
    session.receive({ type: 'ready', folded: ['g'] });
    await settle();
    expect(server.askedOf('dnnsplit/scene')).toMatchObject([{ folded: [] }, { folded: ['g'] }]);
  });

  it('sends a new plan without laying out again', async () => {
    const { session, server, types } = conversation();
    session.receive({ type: 'ready', folded: null });
    await settle();
    session.receive({ type: 'override', overrides: { objective: 'cost' } });
    await settle();
    expect(types().filter((type) => type === 'scene')).toHaveLength(1);
    expect(types().filter((type) => type === 'plan')).toHaveLength(2);
    expect(server.askedOf('dnnsplit/override')).toEqual([{ modelUri, overrides: { objective: 'cost' } }]);
  });

  it('knows what the page shows, for a picture that is to show the same', () => {
    const { session } = conversation();
    expect(session.shown).toEqual({ metric: 'time', comparing: null, texts: {} });
    session.receive({ type: 'shown', metric: 'macs', comparing: 'cut' });
    expect(session.shown).toEqual({ metric: 'macs', comparing: 'cut', texts: {} });
  });

  it('shows what a file says of the nodes, to a page that comes back too, and in its pictures', async () => {
    const { session, sent } = conversation();
    const data = { name: 'Wear', values: [1], colors: [null], matched: 1, unmatched: 0, examples: [], unreadColors: 0 };
    session.receive({ type: 'ready', folded: null });
    session.showNodeData(data);
    expect(sent).toEqual([{ type: 'nodeData', data }]);
    session.receive({ type: 'shown', metric: 'data', comparing: null });
    expect(session.shown).toMatchObject({ metric: 'data', data });
    session.receive({ type: 'ready', folded: null });
    expect(sent.filter(({ type }) => type === 'nodeData')).toHaveLength(2);
    session.receive({ type: 'shown', metric: 'time', comparing: null });
    session.receive({ type: 'ready', folded: null });
    expect(sent.filter(({ type }) => type === 'nodeData')).toHaveLength(2);
    await settle();
  });

  it('sends the map of the links that the page asks for', async () => {
    const { session, sent, server } = conversation();
    session.receive({ type: 'ready', folded: null });
    await settle();
    session.receive({ type: 'requestRegions', links: [1, 2] });
    await settle();
    expect(sent.at(-1)).toMatchObject({ type: 'regions', map: { links: [1, 2] } });
    expect(server.asked.at(-1)).toEqual({ method: 'dnnsplit/regions', params: { modelUri, links: [1, 2] } });
  });

  it.each([
    ['says nothing where the server ended while it gave the plan', serverRestartedError('gone'), []],
    ['tells what else stands in the way of the plan', new DnnSplitError('internal', 'No.'), ['internal']],
  ])('%s', async (_, error, told) => {
    const { session, server, types, reported } = conversation();
    server.answers['dnnsplit/overlay'] = () => Promise.reject(error);
    session.receive({ type: 'ready', folded: null });
    await settle();
    expect(reported.map(({ code }) => code)).toEqual(told);
    server.answers['dnnsplit/overlay'] = async () => overlay;
    server.tell('dnnsplit/modelChanged', readySnapshot(2));
    await settle();
    expect(types().filter((type) => type === 'plan')).toHaveLength(1);
  });

  it('lays out again when shapes changed', async () => {
    const { session, server, types } = conversation();
    session.receive({ type: 'ready', folded: null });
    await settle();
    const bound = { ...analysis, model: { ...analysis.model, macs: 1 } };
    server.tell('dnnsplit/modelChanged', readySnapshot(3, { analysis: bound }));
    await settle();
    expect(types().filter((type) => type === 'scene')).toHaveLength(2);
  });

  it('cancels a layout that was overtaken', async () => {
    const { session, server, types } = conversation();
    session.receive({ type: 'ready', folded: null });
    await settle();
    const waiting: ((value: Scene) => void)[] = [];
    server.answers['dnnsplit/scene'] = () => new Promise((resolve) => waiting.push(resolve));
    session.receive({ type: 'requestScene', folded: ['a'] });
    session.receive({ type: 'requestScene', folded: ['b'] });
    for (const finish of waiting) finish(scene);
    await settle();
    expect(types().filter((type) => type === 'scene')).toHaveLength(2);
    expect(types()).not.toContain('failed');
  });

  it('shows a failure in the page', async () => {
    const { session, server, sent } = conversation();
    server.answers['dnnsplit/open'] = async () => {
      throw new DnnSplitError('unreadable-model', 'Not a model.');
    };
    session.receive({ type: 'ready', folded: null });
    await settle();
    expect(sent.at(-1)).toMatchObject({ type: 'failed', error: { message: 'Not a model.' } });
  });

  it('shows what is selected elsewhere and does not hear itself', async () => {
    const { session, selection, sent } = conversation();
    session.receive({ type: 'ready', folded: null });
    await settle();
    const before = sent.length;
    session.receive({ type: 'selected', nodeIds: ['a'] });
    expect(sent).toHaveLength(before);
    expect(selection.selectedIn(modelUri)).toEqual(['a']);
    selection.select({ modelUri, nodeIds: ['b'], source: {} });
    expect(sent.at(-1)).toEqual({ type: 'select', nodeIds: ['b'], reveal: true });
  });

  it('gives a change that no plan satisfies back to the page with why, but not one that was canceled', async () => {
    const { session, server, sent, reported } = conversation();
    session.receive({ type: 'ready', folded: null });
    await settle();
    session.receive({ type: 'override', overrides: { objective: 'cost' } });
    await settle();
    const refused = { pin: { a: 'cloud' } };
    for (const code of ['canceled', 'infeasible'] as const) {
      server.answers['dnnsplit/override'] = async () => {
        throw new DnnSplitError(code, code, { pins: ['a'] });
      };
      session.receive({ type: 'override', overrides: refused });
      await settle();
    }
    const error = { code: 'infeasible', message: 'infeasible', place: { pins: ['a'] } };
    const held = { objective: 'cost' };
    expect(sent.filter(({ type }) => type === 'refused')).toEqual([{ type: 'refused', refused, held, error }]);
    // It is told where it happened, not in a corner of the window.
    expect(reported).toEqual([]);
  });

  it('leaves nothing behind after fifty times', async () => {
    const { server, models, selection } = conversation();
    const surroundings: GraphSurroundings = {
      connection: server,
      models,
      selection,
      live: new LiveViews(),
      createCancellation,
      strings: {},
      initialFolds: () => null,
      run: () => undefined,
      log: () => undefined,
      report: () => undefined,
      readable: (error) => error,
    };
    const once = async () => {
      const session = new GraphSession(modelUri, 'net.onnx', surroundings, () => undefined);
      session.receive({ type: 'ready', folded: null });
      await settle();
      session.dispose();
    };
    await once();
    const before = DisposableStore.liveItems;
    for (let time = 0; time < 50; time++) await once();
    expect(DisposableStore.liveItems).toBe(before);
  });
});

describe('overrides of a page', () => {
  it('are replaced by those that were set elsewhere, and only then', async () => {
    const { session, models, sent } = conversation();
    const plans = () => sent.filter((message) => message.type === 'plan');
    session.receive({ type: 'ready', folded: null });
    await settle();
    session.receive({ type: 'override', overrides: { objective: 'cost' } });
    await settle();
    expect(plans().map((message) => 'overrides' in message)).toEqual([false, false]);
    await models.override(modelUri, { cuts: [3, null] });
    session.receive({ type: 'ready', folded: null });
    await settle();
    expect(plans().at(-1)).toMatchObject({ overrides: { cuts: [3, null] } });
  });
});

describe('the memory of panels', () => {
  it('finds the model of a panel by its title, also where two have the same name', () => {
    const stored = new Map<string, unknown>();
    const memory = {
      get: <T>(key: string, fallback: T): T => (stored.has(key) ? (stored.get(key) as T) : fallback),
      update: async (key: string, value: unknown) => {
        stored.set(key, JSON.parse(JSON.stringify(value)));
      },
    };
    const panels = new PanelMemory(memory);
    expect(panels.remember('file:///a/net.onnx')).toBe('net.onnx');
    expect(panels.remember('file:///b/net.onnx')).toBe('net.onnx - b');
    expect(panels.remember('file:///a/net.onnx')).toBe('net.onnx');
    const later = new PanelMemory(memory);
    expect(later.modelOf('net.onnx - b')).toBe('file:///b/net.onnx');
    expect(later.modelOf('other.onnx')).toBeUndefined();
  });
});
