import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveViews } from '../../../src/extension/live/liveViews';
import { readMetrics } from '../../../src/extension/live/metricsText';
import { RelayWatch, type WatchOptions } from '../../../src/extension/live/relayWatch';
import type { LiveView } from '../../../src/shared/reports/live';
import { switchReasons } from '../../../src/shared/reports/live';
import { cloudContract, deviceContract } from '../relay/support/adaptiveContracts';
import { addOne, ask, contractOf, floatsInput, serveTier } from '../relay/support/serveTier';

const blocks = () =>
  new Map([
    ['1', addOne('a')],
    ['2', addOne('y')],
  ]);
const running: { dispose(): void }[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.dispose();
});

/** A watch that is only looked at when the test says so, by a clock of its own. */
function watchOf(address: string, more: Partial<WatchOptions> = {}) {
  const views: LiveView[] = [];
  let now = 0;
  const watch = new RelayWatch({
    address,
    token: undefined,
    fetch,
    now: () => now,
    everyMs: 1e6,
    sentence: (trouble) => trouble,
    show: (view) => void views.push(view),
    ...more,
  });
  running.push(watch);
  return {
    watch,
    views,
    async look(afterMs = 1000) {
      now += afterMs;
      const trouble = await watch.look();
      return { trouble, view: views.at(-1), now: views.at(-1)?.history.at(-1) };
    },
  };
}

describe('a watch', () => {
  it('sees what a relay does: requests, latency, cut, and why it changed', async () => {
    const cloud = await serveTier(cloudContract(), blocks());
    const device = await serveTier(deviceContract({ startMbps: 50 }), blocks(), cloud.address);
    const { look } = watchOf(device.address);
    expect((await look()).now).toMatchObject({ links: [], requests: 0, failed: 0, latencyMs: null, perSecond: 0 });
    for (let request = 0; request < 4; request += 1) await ask(device.address, floatsInput('x', [1]));
    const busy = await look(2000);
    expect(busy.now).toMatchObject({
      cut: { number: 3, count: 3, fromMbps: 10, toMbps: null },
      requests: 4,
      failed: 0,
      perSecond: 2,
    });
    expect(busy.now?.latencyMs).toBeGreaterThan(0);
    expect(busy.now?.roundTripMs).toBeGreaterThanOrEqual(0);
    expect(busy.view?.switches).toEqual([]);
    await cloud.server.stop();
    await ask(device.address, floatsInput('x', [1]));
    await ask(device.address, floatsInput('x', [1]));
    const lost = await look();
    expect(lost.view?.switches).toEqual([
      {
        ...{ atMs: 4000, reason: 'lost', mbps: expect.any(Number) },
        cut: { id: 'all', number: 1, count: 3, fromMbps: 0, toMbps: 1 },
      },
    ]);
    expect(lost.view?.history.length).toBe(3);
    await ask(device.address, floatsInput('other', [1]));
    expect((await look()).now).toMatchObject({ requests: 7, failed: 1 });
  });

  it('says what is in the way, keeps what it saw, and goes on', async () => {
    const device = await serveTier(contractOf('only', { isLast: true }), addOne('y'), undefined, { token: 'secret' });
    expect((await watchOf(device.address).look()).trouble).toBe('token');
    const { look } = watchOf(device.address, { token: 'secret' });
    expect((await look()).now).toMatchObject({ cut: null, requests: 1, failed: 1 });
    await device.server.stop();
    expect(await look()).toMatchObject({ trouble: 'unreachable', view: { trouble: 'unreachable', history: [{}] } });
    const other = createServer((_, response) => response.end('# HELP something_else\n')).listen(0, '127.0.0.1');
    running.push({ dispose: () => other.close() });
    await vi.waitFor(() => expect(other.address()).not.toBeNull());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect((await watchOf(`http://127.0.0.1:${port}`).look()).trouble).toBe('noRelay');
  });

  it('reads no more of an answer than a relay has to say', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 100_000;
        if (sent > 1e8) controller.close();
        else controller.enqueue(new Uint8Array(100_000).fill(10));
      },
    });
    const { look } = watchOf('http://127.0.0.1:1', { fetch: async () => new Response(endless) });
    expect((await look()).trouble).toBe('noRelay');
    expect(sent).toBeLessThan(2e6);
  });

  it('looks no more once it is disposed, and says nothing of a look that was under way', async () => {
    let asked = 0;
    const hanging = (_: string, { signal }: RequestInit) =>
      new Promise<Response>((_done, fail) => {
        asked += 1;
        signal?.addEventListener('abort', () => fail(signal.reason));
      });
    const { watch, views } = watchOf('http://127.0.0.1:1', { fetch: hanging });
    const looking = watch.look();
    watch.dispose();
    expect([await looking, views, asked]).toEqual([undefined, [], 1]);
  });

  it('begins anew with a relay that counts from 0 again', async () => {
    const texts = [
      'dnnsplit_requests_total{tier="a",status="200"} 9\ndnnsplit_request_seconds_sum{tier="a",status="200"} 9\ndnnsplit_request_seconds_count{tier="a",status="200"} 9\n',
      'dnnsplit_requests_total{tier="a",status="200"} 2\ndnnsplit_request_seconds_sum{tier="a",status="200"} 1\ndnnsplit_request_seconds_count{tier="a",status="200"} 2\n',
    ];
    const { look } = watchOf('http://127.0.0.1:1', { fetch: async () => new Response(texts.shift()) });
    await look();
    expect((await look()).now).toMatchObject({ requests: 2, latencyMs: null, perSecond: 0 });
  });
});

