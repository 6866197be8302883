import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/engine/planning/infrastructure/resolveConfig';
import { RestartPolicy } from '../../../src/extension/client/restartPolicy';
import { ConfigProblems } from '../../../src/extension/model/configProblems';
import { bindInConfig, defaultConfigText } from '../../../src/extension/model/configText';
import { ModelStore } from '../../../src/extension/model/modelStore';
import { withCut, withPin } from '../../../src/extension/model/turnedKnobs';
import { statusText } from '../../../src/extension/status/statusText';
import { DisposableStore } from '../../../src/extension/window/disposables';
import { baseName, planPathOf, readableSentence } from '../../../src/extension/window/paths';
import { requestError } from '../../../src/extension/window/requestErrors';
import { untranslated } from '../../../src/extension/window/text';
import { configSchema } from '../../../src/shared/documents/config';
import { hasOverrides } from '../../../src/shared/protocol/overrides';
import type { ModelSnapshot } from '../../../src/shared/protocol/requests';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { createCancellation, FakeServer } from './fakeServer';
import { modelUri, readySnapshot } from './fixtures';

describe('the restart policy', () => {
  it('starts a server again until it ended too often in a short time', () => {
    const policy = new RestartPolicy(3, 1000);
    expect([0, 100, 200, 300].map((now) => policy.mayRestart(now))).toEqual([true, true, true, false]);
    expect(policy.mayRestart(5000)).toBe(true);
  });

  it('forgets the past when a person restarts', () => {
    const policy = new RestartPolicy(1, 1000);
    policy.mayRestart(0);
    policy.reset();
    expect(policy.mayRestart(1)).toBe(true);
  });
});

describe('errors of requests', () => {
  it('are the ones that the server sent as data', () => {
    const thrown = Object.assign(new Error('x'), { code: -32803, data: { code: 'infeasible', message: 'No plan.' } });
    expect(requestError(thrown)).toMatchObject({ code: 'infeasible', message: 'No plan.' });
  });

  it('tell cancellation from failure', () => {
    expect(requestError(Object.assign(new Error('x'), { code: -32800 })).code).toBe('canceled');
    expect(requestError(new Error('boom')).code).toBe('internal');
    const known = new DnnSplitError('file-exists', 'There.');
    expect(requestError(known)).toBe(known);
  });
});

describe('DisposableStore', () => {
  it('releases in reverse order, once, and counts what it holds', () => {
    const before = DisposableStore.liveItems;
    const released: number[] = [];
    const store = new DisposableStore();
    for (const item of [1, 2, 3]) store.add({ dispose: () => released.push(item) });
    expect(DisposableStore.liveItems).toBe(before + 3);
    store.dispose();
    store.dispose();
    store.add({ dispose: () => released.push(4) });
    expect(released).toEqual([3, 2, 1, 4]);
    expect(DisposableStore.liveItems).toBe(before);
  });
});

