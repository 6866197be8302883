import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  headerLengthField,
} from '../../../src/relay/inference/message';
import { Refusal } from '../../../src/runtime/refusal';
import type { Tensor } from '../../../src/runtime/tensor';

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A body as the protocol's binary extension describes it, put together by hand. */
function binaryBody(json: unknown, ...tensors: Uint8Array[]) {
  const head = text(json);
  return { body: Buffer.concat([head, ...tensors]), length: head.byteLength };
}

function refusalOf(body: Uint8Array, length?: number): string {
  try {
    decodeRequest(body, length);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).status).toBe(400);
    return (error as Refusal).message;
  }
  throw new Error('nothing was refused');
}

describe('inference requests', () => {
  it('reads each one for itself, however much it is like the one before', () => {
    const input = (name: string, size: number) => ({
      inputs: [{ name, datatype: 'UINT8', shape: [2], parameters: { binary_data_size: size } }],
    });
    const read = (json: unknown, ...bytes: number[]) => {
      const { body, length } = binaryBody(json, Uint8Array.from(bytes));
      return decodeRequest(body, length).inputs.map(({ name, data }) => [name, ...data]);
    };
    expect(read(input('x', 2), 1, 2)).toEqual([['x', 1, 2]]);
    expect(read(input('x', 2), 3, 4)).toEqual([['x', 3, 4]]);
    expect(read(input('y', 2), 5, 6)).toEqual([['y', 5, 6]]);
    expect(() => read(input('y', 2), 5)).toThrow(/y/);
    expect(() => read(input('y', 3), 5, 6, 7)).toThrow(/y/);
    expect(read(input('y', 2), 7, 8)).toEqual([['y', 7, 8]]);
  });

  it('writes each answer for itself, however much it is like the one before', () => {
    const answer = (change: Partial<Tensor>, id?: string, model = 'm', more: Partial<Tensor>[] = []) => ({
      model,
      id,
      tensors: [change, ...more].map((one): Tensor => {
        return { name: 'y', datatype: 'INT8', shape: [2, 3], data: Uint8Array.from([1, 2, 3, 4, 5, 6]), ...one };
      }),
    });
    const answers = [
      answer({}),
      answer({ data: new Uint8Array(6).fill(7) }),
      answer({ shape: [3, 2] }),
      answer({ shape: [6] }),
      answer({ name: 'z' }),
      answer({ datatype: 'UINT8' }),
      answer({ scale: 0.5 }),
      answer({ datatype: 'BYTES', shape: [1], data: Uint8Array.from([2, 0, 0, 0, 65, 66]) }),
      answer({ datatype: 'BYTES', shape: [1], data: Uint8Array.from([1, 0, 0, 0, 65]) }),
      answer({}, 'seven'),
      answer({}, undefined, 'other'),
      answer({}, undefined, 'm', [{ name: 'z' }]),
    ];
    const written = ({ model, id, tensors }: (typeof answers)[number], extra = {}) => {
      const request = { ...decodeRequest(text({ inputs: [] }), undefined), id, binaryOutput: true };
      const { headers, parts } = encodeResponse(model, request, tensors, extra);
      const body = Buffer.concat(parts);
      expect(headers['content-length']).toBe(String(body.byteLength));
      const length = Number(headers[headerLengthField]);
      return [JSON.parse(body.toString('utf8', 0, length)), [...body.subarray(length)]];
    };
    for (const before of answers)
      for (const now of answers) {
        written(before);
        const { model: model_name, id, tensors } = now;
        const outputs = tensors.map(({ data, scale, ...tensor }) => {
          const parameters = {
            binary_data_size: data.byteLength,
            ...(scale !== undefined && { dnnsplit_scale: scale }),
          };
          return { ...tensor, parameters };
        });
        const json = { model_name, model_version: '1', ...(id !== undefined && { id }), outputs };
        expect(written(now)).toEqual([json, tensors.flatMap(({ data }) => [...data])]);
        expect(written(now, { said: 1 })[0]).toEqual({ ...json, parameters: { said: 1 } });
      }
  });

  it('takes flat and nested JSON data, little-endian and row-major', () => {
    const flat = { name: 'x', datatype: 'FP32', shape: [2, 2], data: [1, 2, 3, 4] };
    const nested = {
      name: 'x',
      datatype: 'FP32',
      shape: [2, 2],
      data: [
        [1, 2],
        [3, 4],
      ],
    };
    for (const input of [flat, nested]) {
      const [tensor] = decodeRequest(text({ inputs: [input] }), undefined).inputs;
      expect(Array.from(new Float32Array(tensor?.data.slice().buffer ?? new ArrayBuffer(0)))).toEqual([1, 2, 3, 4]);
    }
  });

  it('takes binary tensors in the order of the inputs', () => {
    const a = Uint8Array.of(1, 0, 0, 0);
    const b = Uint8Array.of(2, 3);
    const { body, length } = binaryBody(
      {
        id: '7',
        inputs: [
          { name: 'a', datatype: 'INT32', shape: [1], parameters: { binary_data_size: 4 } },
          { name: 'b', datatype: 'UINT8', shape: [2], parameters: { binary_data_size: 2 } },
        ],
        outputs: [{ name: 'y', parameters: { binary_data: true } }],
      },
      a,
      b,
    );
    const request = decodeRequest(body, length);
    expect(request.id).toBe('7');
    expect(request.inputs.map(({ data }) => [...data])).toEqual([
      [1, 0, 0, 0],
      [2, 3],
    ]);
    expect(request.outputs).toEqual([{ name: 'y', binary: true }]);
  });

  it('says in one sentence what is wrong', () => {
    const input = (extra: object) => text({ inputs: [{ name: 'x', datatype: 'FP32', shape: [2], ...extra }] });
    expect(refusalOf(new TextEncoder().encode('{'))).toMatch(/cannot be parsed/);
    expect(refusalOf(text({}))).toMatch(/inputs/);
    expect(refusalOf(text({ inputs: [] }), 999)).toMatch(/Inference-Header-Content-Length/);
    expect(refusalOf(input({ data: [1] }))).toMatch(/1 elements.*holds 2/);
    expect(refusalOf(input({ data: [1, 'a'] }))).toMatch(/not a number/);
    expect(refusalOf(input({ datatype: 'FP99', data: [1, 2] }))).toMatch(/unknown datatype/);
    expect(refusalOf(input({ datatype: 'FP16', data: [1, 2] }))).toMatch(/no JSON form/);
    expect(refusalOf(input({ datatype: 'UINT8', data: [1, 256] }))).toMatch(/cannot hold 256/);
    expect(refusalOf(input({}))).toMatch(/no "data"/);
    const twice = { name: 'x', datatype: 'FP32', shape: [1], data: [1] };
    expect(refusalOf(text({ inputs: [twice, twice] }))).toMatch(/twice/);
    const short = binaryBody(
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } }] },
      new Uint8Array(4),
    );
    expect(refusalOf(short.body, short.length)).toMatch(/ends inside/);
    const long = binaryBody(
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [1], parameters: { binary_data_size: 4 } }] },
      new Uint8Array(5),
    );
    expect(refusalOf(long.body, long.length)).toMatch(/belongs? to no tensor/);
    const wrong = binaryBody(
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 4 } }] },
      new Uint8Array(4),
    );
    expect(refusalOf(wrong.body, wrong.length)).toMatch(/takes 8/);
  });

  it('never throws anything but a refusal, whatever the body', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.option(fc.integer({ min: -5, max: 300 }), { nil: undefined }),
        (body, length) => {
          try {
            decodeRequest(body, length);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
        },
      ),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        try {
          decodeRequest(new TextEncoder().encode(json), undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
    );
  });

  it('carries tensors unchanged from request to response', () => {
    const tensors: Tensor[] = [
      { name: 'f', datatype: 'FP32', shape: [3], data: new Uint8Array(Float32Array.of(1.5, Number.NaN, -0).buffer) },
      { name: 'h', datatype: 'FP16', shape: [2], data: Uint8Array.of(0, 60, 0, 188) },
      { name: 's', datatype: 'BYTES', shape: [2], data: Uint8Array.of(1, 0, 0, 0, 65, 0, 0, 0, 0) },
      { name: 'q', datatype: 'INT8', shape: [1], data: Uint8Array.of(255), scale: 0.25 },
      { name: 'e', datatype: 'INT64', shape: [0], data: new Uint8Array(0) },
    ];
    const sent = encodeRequest(tensors, { binary: true, parameters: { dnnsplit_timing: true } });
    const request = decodeRequest(Buffer.concat(sent.parts), Number(sent.headers[headerLengthField]));
    expect(request.wantsTiming).toBe(true);
    expect(request.inputs.map((tensor) => ({ ...tensor, data: [...tensor.data] }))).toEqual(
      tensors.map((tensor) => ({ ...tensor, data: [...tensor.data] })),
    );
    const answered = encodeResponse('m', request, request.inputs, { extra: 1 });
    const response = decodeResponse(Buffer.concat(answered.parts), Number(answered.headers[headerLengthField]));
    expect(response.outputs.map(({ data }) => [...data])).toEqual(tensors.map(({ data }) => [...data]));
    expect(response.parameters).toEqual({ extra: 1 });
  });
});
