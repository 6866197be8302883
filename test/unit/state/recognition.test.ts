import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../../src/engine/onnx/byteSource';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { inferSized, type SizedModel } from '../../../src/engine/shapes/assumed/assumeSizes';
import { pairsByName } from '../../../src/engine/state/stateNames';
import { openModelSource } from '../../../src/files/externalData';
import { parseConfig } from '../../../src/shared/documents/parseConfig';
import type { DType } from '../../../src/shared/vocabulary/dtype';
import type { StateSetting } from '../../../src/shared/vocabulary/statePairs';
import { unwatched } from '../../../src/shared/work/work';
import { model, node, value } from '../../support/modelObjects';
import { type BuiltModel, buildModel } from '../../support/onnxBuilder';
import {
  crossDecoder,
  gptLike,
  llamaLike,
  recurrentStream,
  streamingEncoder,
  voiceDetector,
} from '../../support/rememberingModels';
import { sharedModels, sharedNote } from '../../support/shared';

type Types = Readonly<Record<string, readonly [DType, readonly (number | string)[]]>>;

/** A model of these inputs and outputs, each output an Identity of a stated type or what `nodes` make. */
function sized(inputs: Types, outputs: Types, setting: StateSetting = 'recognized', nodes?: ReturnType<typeof node>[]) {
  const built = model({
    inputs: Object.entries(inputs).map(([name, [dtype, shape]]) => value(name, dtype, shape)),
    nodes:
      nodes ??
      Object.keys(outputs).map((name) => node('Mystery', Object.keys(inputs), [name], { domain: 'somewhere' })),
    outputs: Object.entries(outputs).map(([name, [dtype, shape]]) => value(name, dtype, shape)),
  });
  return inferSized(built, {}, unwatched, setting);
}

/** Each pair as one line. */
const told = ({ state }: Pick<SizedModel, 'state'>) =>
  state.map(({ input, output, growsAlong = '' }) => `${output} -> ${input} ${growsAlong}`.trim());

describe('names of state', () => {
  /** Inputs and outputs as exporters write them: what is in one row are pairs, in order, after what is no state. */
  const exporters: Readonly<Record<string, readonly [inputs: readonly string[], outputs: readonly string[]]>> = {
    'decoders of Optimum': [
      ['past_key_values.0.key', 'past_key_values.0.value', 'past_key_values.11.key'],
      ['present.0.key', 'present.0.value', 'present.11.key'],
    ],
    'encoder-decoders of Optimum': [
      ['past_key_values.0.decoder.key', 'past_key_values.0.encoder.value'],
      ['present.0.decoder.key', 'present.0.encoder.value'],
    ],
    'ONNX Runtime GPT-2': [
      ['past_0', 'past_1'],
      ['present_0', 'present_1'],
    ],
    'ONNX Runtime Whisper': [
      ['past_key_self_0', 'past_value_cross_3'],
      ['present_key_self_0', 'present_value_cross_3'],
    ],
    'hybrid decoders': [
      ['past_conv.0', 'past_key_values.1.key'],
      ['present_conv.0', 'present.1.key'],
    ],
    'silero VAD': [['state'], ['stateN']],
    'older silero VAD': [
      ['h', 'c'],
      ['hn', 'cn'],
    ],
    'PyTorch LSTM': [
      ['h0', 'c0'],
      ['hn', 'cn'],
    ],
    'PyTorch GRU': [['h_0'], ['h_n']],
    'ONNX operators': [
      ['initial_h', 'initial_c'],
      ['h_out', 'c_out'],
    ],
    'icefall Zipformer': [
      ['cached_len_0', 'cached_conv1_4'],
      ['new_cached_len_0', 'new_cached_conv1_4'],
    ],
    WeNet: [
      ['att_cache', 'cnn_cache'],
      ['r_att_cache', 'r_cnn_cache'],
    ],
    NeMo: [
      ['cache_last_channel', 'cache_last_time_len'],
      ['cache_last_channel_next', 'cache_last_time_len_next'],
    ],
    'streaming convolutions': [
      ['cache_0', 'in_cache'],
      ['new_cache_0', 'out_cache'],
    ],
    RWKV: [['state_in'], ['state_out']],
    'video matting': [
      ['r1i', 'r4i'],
      ['r1o', 'r4o'],
    ],
    XLNet: [['mems_0'], ['new_mems_0']],
    'speech enhancement': [['input_states'], ['output_states']],
    'next and previous': [['prev_hidden'], ['next_hidden']],
  };

  for (const [exporter, [inputs, outputs]] of Object.entries(exporters)) {
    it(`are known as ${exporter} has them`, () => {
      const expected = inputs.map((input, index) => [input, outputs[index]]);
      expect(pairsByName(['input_ids', ...inputs], ['logits', ...outputs])).toEqual(expected);
      expect(pairsByName([...inputs].reverse(), [...outputs, 'y'])).toEqual([]);
    });
  }

  it('are not seen in what only looks alike', () => {
    const none: readonly (readonly [readonly string[], readonly string[]])[] = [
      [['input', 'mask'], ['output']],
      [['image_in', 'sigma'], ['image_out']],
      [['hidden_states', 'attention_mask'], ['hidden_states_out']],
      [['encoder_hidden_states', 'input_ids'], ['last_hidden_state']],
      [
        ['x', 'h0'],
        ['y', 'h1'],
      ],
      [
        ['state', 'action'],
        ['value', 'reward'],
      ],
      [['state'], ['next_state']],
      [['x', 'state', 'prev_state'], ['state_out']],
      [['past_key_values.0.key', 'x'], ['present.1.key']],
      [['statement', 'x'], ['statement_out']],
    ];
    for (const [inputs, outputs] of none) expect(pairsByName(inputs, outputs)).toEqual([]);
  });
});

