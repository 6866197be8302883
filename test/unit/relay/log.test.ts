import { describe, expect, it } from 'vitest';
import { lineLog } from '../../../src/relay/service/log';

function written(format: 'text' | 'json', now: () => number = () => 0) {
  const lines: string[] = [];
  return { lines, log: lineLog(format, { tier: 'edge' }, (line) => lines.push(line), now) };
}

describe('the log', () => {
  it('writes a sentence and its fields in one line, whatever callers put in', () => {
    const { lines, log } = written('text');
    log('request failed: no input "a\nb\u2028c"', { request: 'r-1', id: 'x y\n2026 forged', status: 400 });
    expect(lines).toEqual([
      '1970-01-01T00:00:00.000Z request failed: no input "a\\nb\\u2028c" request=r-1 id="x y\\n2026 forged" status=400\n',
    ]);
  });

  it('writes an object per line for collectors', () => {
    const { lines, log } = written('json');
    log('request failed: a\nb', { status: 503, ms: 12 });
    expect(lines[0]).toMatch(/^[^\n]*\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      message: 'request failed: a\nb',
      tier: 'edge',
      status: 503,
      ms: 12,
    });
  });

  it('counts what it leaves out in a flood, and cuts what is too long', () => {
    let now = 0;
    const { lines, log } = written('text', () => now);
    for (let line = 0; line < 500; line += 1) log(`line ${line}`);
    expect(lines).toHaveLength(100);
    now = 1000;
    log('x'.repeat(1e6));
    expect(lines[100]).toMatch(/lines were left out lines=400/);
    expect(lines[101]?.length).toBeLessThan(5000);
  });
});
