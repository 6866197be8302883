import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim } from '../algebra/dim';
import type { CountContext, OpEntry, OpTable, RuleContext } from '../facts/rule';
import { multiply, none, perInput, perOutput } from './counting';
import { dimOrNone, factOf, hasRank, type Rule, shapeAs, shapeOf } from './ruleMakers';
import { addDims, dtypeOf, sameAsInput } from './shapeMath';

/** Rows of a feature matrix [N, C]; a single vector is one row. */
function rowsOf(context: RuleContext, index = 0): Dim | undefined {
  const shape = context.shape(index);
  if (shape === undefined) return undefined;
  return shape.length <= 1 ? 1 : shape[0];
}

/** Class labels: their element type and how many there are. */
function classLabels(context: RuleContext): { readonly dtype: DType; readonly count: number | undefined } {
  const texts = context.strings('classlabels_strings') ?? [];
  const numbers = context.ints('classlabels_ints') ?? context.ints('classlabels_int64s') ?? [];
  const count = texts.length + numbers.length;
  return { dtype: texts.length > 0 ? 'string' : 'int64', count: count > 0 ? count : undefined };
}

/** The label of each row and a score for each class: linear, tree and vector classifiers. */
const inferClassifier: Rule = (context) => {
  const labels = classLabels(context);
  const rows = rowsOf(context);
  context.output(0, labels.dtype, shapeOf(rows));
  context.output(1, 'float32', shapeOf(rows, labels.count ?? context.fresh('classes')));
};

/**
 * SVMClassifier: without probabilities ONNX Runtime gives one score for each pair of classes, two for two classes.
 */
const inferVectorClassifier: Rule = (context) => {
  const labels = classLabels(context);
  const rows = rowsOf(context);
  const pairwise =
    (context.floats('prob_a') ?? []).length === 0 && (context.ints('vectors_per_class') ?? []).length > 0;
  const classes = labels.count;
  const scores = classes !== undefined && pairwise && classes > 2 ? (classes * (classes - 1)) / 2 : classes;
  context.output(0, labels.dtype, shapeOf(rows));
  context.output(1, 'float32', shapeOf(rows, scores ?? context.fresh('classes')));
};

/** `columns` numbers for each row. */
function regressor(columns: (context: RuleContext) => number, dtype?: DType): Rule {
  return (context) => context.output(0, dtype ?? dtypeOf(context, 0), shapeOf(rowsOf(context), columns(context)));
}

/** Features by columns of the result: what a linear model multiplies for each row. */
function linearMacs(output: number) {
  return (context: CountContext): number | undefined =>
    multiply(context.inputShape(0)?.at(-1), context.outputElements(output));
}

/** ArrayFeatureExtractor: the chosen columns of the last dimension; a vector counts as one row. */
const inferFeatureExtractor: Rule = (context) => {
  const { dtype, shape } = factOf(context, 0);
  const chosen = context.shape(1);
  if (shape === undefined || !hasRank(context, chosen, 1, 'part.columns')) {
    context.output(0, dtype, undefined);
    return;
  }
  const rows = shape.length === 1 ? [1] : shape.slice(0, -1);
  context.output(0, dtype, [...rows, chosen.at(-1) ?? 1]);
};

/** FeatureVectorizer: the columns of all inputs side by side. */
const inferFeatureVectorizer: Rule = (context) => {
  let columns: Dim | undefined = 0;
  const stated = context.ints('inputdimensions');
  for (let index = 0; index < context.inputCount; index++) {
    const width: Dim | undefined = stated?.[index] ?? dimOrNone(context.shape(index), -1);
    columns = width === undefined || columns === undefined ? undefined : addDims(columns, width);
  }
  context.output(0, 'float32', shapeOf(rowsOf(context), columns));
};

/** OneHotEncoder: a new last dimension with an element for each category. */
const inferOneHotEncoder: Rule = (context) => {
  const categories = (context.ints('cats_int64s') ?? []).length + (context.strings('cats_strings') ?? []).length;
  const shape = context.shape(0);
  context.output(0, 'float32', shape && [...shape, categories]);
};