describe('overrides', () => {
  it('cut one link and give those that contradict it back to the planner', () => {
    expect(withCut({}, 0, 5, 2).cuts).toEqual([5, null]);
    expect(withCut({ cuts: [3, 9] }, 1, 6, 2).cuts).toEqual([3, 6]);
    expect(withCut({ cuts: [8, 9] }, 1, 6, 2).cuts).toEqual([null, 6]);
    expect(withCut({ cuts: [null, 4] }, 0, 6, 2).cuts).toEqual([6, null]);
  });

  it('pin nodes one by one', () => {
    expect(withPin({ pin: { a: 'device' } }, 'b', 'cloud').pin).toEqual({ a: 'device', b: 'cloud' });
  });

  it('count only when something is turned', () => {
    expect([{}, { cuts: [null, null] }, { pin: {} }].map(hasOverrides)).toEqual([false, false, false]);
    expect([{ objective: 'cost' }, { cuts: [null, 0] }, { pin: { a: 'b' } }].map(hasOverrides)).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('names', () => {
  it('put the plan beside its model', () => {
    expect(planPathOf('/a/b.onnx/net.ONNX')).toBe('/a/b.onnx/net.splitplan.json');
    expect(baseName('file:///a/b/net.onnx')).toBe('net.onnx');
  });

  it('of files in the workspace go without its path', () => {
    const folders = ['/home/me/ws', 'C:\\ws'];
    expect(readableSentence({ message: '/home/me/ws/a/x.onnx is empty.' }, folders)).toBe('a/x.onnx is empty.');
    expect(readableSentence({ message: 'C:\\ws\\x.onnx is empty.' }, folders)).toBe('x.onnx is empty.');
  });

  it.each([
    ['/home/me/ws/a/dnnsplit.json:3:1: no.', '/home/me/ws/a/dnnsplit.json', 'a/dnnsplit.json:3:1: no.'],
    ['/tmp/dnnsplit.json:3:1: no.', '/tmp/dnnsplit.json', 'dnnsplit.json:3:1: no.'],
    ['The model is cut off.', '/home/me/ws/a/cut.onnx', 'a/cut.onnx: The model is cut off.'],
    ['The model is cut off.', '/elsewhere/cut.onnx', 'cut.onnx: The model is cut off.'],
    ['The data of cut.onnx is missing.', '/elsewhere/cut.onnx', 'The data of cut.onnx is missing.'],
  ])('of the file that an error is in are always said: %s', (message, path, said) => {
    const once = readableSentence({ message, place: { path } }, ['/home/me/ws']);
    expect(once).toBe(said);
    expect(readableSentence({ message: once, place: { path } }, ['/home/me/ws'])).toBe(said);
  });
});

describe('the text of a configuration', () => {
  it('is the built-in default, written out', () => {
    expect(parse(defaultConfigText)).toEqual(defaultConfig);
  });

  it('is valid when it is first written', () => {
    expect(configSchema.safeParse(parse(defaultConfigText)).error).toBeUndefined();
  });

  it('keeps its comments when a dimension is bound', () => {
    const bound = bindInConfig(defaultConfigText, 'net.onnx', 'batch', 4);
    expect(parse(bound)).toMatchObject({ models: { 'net.onnx': { dimensions: { batch: 4 } } } });
    expect(bound).toContain('// Link i joins tier i to tier i+1.');
    expect(parse(bindInConfig(bound, 'net.onnx', 'batch', 8))).toMatchObject({
      models: { 'net.onnx': { dimensions: { batch: 8 } } },
    });
  });

  it('binds where the model has dimensions of its own', () => {
    const text = '{ "tiers": [{ "id": "a" }], "models": { "net.onnx": { "dimensions": { "seq": 1 } } } }';
    expect(parse(bindInConfig(text, 'net.onnx', 'batch', 4))).toMatchObject({
      models: { 'net.onnx': { dimensions: { seq: 1, batch: 4 } } },
    });
    expect(parse(bindInConfig(text, 'other.onnx', 'batch', 4))).toMatchObject({
      models: { 'other.onnx': { dimensions: { batch: 4 } } },
    });
  });
});

describe('the status bar', () => {
  const entry = { modelUri, progress: undefined, overrides: {}, busy: false };

  it('shows the plan in one line', () => {
    const text = statusText({ ...entry, snapshot: readySnapshot(1) }, untranslated);
    expect(text).toBe('DNNSplit: device 4 | edge 0 | cloud 6 - 107 ms');
  });

  it('spins while it works and says what failed', () => {
    expect(statusText({ ...entry, busy: true, snapshot: undefined }, untranslated)).toBe(
      '$(sync~spin) DNNSplit: analyzing',
    );
    const failed: ModelSnapshot = { modelUri, revision: 1, state: 'failed' };
    expect(statusText({ ...entry, snapshot: failed }, untranslated)).toBe('$(error) DNNSplit: not analyzed');
  });
});

describe('problems of a configuration', () => {
  it('are told once, and again when they come back', async () => {
    const server = new FakeServer({ 'dnnsplit/open': async () => readySnapshot(1, config()) });
    const models = new ModelStore(server, createCancellation);
    const told: string[] = [];
    new ConfigProblems(models, (error) => told.push(error.message));
    await models.open(modelUri);
    let revision = 1;
    for (const message of ['bad', 'bad', 'worse', undefined, 'bad again', 'worse']) {
      server.tell('dnnsplit/modelChanged', readySnapshot(++revision, config(message)));
    }
    expect(told).toEqual(['bad', 'bad again']);
  });

  const config = (message?: string): Partial<ModelSnapshot> => ({
    configUri: 'file:///models/dnnsplit.json',
    ...(message !== undefined && { configError: { code: 'invalid-config', message } }),
  });
});
