import { randomNumbers } from '../../src/runtime/randomInputs';
import { GraphWriter } from './graphWriter';
import type { BuiltModel } from './onnxBuilder';

/**
 * Small models that remember, with random weights, written as exporters write them: what one call leaves for the next is
 * an output that the next call reads.
 */
class ModelWriter extends GraphWriter {
  private readonly random: () => number;
  private readonly outputs: string[] = [];

  constructor(seed: number) {
    super('n');
    this.random = randomNumbers(seed);
  }

  /** A weight of random numbers, small enough that many layers of them stay finite. */
  override weight(...shape: readonly number[]): string {
    const length = shape.reduce((product, dim) => product * dim, 1);
    const spread = 1 / Math.sqrt(shape.at(0) ?? 1);
    return this.constant(
      'float32',
      shape,
      Array.from({ length }, () => Math.fround((2 * this.random() - 1) * spread)),
    );
  }

  linear(x: string, from: number, to: number): string {
    return this.op('Add', [this.op('MatMul', [x, this.weight(from, to)]), this.weight(to)]);
  }

  /** Makes a tensor an output under a name. */
  output(name: string, tensor: string): void {
    this.nodes.push({ op: 'Identity', inputs: [tensor], outputs: [name] });
    this.outputs.push(name);
  }

  written(opset = 17): BuiltModel {
    return { opset, tensors: this.tensors, nodes: this.nodes, outputs: this.outputs };
  }
}

const [vocabulary, positions, heads, size, layers] = [37, 64, 2, 4, 2] as const;
const width = heads * size;

/** [batch, sequence, count * size] as [batch, count, sequence, size]. */
function toHeads(g: ModelWriter, x: string, count: number): string {
  return g.op('Transpose', [g.op('Reshape', [x, g.ints([0, 0, count, size])])], { perm: [0, 2, 1, 3] });
}

function fromHeads(g: ModelWriter, x: string): string {
  return g.op('Reshape', [g.op('Transpose', [x], { perm: [0, 2, 1, 3] }), g.ints([0, 0, width])]);
}

/** Attention of queries over keys and values, with something added to the scores. */
function attend(g: ModelWriter, query: string, key: string, value: string, mask?: string): string {
  const transposed = g.op('Transpose', [key], { perm: [0, 1, 3, 2] });
  const scores = g.op('Div', [g.op('MatMul', [query, transposed]), g.floats(Math.sqrt(size))]);
  const weights = g.op('Softmax', [mask === undefined ? scores : g.op('Add', [scores, mask])], { axis: -1 });
  return fromHeads(g, g.op('MatMul', [weights, value]));
}

/** 0 where a row may look, a large negative number elsewhere: [sequence, past + sequence], from the lengths alone. */
function causalMask(g: ModelWriter, past: string, sequence: string): string {
  const total = g.op('Add', [past, sequence]);
  const rows = g.op('Unsqueeze', [g.op('Range', [past, total, g.ints(1)]), g.ints([1])]);
  const columns = g.op('Range', [g.ints(0), total, g.ints(1)]);
  return g.op('Mul', [g.op('Cast', [g.op('Greater', [columns, rows])], { to: 1 }), g.floats(-1e4)]);
}

/** 0 where the attention mask is 1: [batch, 1, 1, total]. */
function paddingMask(g: ModelWriter, mask: string): string {
  const shown = g.op('Cast', [g.op('Unsqueeze', [mask, g.ints([1, 2])])], { to: 1 });
  return g.op('Mul', [g.op('Sub', [g.floats(1), shown]), g.floats(-1e4)]);
}

function pastOf(g: ModelWriter, layer: number, part: string, count: number, of = ''): string {
  return g.input(`past_key_values.${layer}.${of}${part}`, 'float32', [
    'batch',
    count,
    of === '' ? 'past' : `past_${of.slice(0, -1)}`,
    size,
  ]);
}

