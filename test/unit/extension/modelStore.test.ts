import { describe, expect, it, vi } from 'vitest';
import { ModelStore } from '../../../src/extension/model/modelStore';
import type { ModelSnapshot } from '../../../src/shared/protocol/requests';
import { DnnSplitError } from '../../../src/shared/work/errors';
import { createCancellation, FakeServer } from './fakeServer';
import { modelUri, readySnapshot } from './fixtures';

const settle = () => new Promise((resolve) => setTimeout(resolve));

function openable(answer: () => Promise<ModelSnapshot> = async () => readySnapshot(1)) {
  const server = new FakeServer({
    'dnnsplit/open': answer,
    'dnnsplit/close': async () => null,
    'dnnsplit/override': async () => readySnapshot(2),
  });
  return { server, models: new ModelStore(server, createCancellation) };
}

describe('ModelStore', () => {
  it('asks the server once for views that open a model at the same time', async () => {
    const { server, models } = openable();
    const both = await Promise.all([models.open(modelUri), models.open(modelUri)]);
    expect(both.map(({ state }) => state)).toEqual(['ready', 'ready']);
    await models.open(modelUri);
    expect(server.askedOf('dnnsplit/open')).toHaveLength(1);
  });

  it('turns a failed request into a failed snapshot with the error of the server', async () => {
    const { models } = openable(async () => {
      throw new DnnSplitError('truncated-model', 'net.onnx ends early.');
    });
    const snapshot = await models.open(modelUri);
    expect(snapshot).toMatchObject({ state: 'failed', error: { code: 'truncated-model' } });
    expect(models.get(modelUri)?.busy).toBe(false);
  });

  it('opens again after a failure', async () => {
    let fails = true;
    const { models } = openable(async () => {
      if (fails) throw new DnnSplitError('worker-crashed', 'The worker crashed.');
      return readySnapshot(1);
    });
    expect((await models.open(modelUri)).state).toBe('failed');
    fails = false;
    expect((await models.open(modelUri)).state).toBe('ready');
  });

  it('cancels an opening end to end', async () => {
    const { models } = openable(() => new Promise(() => undefined));
    const opening = models.open(modelUri);
    await settle();
    expect(models.get(modelUri)?.busy).toBe(true);
    models.cancel(modelUri);
    expect((await opening).error?.code).toBe('canceled');
  });

  it('passes the progress of its own request on', async () => {
    let finish: (snapshot: ModelSnapshot) => void = () => undefined;
    const { server, models } = openable(() => new Promise((resolve) => (finish = resolve)));
    const opening = models.open(modelUri);
    await settle();
    const [{ token }] = server.askedOf('dnnsplit/open') as [{ token: string }];
    server.tell('dnnsplit/progress', { token: 'another', stage: 'nothing', fraction: null });
    expect(models.get(modelUri)?.progress).toBeUndefined();
    server.tell('dnnsplit/progress', { token, stage: 'reading', fraction: 0.5 });
    expect(models.get(modelUri)?.progress).toEqual({ stage: 'reading', fraction: 0.5 });
    finish(readySnapshot(1));
    await opening;
    expect(models.get(modelUri)?.progress).toBeUndefined();
  });

  it('drops snapshots that lost a race', async () => {
    const { server, models } = openable(async () => readySnapshot(5));
    await models.open(modelUri);
    server.tell('dnnsplit/modelChanged', readySnapshot(4, { state: 'failed' }));
    expect(models.get(modelUri)?.snapshot?.revision).toBe(5);
    server.tell('dnnsplit/modelChanged', readySnapshot(6));
    expect(models.get(modelUri)?.snapshot?.revision).toBe(6);
  });

  it('takes what is known before the plan, but not once the opening was given up', async () => {
    const { plan: _plan, ...known } = readySnapshot(1, { state: 'analyzing' });
    const { server, models } = openable(() => new Promise(() => undefined));
    const opening = models.open(modelUri);
    await settle();
    server.tell('dnnsplit/modelChanged', known);
    expect(models.get(modelUri)).toMatchObject({ busy: true, snapshot: { analysis: known.analysis } });
    models.cancel(modelUri);
    expect(await opening).toMatchObject({ state: 'failed', error: { code: 'canceled' } });
    server.tell('dnnsplit/modelChanged', { ...known, revision: 2 });
    expect(models.get(modelUri)).toMatchObject({ busy: false, snapshot: { state: 'failed' } });
  });

  it('keeps a model while it is shown or active, and then closes it on the server', async () => {
    const { server, models } = openable();
    const view = models.retain(modelUri);
    models.setActive(modelUri);
    await models.open(modelUri);
    view.dispose();
    expect(models.models).toHaveLength(1);
    models.setActive(undefined);
    await settle();
    expect(models.models).toHaveLength(0);
    expect(server.askedOf('dnnsplit/close')).toHaveLength(1);
  });

  it('closes on the server what was closed while it was being opened', async () => {
    let finish: (snapshot: ModelSnapshot) => void = () => undefined;
    const server = new FakeServer({
      'dnnsplit/open': () => new Promise((resolve) => (finish = resolve)),
      'dnnsplit/close': async () => null,
    });
    const models = new ModelStore(server, () => ({ ...createCancellation(), cancel: () => undefined }));
    const opening = models.open(modelUri);
    await settle();
    models.close(modelUri);
    finish(readySnapshot(1));
    await opening;
    await settle();
    expect(server.askedOf('dnnsplit/close')).toHaveLength(1);
  });

  it('meets every open with a close when it reads a model again', async () => {
    const { server, models } = openable();
    await models.open(modelUri);
    await models.reopen(modelUri);
    models.close(modelUri);
    await settle();
    expect(server.askedOf('dnnsplit/close')).toHaveLength(server.askedOf('dnnsplit/open').length);
  });

  it('returns to the former overrides when no plan satisfies new ones', async () => {
    const { server, models } = openable();
    await models.open(modelUri);
    await models.override(modelUri, { objective: 'cost' });
    server.answers['dnnsplit/override'] = async () => {
      throw new DnnSplitError('infeasible', 'No plan does that.');
    };
    await expect(models.override(modelUri, { cuts: [3] })).rejects.toThrow('No plan does that.');
    expect(models.get(modelUri)?.overrides).toEqual({ objective: 'cost' });
    expect(models.get(modelUri)?.busy).toBe(false);
    // Two in a row: the second one does not return to the first.
    const both = [models.override(modelUri, { cuts: [4] }), models.override(modelUri, { cuts: [5] })];
    await Promise.allSettled(both);
    expect(models.get(modelUri)?.overrides).toEqual({ objective: 'cost' });
  });

  it('opens everything again with its overrides when the server was restarted', async () => {
    const { server, models } = openable();
    models.setActive(modelUri);
    await models.open(modelUri);
    await models.override(modelUri, { objective: 'cost' });
    server.become('starting');
    server.become('running');
    await settle();
    await settle();
    expect(server.askedOf('dnnsplit/open')).toHaveLength(2);
    expect(server.askedOf('dnnsplit/override').at(-1)).toEqual({ modelUri, overrides: { objective: 'cost' } });
  });

  it('leaves no listener on the server behind', () => {
    const { server, models } = openable();
    expect(server.listenerCount).toBeGreaterThan(0);
    models.dispose();
    expect(server.listenerCount).toBe(0);
  });

  it('tells who is active', () => {
    const { models } = openable();
    const heard = vi.fn();
    models.onDidChangeActive((model) => heard(model?.modelUri));
    models.setActive(modelUri);
    models.setActive(modelUri);
    models.close(modelUri);
    expect(heard.mock.calls).toEqual([[modelUri], [undefined]]);
  });
});
