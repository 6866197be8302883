import type { OnnxModel, OnnxNode } from '../../src/engine/onnx/model';
import { model, node, value, weight } from './modelObjects';

const axis = (at: number) => ({ attributes: { axis: { kind: 'int', value: at } as const } });

/**
 * A decoder with key-value caches, as exporters write them: token ids in, attention over a growing past, logits out.
 * @param step how many tokens a call takes: the name of a dimension, or a number where it is fixed.
 */
export function decoderModel({
  layers = 2,
  width = 64,
  vocabulary = 1000,
  step = 'sequence_length' as string | number,
} = {}): OnnxModel {
  const past = 'past_sequence_length';
  const total = `${past} + ${step}`;
  const attention = (layer: number): OnnxNode[] => {
    const own = (name: string) => `${name}${layer}`;
    const before = layer === 0 ? 'embedded' : `hidden${layer - 1}`;
    const cached = (kind: 'key' | 'value') => [
      node('MatMul', [before, own(`w_${kind}`)], [own(kind)], { name: own(`project_${kind}`) }),
      node('Concat', [`past_key_values.${layer}.${kind}`, own(kind)], [`present.${layer}.${kind}`], {
        name: own(`append_${kind}`),
        ...axis(1),
      }),
    ];
    return [
      node('MatMul', [before, own('w_query')], [own('query')], { name: own('project_query') }),
      ...cached('key'),
      ...cached('value'),
      node('Transpose', [`present.${layer}.key`], [own('turned')], {
        name: own('turn'),
        attributes: { perm: { kind: 'ints', value: [0, 2, 1] } },
      }),
      node('MatMul', [own('query'), own('turned')], [own('scores')], { name: own('score') }),
      node('Softmax', [own('scores')], [own('weights')], { name: own('weigh'), ...axis(-1) }),
      node('MatMul', [own('weights'), `present.${layer}.value`], [own('mixed')], { name: own('mix') }),
      node('MatMul', [own('mixed'), own('w_out')], [own('projected')], { name: own('project') }),
      node('Add', [before, own('projected')], [own('hidden')], { name: own('add') }),
    ];
  };
  const each = Array.from({ length: layers }, (_, layer) => layer);
  const caches = each.flatMap((layer) => ['key', 'value'].map((kind) => ({ layer, kind })));
  return model({
    inputs: [
      value('input_ids', 'int64', [1, step]),
      ...caches.map(({ layer, kind }) => value(`past_key_values.${layer}.${kind}`, 'float32', [1, past, width])),
    ],
    weights: [
      weight('table', [vocabulary, width]),
      ...each.flatMap((layer) =>
        ['query', 'key', 'value', 'out'].map((kind) => weight(`w_${kind}${layer}`, [width, width])),
      ),
      weight('w_logits', [width, vocabulary]),
    ],
    nodes: [
      node('Gather', ['table', 'input_ids'], ['embedded'], { name: 'embed' }),
      ...each.flatMap(attention),
      node('MatMul', [`hidden${layers - 1}`, 'w_logits'], ['logits'], { name: 'head' }),
    ],
    outputs: [
      value('logits', 'float32', [1, step, vocabulary]),
      ...caches.map(({ layer, kind }) => value(`present.${layer}.${kind}`, 'float32', [1, total, width])),
    ],
  });
}