describe('metrics', () => {
  it('are read by their labels in any order, with the links further up', () => {
    const text = [
      '# TYPE dnnsplit_link_mbps gauge',
      'dnnsplit_link_mbps{tier="a"} 12.5',
      'dnnsplit_link_above_mbps{link="1",tier="a"} 900',
      'dnnsplit_cut{tier="a",cut="y"} 1',
      'dnnsplit_regime_from_mbps{tier="a",regime="0",cut="x"} 0',
      'dnnsplit_regime_from_mbps{tier="a",regime="1",cut="y"} 4',
      'dnnsplit_regime_from_mbps{tier="a",regime="2",cut="z"} 40',
      'dnnsplit_cut_switches_by_reason_total{reason="held",tier="a"} 3',
      'dnnsplit_running_requests NaN',
    ].join('\n');
    expect(readMetrics(text)).toMatchObject({
      links: [
        { link: 0, mbps: 12.5, decides: true },
        { link: 1, mbps: 900, decides: false },
      ],
      cut: { number: 2, count: 3, fromMbps: 4, toMbps: 40 },
      switchesFor: { bandwidth: 0, lost: 0, found: 0, held: 3 },
    });
    const second = readMetrics(`${text}\ndnnsplit_followed_link{tier="a",link="1"} 1`);
    expect(second?.links.map(({ decides }) => decides)).toEqual([false, true]);
    expect(Object.keys(readMetrics(text)?.switchesFor ?? {})).toEqual([...switchReasons]);
    expect(readMetrics('process_cpu_seconds_total 1\n')).toBeUndefined();
  });
});

describe('what graphs follow', () => {
  it('is one chain per model; another one, or an end, ends the one before', () => {
    const live = new LiveViews();
    const seen: (string | null)[] = [];
    live.onDidChange(({ view }) => seen.push(view?.address ?? null));
    const watch = () => ({ dispose: vi.fn() });
    const [first, second] = [watch(), watch()];
    const view = (address: string): LiveView => ({ address, trouble: null, history: [], switches: [] });
    live.follow('m', first);
    live.show('m', first, view('a'));
    live.follow('m', second);
    expect(first.dispose).toHaveBeenCalledOnce();
    live.show('m', first, view('late'));
    live.show('m', second, view('b'));
    expect([live.get('m')?.address, live.get('other')]).toEqual(['b', null]);
    live.stop('m');
    live.stop('m');
    expect(second.dispose).toHaveBeenCalledOnce();
    expect([live.get('m'), seen]).toEqual([null, ['a', 'b', null]]);
  });
});