/** As GPT-2 is exported: learned positions from the length of the first cache, masks from lengths in every layer. */
export function gptLike(seed = 1): BuiltModel {
  const g = new ModelWriter(seed);
  const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
  const attention = g.input('attention_mask', 'int64', ['batch', 'past + sequence']);
  const caches = Array.from({ length: layers }, (_, layer) => ({
    key: pastOf(g, layer, 'key', heads),
    value: pastOf(g, layer, 'value', heads),
  }));
  const past = g.size(caches[0]?.key ?? '', 2);
  const sequence = g.size(ids, 1);
  const place = g.op('Range', [past, g.op('Add', [past, sequence]), g.ints(1)]);
  const embedded = g.op('Gather', [g.weight(vocabulary, width), ids]);
  let x = g.op('Add', [embedded, g.op('Gather', [g.weight(positions, width), place])]);
  const padding = paddingMask(g, attention);
  for (const [layer, cache] of caches.entries()) {
    const normed = g.op('LayerNormalization', [x, g.weight(width), g.weight(width)], { axis: -1 });
    const [q = '', k = '', v = ''] = g.ops(3, 'Split', [g.linear(normed, width, 3 * width)], { axis: 2 });
    const key = g.op('Concat', [cache.key, toHeads(g, k, heads)], { axis: 2 });
    const value = g.op('Concat', [cache.value, toHeads(g, v, heads)], { axis: 2 });
    g.output(`present.${layer}.key`, key);
    g.output(`present.${layer}.value`, value);
    const own = g.op('Sub', [g.size(key, 2), g.size(q, 1)]);
    const mask = g.op('Add', [causalMask(g, own, g.size(q, 1)), padding]);
    x = g.op('Add', [x, g.linear(attend(g, toHeads(g, q, heads), key, value, mask), width, width)]);
    x = g.op('Add', [x, g.linear(g.op('Tanh', [g.linear(x, width, 2 * width)]), 2 * width, width)]);
  }
  g.output('logits', g.op('MatMul', [x, g.weight(width, vocabulary)]));
  return g.written();
}

/** As Llama is exported: shared keys, rotary positions from an input, a gated feed-forward, root-mean-square norms. */
export function llamaLike(seed = 2): BuiltModel {
  const g = new ModelWriter(seed);
  const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
  const attention = g.input('attention_mask', 'int64', ['batch', 'total']);
  const place = g.input('position_ids', 'int64', ['batch', 'sequence']);
  const caches = Array.from({ length: layers }, (_, layer) => ({
    key: pastOf(g, layer, 'key', 1),
    value: pastOf(g, layer, 'value', 1),
  }));
  const angles = g.op('Mul', [
    g.op('Unsqueeze', [g.op('Cast', [place], { to: 1 }), g.ints([1, 3])]),
    g.constant('float32', [size / 2], [1, 0.01]),
  ]);
  const both = g.op('Concat', [angles, angles], { axis: -1 });
  const [cos, sin] = [g.op('Cos', [both]), g.op('Sin', [both])];
  const rotated = (t: string): string => {
    const [low = '', high = ''] = g.ops(2, 'Split', [t], { axis: 3 });
    const turned = g.op('Concat', [g.op('Neg', [high]), low], { axis: 3 });
    return g.op('Add', [g.op('Mul', [t, cos]), g.op('Mul', [turned, sin])]);
  };
  const norm = (t: string): string => {
    const square = g.op('ReduceMean', [g.op('Mul', [t, t])], { axes: [-1] });
    const scale = g.op('Sqrt', [g.op('Add', [square, g.floats(1e-5)])]);
    return g.op('Mul', [g.op('Div', [t, scale]), g.weight(width)]);
  };
  let x = g.op('Gather', [g.weight(vocabulary, width), ids]);
  const first = caches[0]?.key ?? '';
  const mask = g.op('Add', [causalMask(g, g.size(first, 2), g.size(ids, 1)), paddingMask(g, attention)]);
  for (const [layer, cache] of caches.entries()) {
    const normed = norm(x);
    const query = rotated(toHeads(g, g.op('MatMul', [normed, g.weight(width, width)]), heads));
    const key = g.op('Concat', [cache.key, rotated(toHeads(g, g.op('MatMul', [normed, g.weight(width, size)]), 1))], {
      axis: 2,
    });
    const value = g.op('Concat', [cache.value, toHeads(g, g.op('MatMul', [normed, g.weight(width, size)]), 1)], {
      axis: 2,
    });
    g.output(`present.${layer}.key`, key);
    g.output(`present.${layer}.value`, value);
    x = g.op('Add', [x, g.op('MatMul', [attend(g, query, key, value, mask), g.weight(width, width)])]);
    const inner = norm(x);
    const gate = g.op('MatMul', [inner, g.weight(width, 2 * width)]);
    const gated = g.op('Mul', [
      g.op('Mul', [gate, g.op('Sigmoid', [gate])]),
      g.op('MatMul', [inner, g.weight(width, 2 * width)]),
    ]);
    x = g.op('Add', [x, g.op('MatMul', [gated, g.weight(2 * width, width)])]);
  }
  g.output('logits', g.op('MatMul', [norm(x), g.weight(width, vocabulary)]));
  return g.written();
}