describe('state of a model', () => {
  const decoder: Types = {
    input_ids: ['int64', ['batch', 'sequence_length']],
    'past_key_values.0.key': ['float32', ['batch', 4, 'past_sequence_length', 16]],
    'past_key_values.0.encoder.key': ['float32', ['batch', 4, 'encoder_length', 16]],
  };
  const made: Types = {
    logits: ['float32', ['batch', 'sequence_length', 100]],
    'present.0.key': ['float32', ['batch', 4, 'past_sequence_length + sequence_length', 16]],
    'present.0.encoder.key': ['float32', ['batch', 4, 'encoder_length_out', 16]],
  };

  it('grows along the axis of the past, and is read one step at a time', () => {
    const result = sized(decoder, made);
    expect(told(result)).toEqual([
      'present.0.key -> past_key_values.0.key 2',
      'present.0.encoder.key -> past_key_values.0.encoder.key',
    ]);
    const sizes = Object.fromEntries(result.assumed.map(({ symbol, size }) => [symbol, size]));
    expect(sizes).toMatchObject({ batch: 1, sequence_length: 1, past_sequence_length: 128 });
  });

  it('grows where a Concat makes it longer', () => {
    const result = sized(
      { x: ['float32', [1, 2, 1, 8]], past_0: ['float32', [1, 2, 40, 8]] },
      { present_0: ['float32', [1, 2, 41, 8]] },
      'recognized',
      [node('Concat', ['past_0', 'x'], ['present_0'], { attributes: { axis: { kind: 'int', value: 2 } } })],
    );
    expect(told(result)).toEqual(['present_0 -> past_0 2']);
  });

  it('is a step of a recurrent layer, whatever its length is called', () => {
    const result = sized(
      { input: ['float32', ['batch', 'seq', 8]], h0: ['float32', [1, 'batch', 16]] },
      { hn: ['float32', [1, 'batch', 16]] },
    );
    expect(told(result)).toEqual(['hn -> h0']);
    expect(result.assumed).toContainEqual({ symbol: 'seq', size: 1, role: 'step' });
  });

  it('is none where types, ranks or sizes differ', () => {
    const state = (shape: readonly (number | string)[], dtype: DType = 'float32'): Types => ({
      stateN: [dtype, shape],
    });
    const inputs: Types = { x: ['float32', [1, 8]], state: ['float32', [2, 1, 128]] };
    expect(told(sized(inputs, state([2, 1, 128])))).toEqual(['stateN -> state']);
    expect(told(sized(inputs, state([2, 1, 128], 'float16')))).toEqual([]);
    expect(told(sized(inputs, state([2, 128])))).toEqual([]);
    expect(told(sized(inputs, state([2, 1, 127])))).toEqual([]);
    expect(told(sized(inputs, state([3, 1, 129])))).toEqual([]);
    expect(told(sized(inputs, state([2, 'n', 128])))).toEqual(['stateN -> state']);
  });

  it('is found in models of every kind that run', () => {
    const found = (spec: BuiltModel) => told(inferSized(readModel(bufferSource(buildModel(spec))), {}, unwatched));
    const caches = (layers: readonly string[], more = '') =>
      layers.flatMap((layer) =>
        ['key', 'value'].map((kind) => `present.${layer}.${kind} -> past_key_values.${layer}.${kind}${more}`),
      );
    expect(found(gptLike())).toEqual(caches(['0', '1'], ' 2'));
    expect(found(llamaLike())).toEqual(caches(['0', '1'], ' 2'));
    const ofLayer = (layer: number) => [...caches([`${layer}.decoder`], ' 2'), ...caches([`${layer}.encoder`])];
    expect(found(crossDecoder())).toEqual([...ofLayer(0), ...ofLayer(1)]);
    expect(found(voiceDetector())).toEqual(['stateN -> state']);
    expect(found(recurrentStream())).toEqual(['hn -> h0', 'cn -> c0', 'new_gru_state -> gru_state']);
    expect(found(streamingEncoder())).toEqual([
      'new_cache_loudness -> cache_loudness',
      ...[0, 1, 2].map((layer) => `new_cache_conv_${layer} -> cache_conv_${layer}`),
    ]);
  });

  it('can be stated, with a pattern for many, and turned off', () => {
    const inputs: Types = { x: ['float32', [1, 8]], a_mem: ['float32', [4]], b_mem: ['float32', [4]] };
    const outputs: Types = { keep_a: ['float32', [4]], keep_b: ['float32', [4]], y: ['float32', [8, 1]] };
    expect(told(sized(inputs, outputs))).toEqual([]);
    expect(told(sized(inputs, outputs, [{ input: '*_mem', output: 'keep_*' }]))).toEqual([
      'keep_a -> a_mem',
      'keep_b -> b_mem',
    ]);
    expect(told(sized(inputs, outputs, [{ input: 'b_mem', output: 'keep_a' }]))).toEqual(['keep_a -> b_mem']);
    expect(told(sized(decoder, made, 'none'))).toEqual([]);
    expect(() => sized(inputs, outputs, [{ input: 'a_mem', output: 'y' }])).toThrow(/'a_mem' and output 'y'/);
  });

  it('is written in a configuration, for all models or for one', () => {
    const config = (state: unknown) => parseConfig(JSON.stringify({ tiers: [{ id: 'device' }], state }));
    expect(config('none').problems).toEqual([]);
    expect(config([{ input: 'past.*', output: 'present.*' }]).problems).toEqual([]);
    expect(config([{ input: 'a.*.*', output: 'b.*' }]).problems).toHaveLength(1);
    expect(config('sometimes').problems).toHaveLength(1);
  });
});

describe(`of the shared models${sharedNote}`, () => {
  it('only the stream of a voice detector has state', () => {
    const found = sharedModels().flatMap(({ name, path }) => {
      const source = openModelSource(path);
      try {
        const { graph } = readModel(source, unwatched);
        const inputs = graph.inputs.map((input) => input.name).filter((input) => !graph.initializers.has(input));
        const outputs = graph.outputs.map((output) => output.name);
        return pairsByName(inputs, outputs).map(([input, output]) => `${name}: ${output} -> ${input}`);
      } finally {
        source.close();
      }
    });
    const vad = ['npm_silero_vad_legacy: hn -> h', 'npm_silero_vad_legacy: cn -> c'];
    expect(found.filter((line) => !vad.includes(line))).toEqual([]);
    expect(found).toHaveLength(sharedModels().some(({ name }) => name.startsWith('npm_silero')) ? 2 : 0);
  });
});