/** Attribute of LabelEncoder that holds the results, and their element type (version 2 on). */
const encodedTypes: readonly (readonly [string, DType])[] = [
  ['values_strings', 'string'],
  ['values_int64s', 'int64'],
  ['values_floats', 'float32'],
];

/** LabelEncoder: version 1 maps strings to numbers and back, later versions state both sides. */
const inferLabelEncoder: Rule = (context) => {
  const stated = encodedTypes.find(([name]) => context.node.attributes.has(name))?.[1];
  const swapped: DType = dtypeOf(context, 0) === 'string' ? 'int64' : 'string';
  const byTensor = context.tensor('values_tensor')?.dtype;
  context.output(0, byTensor ?? stated ?? swapped, context.shape(0));
};

/** CategoryMapper: strings become numbers and numbers strings. */
const inferCategoryMapper: Rule = (context) => {
  context.output(0, dtypeOf(context, 0) === 'string' ? 'int64' : 'string', context.shape(0));
};

const castTypes: Readonly<Record<string, DType>> = { TO_FLOAT: 'float32', TO_STRING: 'string', TO_INT64: 'int64' };

/** CastMap: the values of a map as one row, in the order of the keys; a sparse map has `max_map` columns. */
const inferCastMap: Rule = (context) => {
  const sparse = context.string('map_form', 'DENSE') === 'SPARSE';
  const columns = sparse ? context.int('max_map', 1) : context.fresh('entries');
  context.output(0, castTypes[context.string('cast_to', 'TO_FLOAT')] ?? 'undefined', [1, columns]);
};

/** DictVectorizer: one column for each entry of the vocabulary. */
const inferDictVectorizer: Rule = (context) => {
  const columns = (context.strings('string_vocabulary') ?? context.ints('int64_vocabulary') ?? []).length;
  context.output(0, dtypeOf(context, 0), [1, columns]);
};

/** ZipMap: for each row a map from class labels to scores. */
const inferZipMap: Rule = (context) => {
  const key = (context.strings('classlabels_strings') ?? []).length > 0 ? 'string' : 'int64';
  context.outputFact(0, { kind: 'sequence', content: 'map', key, dtype: 'float32', shape: undefined });
};

function scores(infer: Rule): OpEntry {
  return { infer, elementwiseOps: () => undefined };
}

/** ai.onnx.ml, all versions. Trees and support vectors are not products of matrices: their work is not counted. */
export const mlOps: OpTable = {
  ArrayFeatureExtractor: { infer: inferFeatureExtractor, elementwiseOps: none },
  Binarizer: { infer: (context) => sameAsInput(context) },
  CastMap: { infer: inferCastMap, elementwiseOps: none },
  CategoryMapper: { infer: inferCategoryMapper },
  DictVectorizer: { infer: inferDictVectorizer, elementwiseOps: none },
  FeatureVectorizer: { infer: inferFeatureVectorizer, elementwiseOps: none },
  Imputer: { infer: (context) => sameAsInput(context) },
  LabelEncoder: { infer: inferLabelEncoder },
  LinearClassifier: { infer: inferClassifier, macs: linearMacs(1), elementwiseOps: perOutput(1, 1) },
  LinearRegressor: {
    infer: regressor((context) => context.int('targets', 1), 'float32'),
    macs: linearMacs(0),
    elementwiseOps: none,
  },
  Normalizer: { infer: shapeAs(0, 'float32'), elementwiseOps: perInput(3) },
  OneHotEncoder: { infer: inferOneHotEncoder },
  Scaler: { infer: shapeAs(0, 'float32'), elementwiseOps: perInput(2) },
  SVMClassifier: scores(inferVectorClassifier),
  SVMRegressor: scores(regressor(() => 1, 'float32')),
  TreeEnsemble: scores(regressor((context) => context.int('n_targets', 1))),
  TreeEnsembleClassifier: scores(inferClassifier),
  TreeEnsembleRegressor: scores(regressor((context) => context.int('n_targets', 1), 'float32')),
  ZipMap: { infer: inferZipMap, elementwiseOps: none },
};