/** As the decoder of an encoder-decoder is exported: caches of its own that grow, and those of the encoder that stay. */
export function crossDecoder(seed = 3): BuiltModel {
  const g = new ModelWriter(seed);
  const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
  let x = g.op('Gather', [g.weight(vocabulary, width), ids]);
  for (let layer = 0; layer < layers; layer += 1) {
    const own = (part: string): string => {
      const cache = pastOf(g, layer, part, heads, 'decoder.');
      const grown = g.op('Concat', [cache, toHeads(g, g.linear(x, width, width), heads)], { axis: 2 });
      g.output(`present.${layer}.decoder.${part}`, grown);
      return grown;
    };
    const cross = (part: string): string => {
      const cache = pastOf(g, layer, part, heads, 'encoder.');
      g.output(`present.${layer}.encoder.${part}`, cache);
      return cache;
    };
    const query = (): string => toHeads(g, g.linear(x, width, width), heads);
    const [key, value] = [own('key'), own('value')];
    const mask = causalMask(g, g.op('Sub', [g.size(key, 2), g.size(ids, 1)]), g.size(ids, 1));
    x = g.op('Add', [x, attend(g, query(), key, value, mask)]);
    x = g.op('Add', [x, attend(g, query(), cross('key'), cross('value'))]);
  }
  g.output('logits', g.op('MatMul', [x, g.weight(width, vocabulary)]));
  return g.written();
}

/** As Silero's voice detector is exported: one tensor holds both states of the recurrent layer. */
export function voiceDetector(seed = 4): BuiltModel {
  const g = new ModelWriter(seed);
  const samples = g.input('input', 'float32', ['batch', 64]);
  const state = g.input('state', 'float32', [2, 'batch', width]);
  const spectrum = g.op('Abs', [
    g.op('Conv', [g.op('Unsqueeze', [samples, g.ints([1])]), g.weight(width, 1, 16)], { strides: [16] }),
  ]);
  const encoded = g.op('Relu', [g.op('Conv', [spectrum, g.weight(width, width, 3)], { pads: [1, 1] })]);
  const frames = g.op('Transpose', [encoded], { perm: [2, 0, 1] });
  const [h = '', c = ''] = g.ops(2, 'Split', [state], { axis: 0 });
  const gates = [g.weight(1, 4 * width, width), g.weight(1, 4 * width, width), g.weight(1, 8 * width)];
  const [made = '', hn = '', cn = ''] = g.ops(3, 'LSTM', [frames, ...gates, '', h, c], { hidden_size: width });
  const last = g.op('ReduceMean', [g.op('Squeeze', [made, g.ints([1])])], { axes: [0], keepdims: 0 });
  g.output('output', g.op('Sigmoid', [g.linear(last, width, 1)]));
  g.output('stateN', g.op('Concat', [hn, cn], { axis: 0 }));
  return g.written();
}

/** A stream through an LSTM and a GRU, each with a state of its own. */
export function recurrentStream(seed = 5): BuiltModel {
  const g = new ModelWriter(seed);
  const x = g.input('x', 'float32', ['frames', 'batch', 3]);
  const states = ['h0', 'c0', 'gru_state'].map((name) => g.input(name, 'float32', [1, 'batch', width]));
  const lstm = [g.weight(1, 4 * width, 3), g.weight(1, 4 * width, width), g.weight(1, 8 * width)];
  const [first = '', hn = '', cn = ''] = g.ops(3, 'LSTM', [x, ...lstm, '', states[0] ?? '', states[1] ?? ''], {
    hidden_size: width,
  });
  const gru = [g.weight(1, 3 * width, width), g.weight(1, 3 * width, width), g.weight(1, 6 * width)];
  const [second = '', gn = ''] = g.ops(2, 'GRU', [g.op('Squeeze', [first, g.ints([1])]), ...gru, '', states[2] ?? ''], {
    hidden_size: width,
  });
  g.output('y', g.linear(g.op('Squeeze', [second, g.ints([1])]), width, 2));
  for (const [name, tensor] of [
    ['hn', hn],
    ['cn', cn],
    ['new_gru_state', gn],
  ] as const)
    g.output(name, tensor);
  return g.written();
}

/** A streaming encoder: every causal convolution keeps the last frames of its input, and all of them follow the loudness. */
export function streamingEncoder(seed = 6, batch: number | string = 'batch'): BuiltModel {
  const g = new ModelWriter(seed);
  let x = g.input('frames', 'float32', [batch, width, 4]);
  const loudness = g.input('cache_loudness', 'float32', [1, 1, 1]);
  for (let layer = 0; layer < 3; layer += 1) {
    const cache = g.input(`cache_conv_${layer}`, 'float32', [batch, width, 2]);
    const wide = g.op('Concat', [cache, x], { axis: 2 });
    const slice = [g.ints([-2]), g.ints([9_223_372_036_854_774]), g.ints([2])];
    g.output(`new_cache_conv_${layer}`, g.op('Slice', [wide, ...slice]));
    const made = g.op('Conv', [wide, g.weight(width, width, 3), g.weight(width)]);
    x = g.op('Add', [g.op('Relu', [made]), g.op('Sin', [loudness])]);
  }
  g.output('encoded', x);
  g.output('new_cache_loudness', g.op('ReduceMean', [g.op('Abs', [x])]));
  return g.written();
}
