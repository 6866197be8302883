import { describe, expect, it } from 'vitest';
import { parseBindings } from '../../../src/cli/terminal/arguments';

describe('--bind', () => {
  it('takes several dimensions, 0 included, on top of those before', () => {
    expect(parseBindings('batch=2, past = 0', { seq: 7 })).toEqual({ seq: 7, batch: 2, past: 0 });
  });

  it('takes the names that exporters give to computed dimensions', () => {
    expect(parseBindings('Max(1, s2)=4,past + seq=9')).toEqual({ 'Max(1, s2)': 4, 'past + seq': 9 });
  });

  it.each(['batch', 'batch=', '=2', 'batch=-1', 'batch=1.5', 'batch=two', 'a=1,b'])('refuses %j', (text) => {
    expect(() => parseBindings(text)).toThrow(/NAME=NUMBER/);
  });
});
