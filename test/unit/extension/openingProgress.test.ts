import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelStore } from '../../../src/extension/model/modelStore';
import { OpeningProgress } from '../../../src/extension/status/openingProgress';
import type { ModelSnapshot } from '../../../src/shared/protocol/requests';
import { createCancellation, FakeServer } from './fakeServer';
import { modelUri, readySnapshot } from './fixtures';

interface ShownProgress {
  readonly options: { readonly location: unknown; readonly title?: string; readonly cancellable?: boolean };
  readonly reports: { message?: string; increment?: number }[];
  readonly cancel: () => void;
  ended: boolean;
}

const shown: ShownProgress[] = [];

vi.mock('vscode', () => ({
  ProgressLocation: { Notification: 15 },
  l10n: { t: (text: string, name: string) => text.replace('{0}', name) },
  window: {
    withProgress: async (
      options: ShownProgress['options'],
      work: (progress: { report: (value: object) => void }, token: unknown) => Promise<unknown>,
    ) => {
      const { token, cancel } = createCancellation();
      const progress: ShownProgress = { options, reports: [], cancel, ended: false };
      shown.push(progress);
      await work({ report: (value) => progress.reports.push(value) }, token);
      progress.ended = true;
    },
  },
}));

describe('the progress of opening a model', () => {
  beforeEach(() => {
    shown.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  function slowModel() {
    let finish: (snapshot: ModelSnapshot) => void = () => undefined;
    const server = new FakeServer({
      'dnnsplit/open': () => new Promise((resolve) => (finish = resolve)),
      'dnnsplit/close': async () => null,
    });
    const models = new ModelStore(server, createCancellation);
    const progress = new OpeningProgress(models);
    const opened = models.open(modelUri);
    return { server, models, progress, opened, finish: () => finish(readySnapshot(1)) };
  }
  const notification = () => shown.find(({ options }) => options.location === 15);

  it('shows in the view at once, and nothing else where it is short', async () => {
    const { finish, opened } = slowModel();
    expect(shown.map(({ options }) => options.location)).toEqual([{ viewId: 'dnnsplit.splits' }]);
    await vi.advanceTimersByTimeAsync(1999);
    finish();
    await opened;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(notification()).toBeUndefined();
    expect(shown[0]?.ended).toBe(true);
  });

  it('is a notification after two seconds: which model, what is done, how far', async () => {
    const { server, finish, opened } = slowModel();
    await vi.advanceTimersByTimeAsync(2000);
    expect(notification()?.options).toMatchObject({ title: 'Analyzing net.onnx', cancellable: true });
    server.tell('dnnsplit/progress', { token: 'open-1', stage: 'Inferring shapes', fraction: 0.25 });
    server.tell('dnnsplit/progress', { token: 'open-1', stage: 'Planning', fraction: 0.75 });
    expect(notification()?.reports).toEqual([
      { message: 'Inferring shapes', increment: 25 },
      { message: 'Planning', increment: 50 },
    ]);
    finish();
    await opened;
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.every(({ ended }) => ended)).toBe(true);
  });

  it('can be canceled there: the request is, and the notification goes', async () => {
    const { opened } = slowModel();
    await vi.advanceTimersByTimeAsync(2000);
    notification()?.cancel();
    await expect(opened).resolves.toMatchObject({ state: 'failed', error: { code: 'canceled' } });
    await vi.advanceTimersByTimeAsync(0);
    expect(shown.every(({ ended }) => ended)).toBe(true);
  });

  it('waits for nothing once it is disposed', async () => {
    const { progress } = slowModel();
    progress.dispose();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(notification()).toBeUndefined();
  });
});
