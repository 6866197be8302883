import { describe, expect, it } from 'vitest';
import { Ending } from '../../../src/runtime/ending';

describe('an ending', () => {
  it('comes once, to those who still hear it, and to those who come later', () => {
    const ending = new Ending();
    const heard: string[] = [];
    const ignoring = () => heard.push('nobody');
    ending.hear(() => heard.push('first'));
    ending.hear(ignoring);
    ending.ignore(ignoring);
    const { signal } = ending;
    expect([ending.isOver, signal.aborted, heard]).toEqual([false, false, []]);
    ending.end('late');
    ending.end('too late');
    ending.hear(() => heard.push('second'));
    expect([ending.isOver, ending.reason, heard]).toEqual([true, 'late', ['first', 'second']]);
    expect([signal.aborted, signal.reason, ending.signal === signal]).toEqual([true, 'late', true]);
  });

  it('is seen by whoever asks for its signal afterwards, and comes with the signal of others', () => {
    const others = new AbortController();
    const [ending, late] = [Ending.with(others.signal), new Ending()];
    late.end('over');
    expect([late.signal.aborted, late.signal.reason, ending.isOver]).toEqual([true, 'over', false]);
    others.abort('gone');
    expect([ending.isOver, ending.reason, Ending.with(others.signal).reason]).toEqual([true, 'gone', 'gone']);
  });
});
