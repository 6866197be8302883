import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { kernelTimes } from '../../../src/runtime/profiling/kernelTimes';
import { readTraceEvents } from '../../../src/runtime/profiling/traceEvents';
import { median } from '../../../src/shared/statistics';

const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-trace-'));
const path = join(folder, 'trace.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kernel = (name: string, op: string, ts: number, dur: number, index = 0, tid = 7) =>
  JSON.stringify({
    cat: 'Node',
    pid: 1,
    tid,
    dur,
    ts,
    ph: 'X',
    name: `${name}_kernel_time`,
    args: { op_name: op, node_index: String(index), provider: 'CPUExecutionProvider' },
  });
const run = (ts: number, dur: number) =>
  JSON.stringify({ cat: 'Session', pid: 1, tid: 7, dur, ts, ph: 'X', name: 'model_run', args: {} });
const write = (...lines: string[]) => writeFileSync(path, `[\n${lines.join(',\n')}\n]\n`);
const times = (warmup?: number) => kernelTimes(readTraceEvents(path), path, warmup);

describe('times from a trace', () => {
  it('takes the middle value, between the middle ones of an even number', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
  });

  it('takes medians over the runs after those to warm up', () => {
    write(...[100, 4, 8, 6].flatMap((dur, i) => [kernel('a', 'Conv', i * 200, dur), run(i * 200, dur + 2)]));
    expect(times(1)).toMatchObject({ runs: 3, runMicroseconds: 8, kernels: [{ name: 'a', microseconds: 6 }] });
    expect(times(0).kernels[0]?.microseconds).toBe(7);
    expect(times().runs).toBe(2);
    expect(() => times(4)).toThrow(/contains 4 complete runs, so none is left after 4 warm-up runs/);
  });

  it('counts bodies in their operator, whatever they are named', () => {
    write(
      kernel('before', 'Relu', 0, 10, 0),
      kernel('empty', 'Relu', 10, 0, 1),
      kernel('inner', 'Add', 21, 3, 0),
      kernel('deep', 'Add', 31, 3, 0),
      kernel('inner if', 'If', 30, 9, 1),
      kernel('loop', 'Loop', 20, 40, 2),
      kernel('after', 'If', 60, 5, 3),
      run(0, 70),
    );
    expect(times(0).kernels.map(({ name }) => name)).toEqual(['before', 'empty', 'loop', 'after']);
  });

  it('tells operators of one name apart by their index, and leaves an unfinished run out', () => {
    write(kernel('a', 'Relu', 0, 1, 0), kernel('a', 'Relu', 1, 2, 1), run(0, 4), kernel('a', 'Relu', 9, 100, 0));
    expect(times(0).kernels.map(({ index, microseconds }) => [index, microseconds])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('reads a trace that was cut off, one on a single line, and one in an object', () => {
    const events = [kernel('a', 'Relu', 0, 5), run(0, 6)];
    const expected = [['a', 5]];
    const read = (text: string) => {
      writeFileSync(path, text);
      return times(0).kernels.map(({ name, microseconds }) => [name, microseconds]);
    };
    expect(read(`[\n${events.join(',\n')},\n{"cat" : "Node","na`)).toEqual(expected);
    expect(read(`[${events.join(',')}]`)).toEqual(expected);
    expect(read(`{ "traceEvents":\n [\n${events.join(',\n')}\n] }`)).toEqual(expected);
    expect(read(`\uFEFF[\r\n${events.join(',\r\n')}\r\n]`)).toEqual(expected);
  });

  it.each([
    ['{ "a": 1 }', /contains no complete run/],
    ['', /contains no complete run/],
    ['[\n{"cat": nonsense},\n]', /trace\.json:2:9: this is not JSON\. Pass a trace that ONNX Runtime wrote/],
    [`[\n${kernel('a', 'Relu', 0, 5)},\n  what\n]`, /trace\.json:3:3: this line is no trace event/],
  ])('refuses %j in one sentence', (text, sentence) => {
    writeFileSync(path, text);
    expect(times).toThrow(sentence);
  });
});
