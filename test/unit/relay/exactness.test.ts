import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inferBinary } from '../../relay/v2Client';
import { contractOf, contractTensor, renaming, serveTier } from './support/serveTier';

const identity = renaming({ x: 'y' });

/** A tier that answers what it gets, of one element type. */
function echoOf(dtype: string, shape: (number | string)[] = ['n']) {
  const contract = contractOf('only');
  const [x, y] = [contractTensor('x', dtype, shape), contractTensor('y', dtype, shape)];
  return { ...contract, segment: { file: 'm', inputs: [x], outputs: [y] }, receives: [x], answers: [y] };
}

/** Sends a body as text and gives the answer as text: no JSON library of ours or of the runtime touches a number. */
async function exchange(address: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${address}/v2/models/m/infer`, { method: 'POST', body, headers });
  const text = await response.text();
  return { status: response.status, text, error: response.ok ? undefined : String(JSON.parse(text).error) };
}

const tensorText = (datatype: string, shape: number[], data: string, extra = '') =>
  `{"inputs":[{"name":"x","datatype":"${datatype}","shape":${JSON.stringify(shape)},"data":${data}}]${extra}}`;
const dataOf = (text: string) => /"data":(\[[^\]]*\])/.exec(text)?.[1];

describe('64-bit integers in JSON', () => {
  it.each([
    ['INT64', 'int64', '[9223372036854775807,-9223372036854775808,9007199254740993,-9007199254740993,0,-1]'],
    ['UINT64', 'uint64', '[18446744073709551615,9007199254740993,0]'],
  ])('keep every digit of %s', async (datatype, dtype, data) => {
    const { address } = await serveTier(echoOf(dtype), identity);
    const count = data.split(',').length;
    const { status, text } = await exchange(address, tensorText(datatype, [count], data));
    expect([status, dataOf(text)]).toEqual([200, data]);
  });

  it('keep every digit of any number', async () => {
    const { address } = await serveTier(echoOf('int64'), identity);
    const values = fc.sample(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), 500);
    const data = `[${values.join()}]`;
    expect(dataOf((await exchange(address, tensorText('INT64', [values.length], data))).text)).toBe(data);
  });

  it.each([
    ['INT64', '9223372036854775808'],
    ['INT64', '-9223372036854775809'],
    ['INT64', '1e300'],
    ['INT64', '9007199254740993.0'],
    ['INT64', '1.5'],
    ['UINT64', '-1'],
    ['UINT64', '18446744073709551616'],
  ])('are refused where %s cannot hold %s', async (datatype, value) => {
    const { address } = await serveTier(echoOf(datatype.toLowerCase()), identity);
    expect(await exchange(address, tensorText(datatype, [1], `[${value}]`))).toMatchObject({
      status: 400,
      error: expect.stringMatching(/cannot hold/),
    });
  });
});

describe('real numbers in JSON', () => {
  it('keep their value and their sign', async () => {
    const { address } = await serveTier(echoOf('float32'), identity);
    const { text } = await exchange(address, tensorText('FP32', [4], '[-0.0,3.4028234663852886e38,1e-45,16777216]'));
    const values = JSON.parse(dataOf(text) ?? '[]');
    expect(values).toEqual([-0, 3.4028234663852886e38, 1.401298464324817e-45, 16777216]);
  });

  it.each([
    ['FP32', '3.5e38'],
    ['FP32', '-1e39'],
    ['FP64', '1e999'],
  ])('are refused where %s cannot hold %s', async (datatype, value) => {
    const { address } = await serveTier(echoOf(datatype === 'FP32' ? 'float32' : 'float64'), identity);
    expect(await exchange(address, tensorText(datatype, [1], `[${value}]`))).toMatchObject({
      status: 400,
      error: expect.stringMatching(/cannot hold/),
    });
  });

  it.each([
    ['NaN', 0x7fc00000],
    ['Infinity', 0x7f800000],
    ['-Infinity', 0xff800000],
  ])('say that an output is %s instead of answering null', async (name, bits) => {
    const { address } = await serveTier(echoOf('float32'), identity);
    const bytes = new Uint8Array(Uint32Array.of(bits).buffer);
    const input = { name: 'x', datatype: 'FP32', shape: [1], bytes };
    // In binary it goes through as it is.
    expect((await inferBinary(address, 'm', [input])).outputs[0]?.bytes).toEqual(bytes);
    const head = JSON.stringify({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1], parameters: { binary_data_size: 4 } }],
    });
    const response = await fetch(`${address}/v2/models/m/infer`, {
      method: 'POST',
      headers: { 'Inference-Header-Content-Length': String(head.length) },
      body: Buffer.concat([Buffer.from(head), bytes]),
    });
    const { error } = await response.json();
    expect([response.status, error]).toEqual([
      400,
      expect.stringContaining(`holds ${name}, which JSON cannot express`),
    ]);
    expect(error).toMatch(/Request binary data/);
  });
});

describe('strings', () => {
  const bytesOf = (...texts: Uint8Array[]) =>
    new Uint8Array(Buffer.concat(texts.flatMap((text) => [Buffer.from(Uint32Array.of(text.length).buffer), text])));

  it('that are no UTF-8 go through in binary, and are refused in JSON', async () => {
    const { address } = await serveTier(echoOf('string'), identity);
    const bytes = bytesOf(Uint8Array.of(0xff, 0xfe, 0x00), Uint8Array.of(0xef, 0xbb, 0xbf, 0x41));
    const input = { name: 'x', datatype: 'BYTES', shape: [2], bytes };
    expect((await inferBinary(address, 'm', [input])).outputs[0]?.bytes).toEqual(bytes);
    const head = JSON.stringify({
      inputs: [{ name: 'x', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: bytes.byteLength } }],
      outputs: [{ name: 'y', parameters: { binary_data: false } }],
    });
    const response = await fetch(`${address}/v2/models/m/infer`, {
      method: 'POST',
      headers: { 'Inference-Header-Content-Length': String(head.length) },
      body: Buffer.concat([Buffer.from(head), bytes]),
    });
    expect([response.status, (await response.json()).error]).toEqual([
      400,
      expect.stringMatching(/is not UTF-8 text.*ask for it in binary/),
    ]);
  });

  it('keep a byte order mark, and are refused where they hold half a character', async () => {
    const { address } = await serveTier(echoOf('string'), identity);
    const { text } = await exchange(address, tensorText('BYTES', [2], '["\\ufeffa","\\ud83d\\ude00"]'));
    expect(JSON.parse(text).outputs[0].data).toEqual(['\ufeffa', '\u{1f600}']);
    expect((await exchange(address, tensorText('BYTES', [1], '["\\ud800"]'))).error).toMatch(/surrogate/);
  });
});

describe('the form of a request', () => {
  it.each([
    ['a row that is too short', [2, 2], '[[1,2],[3]]'],
    ['a row that is too long', [2, 2], '[[1,2,3],[4]]'],
    ['too few levels', [2, 2, 1], '[[1,2],[3,4]]'],
    ['too many levels', [2], '[[1],[2]]'],
    ['rows beside numbers', [3], '[1,[2],3]'],
    ['rows in the wrong order', [3, 2], '[[1,2,3],[4,5,6]]'],
  ])('is refused with %s', async (_, shape, data) => {
    const { address } = await serveTier(
      echoOf(
        'float32',
        shape.map((_dim, axis) => `d${axis}`),
      ),
      identity,
    );
    expect(await exchange(address, tensorText('FP32', shape, data))).toMatchObject({
      status: 400,
      error: expect.stringMatching(/is not nested as its shape/),
    });
  });

  it('is refused with levels without end, not followed', async () => {
    const depth = 20_000;
    const { address } = await serveTier(
      echoOf(
        'float32',
        Array.from({ length: depth }, (_, axis) => `d${axis}`),
      ),
      identity,
      undefined,
      { maxBodyBytes: 1e6 },
    );
    const data = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
    const { status, error } = await exchange(address, tensorText('FP32', Array(depth).fill(1), data));
    expect([status, error]).toEqual([400, expect.stringMatching(/more than 64 dimensions|cannot be parsed/)]);
  });

  it('takes an empty list of outputs as all of them, and null as nothing', async () => {
    const { address } = await serveTier(echoOf('float32'), identity);
    const bodies = [',"outputs":[]', ',"outputs":null', ',"id":null,"parameters":null', ',"outputs":[{"name":"y"}]'];
    for (const extra of bodies) {
      const { status, text } = await exchange(address, tensorText('FP32', [1], '[1.5]', extra));
      expect([extra, status, dataOf(text)]).toEqual([extra, 200, '[1.5]']);
    }
  });

  it('has data once: as JSON or in binary', async () => {
    const { address } = await serveTier(echoOf('float32'), identity);
    const head =
      '{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1],"parameters":{"binary_data_size":4}}]}';
    const { status, error } = await exchange(address, `${head}\0\0\0\0`, {
      'Inference-Header-Content-Length': String(head.length),
    });
    expect([status, error]).toEqual([400, expect.stringMatching(/both "data" and binary data/)]);
  });

  it.each(['0x10', '1e1', '-1', '+5', '5.0', 'abc', ''])('wants a length in digits, not "%s"', async (length) => {
    const { address } = await serveTier(echoOf('float32'), identity);
    const { status } = await exchange(address, tensorText('FP32', [1], '[1]'), {
      'Inference-Header-Content-Length': length,
    });
    expect(status).toBe(400);
  });
});
