import { describe, expect, it } from 'vitest';
import { change, emptyHistory, redo, refuse, undo } from '../../../webview/model/history';

const start = { overrides: {}, history: emptyHistory };

describe('what was tried out', () => {
  it('can be taken back and made again, step by step', () => {
    const cut = change(start, { cuts: [3] });
    const pinned = change(cut, { cuts: [3], pin: { a: 'edge' } });
    const back = undo(pinned);
    expect(back.overrides).toEqual({ cuts: [3] });
    expect(undo(back).overrides).toEqual({});
    expect(redo(undo(back)).overrides).toEqual({ cuts: [3] });
    expect(redo(redo(undo(back))).overrides).toEqual(pinned.overrides);
  });

  it('counts the moves of a slider as one step', () => {
    let tried = change(start, { cuts: [3] });
    for (const mbps of [10, 11, 12]) tried = change(tried, { cuts: [3], bandwidthMbps: [mbps] });
    expect(undo(tried).overrides).toEqual({ cuts: [3] });
  });

  it('tells the moves of one slider from those of another', () => {
    let tried = change(start, { latencyMs: [10] });
    for (const ms of [11, 12]) tried = change(tried, { latencyMs: [ms] });
    for (const speed of [2, 3]) tried = change(tried, { latencyMs: [12], tierSpeed: [speed, null] });
    tried = change(tried, { latencyMs: [12], tierSpeed: [3, 5] });
    tried = undo(tried);
    expect(tried.overrides).toEqual({ latencyMs: [12], tierSpeed: [3, null] });
    tried = undo(tried);
    expect(tried.overrides).toEqual({ latencyMs: [12] });
    expect(undo(tried).overrides).toEqual({});
  });

  it('forgets what was taken back once something else is tried', () => {
    const other = change(undo(change(start, { cuts: [3] })), { cuts: [5] });
    expect(redo(other).overrides).toEqual({ cuts: [5] });
  });

  it('stays where it is at either end, and ignores what changes nothing', () => {
    expect(undo(start).overrides).toEqual({});
    expect(redo(start).overrides).toEqual({});
    expect(change(start, {}).history.past).toEqual([]);
  });

  it('never holds a change that no plan satisfies, however it was asked for', () => {
    const held = change(start, { cuts: [3] });
    const refused = { cuts: [3], pin: { a: 'cloud' } };
    const back = refuse(change(held, refused), refused, held.overrides);
    expect(back.overrides).toEqual({ cuts: [3] });
    expect(undo(back).overrides).toEqual({});
    expect(redo(back).overrides).toEqual({ cuts: [3] });
    // Undoing came to it because something else has made it impossible meanwhile.
    const later = change(change(held, refused), { objective: 'cost' });
    const undone = refuse(undo(later), refused, later.overrides);
    expect(undone.overrides).toEqual({ objective: 'cost' });
    expect(undone.history.future).toEqual([]);
    expect(undo(undone).overrides).toEqual({ cuts: [3] });
    expect(undo(undo(undone)).overrides).toEqual({});
  });

  it('drops a refused change from the past while something newer is tried', () => {
    const refused = { pin: { a: 'cloud' } };
    const newer = refuse(change(change(start, refused), { cuts: [5] }), refused, {});
    expect(newer.overrides).toEqual({ cuts: [5] });
    expect(undo(newer).overrides).toEqual({});
  });
});
