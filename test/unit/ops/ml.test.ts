import { describe, expect, it } from 'vitest';
import { expectAsInRun } from '../../support/expectAsInRun';
import { inferBuilt } from '../../support/inferBuilt';
import type { BuiltAttribute, BuiltModel, BuiltTensor } from '../../support/onnxBuilder';

const real = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'float32', shape });
const integers = (...shape: (number | string)[]): BuiltTensor => ({ dtype: 'int64', shape });

function classical(
  op: string,
  tensors: Record<string, BuiltTensor>,
  attributes: Record<string, BuiltAttribute> = {},
  outputs: readonly string[] = ['y'],
): BuiltModel {
  const node = { op, domain: 'ai.onnx.ml', inputs: Object.keys(tensors), outputs, attributes };
  return { opset: 17, domains: { 'ai.onnx.ml': 3 }, tensors, nodes: [node] };
}

const symbols = { n: 3 };
const features = { x: real('n', 2) };

/** One tree with a root (feature 0 below 0.5) and two leaves. */
const tree: Record<string, BuiltAttribute> = {
  nodes_treeids: { ints: [0, 0, 0] },
  nodes_nodeids: { ints: [0, 1, 2] },
  nodes_featureids: { ints: [0, 0, 0] },
  nodes_modes: { texts: ['BRANCH_LEQ', 'LEAF', 'LEAF'] },
  nodes_values: { floats: [0.5, 0, 0] },
  nodes_truenodeids: { ints: [1, 0, 0] },
  nodes_falsenodeids: { ints: [2, 0, 0] },
};

const vectors = (classes: number): Record<string, BuiltAttribute> => ({
  kernel_type: { text: 'RBF' },
  kernel_params: { floats: [0.5, 0, 3] },
  support_vectors: { floats: new Array(2 * classes).fill(1) },
  vectors_per_class: { ints: new Array(classes).fill(1) },
  coefficients: { floats: new Array(classes * (classes - 1)).fill(0.5) },
  rho: { floats: new Array((classes * (classes - 1)) / 2).fill(0.1) },
  classlabels_ints: { ints: Array.from({ length: classes }, (_, index) => index) },
});

const models: Record<string, BuiltModel> = {
  ArrayFeatureExtractor: classical('ArrayFeatureExtractor', {
    x: real('n', 5),
    i: { dtype: 'int64', shape: [2], values: [0, 3] },
  }),
  Binarizer: classical('Binarizer', features, { threshold: { float: 0.5 } }),
  FeatureVectorizer: classical(
    'FeatureVectorizer',
    { a: real('n', 2), b: real('n', 3) },
    { inputdimensions: { ints: [2, 3] } },
  ),
  Imputer: classical('Imputer', features, {
    imputed_value_floats: { floats: [1, 2] },
    replaced_value_float: { float: 0 },
  }),
  LabelEncoder: classical(
    'LabelEncoder',
    { x: integers('n') },
    { keys_int64s: { ints: [0, 1] }, values_floats: { floats: [0.5, 1.5] } },
  ),
  LinearClassifier: classical(
    'LinearClassifier',
    features,
    {
      coefficients: { floats: [1, 2, 3, 4, 5, 6] },
      intercepts: { floats: [0, 0, 0] },
      classlabels_ints: { ints: [0, 1, 2] },
    },
    ['label', 'scores'],
  ),
  LinearRegressor: classical('LinearRegressor', features, {
    coefficients: { floats: [1, 2, 3, 4] },
    targets: { int: 2 },
  }),
  Normalizer: classical('Normalizer', features, { norm: { text: 'L2' } }),
  OneHotEncoder: classical('OneHotEncoder', { x: integers('n') }, { cats_int64s: { ints: [0, 1, 2, 3] } }),
  Scaler: classical('Scaler', features, { offset: { floats: [0, 0] }, scale: { floats: [1, 2] } }),
  'SVMClassifier of two classes': classical('SVMClassifier', features, vectors(2), ['label', 'scores']),
  'SVMClassifier of four classes': classical('SVMClassifier', features, vectors(4), ['label', 'scores']),
  SVMRegressor: classical('SVMRegressor', features, {
    kernel_type: { text: 'LINEAR' },
    kernel_params: { floats: [1, 0, 3] },
    support_vectors: { floats: [1, 2] },
    coefficients: { floats: [1] },
    rho: { floats: [0.1] },
    n_supports: { int: 1 },
  }),
  TreeEnsembleRegressor: classical('TreeEnsembleRegressor', features, {
    ...tree,
    n_targets: { int: 2 },
    target_treeids: { ints: [0, 0] },
    target_nodeids: { ints: [1, 2] },
    target_ids: { ints: [0, 1] },
    target_weights: { floats: [1, 2] },
  }),
  TreeEnsembleClassifier: classical(
    'TreeEnsembleClassifier',
    features,
    {
      ...tree,
      class_treeids: { ints: [0, 0] },
      class_nodeids: { ints: [1, 2] },
      class_ids: { ints: [0, 1] },
      class_weights: { floats: [1, 1] },
      classlabels_int64s: { ints: [4, 5] },
    },
    ['label', 'scores'],
  ),
};

describe('ai.onnx.ml against ONNX Runtime', () => {
  for (const [name, model] of Object.entries(models)) it(name, () => expectAsInRun(model, symbols));

  it('counts linear models', () => {
    const count = (name: string): number | undefined => {
      const model = models[name];
      return model && inferBuilt(model, symbols).nodes[0]?.macs;
    };
    expect(count('LinearClassifier')).toBe(3 * 2 * 3);
    expect(count('LinearRegressor')).toBe(3 * 2 * 2);
  });

  it('ZipMap makes a sequence', () => {
    const model = classical('ZipMap', { x: real('n', 2) }, { classlabels_int64s: { ints: [0, 1] } });
    expect(inferBuilt(model).tensors.get('y')?.kind).toBe('sequence');
  });
});
