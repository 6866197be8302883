import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefreshWatch } from '../../../src/extension/tree/refreshWatch';

describe('a refresh of the tree that the workbench drops', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function watched(visible = true) {
    const state = { visible, reminders: 0 };
    const watch = new RefreshWatch(
      () => state.visible,
      () => state.reminders++,
    );
    return { watch, state };
  }

  it('is told again until the workbench asks', () => {
    const { watch, state } = watched();
    watch.told('roots');
    // Half a second, and twice as long every time after that.
    const after = [499, 1, 999, 1, 1999, 1].map((ms) => vi.advanceTimersByTime(ms) && state.reminders);
    expect(after).toEqual([0, 1, 1, 2, 2, 3]);
    watch.askedForRoots();
    vi.advanceTimersByTime(60_000);
    expect(state.reminders).toBe(3);
  });

  it('is not told again where the workbench asks in time', () => {
    const { watch, state } = watched();
    watch.told('roots');
    watch.askedForRoots();
    watch.askedForRow('plan');
    watch.told(['plan']);
    watch.askedForRow('plan');
    vi.advanceTimersByTime(60_000);
    expect(state.reminders).toBe(0);
  });

  it('is told again for a row that the workbench has, and not for one that it never asked for', () => {
    const { watch, state } = watched();
    watch.told(['folded']);
    vi.advanceTimersByTime(60_000);
    expect(state.reminders).toBe(0);
    watch.askedForRow('plan');
    watch.told(['plan']);
    vi.advanceTimersByTime(4100);
    expect(state.reminders).toBe(1);
  });

  it('waits until the view is on the screen', () => {
    const { watch, state } = watched(false);
    watch.told('roots');
    vi.advanceTimersByTime(60_000);
    expect(state.reminders).toBe(0);
    state.visible = true;
    watch.shown();
    vi.advanceTimersByTime(600);
    expect(state.reminders).toBe(1);
  });

  it('ends after a few reminders and when it is disposed', () => {
    const { watch, state } = watched();
    watch.told('roots');
    vi.advanceTimersByTime(600_000);
    expect(state.reminders).toBe(6);
    watch.told('roots');
    watch.dispose();
    vi.advanceTimersByTime(600_000);
    expect(state.reminders).toBe(6);
  });
});
