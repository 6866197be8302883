import type { RateClass } from '../../shared/vocabulary/rateClasses';
import type { Dim } from '../shapes/algebra/dim';
import type { TensorFact } from '../shapes/facts/fact';
import type { InferredNode } from '../shapes/facts/inferred';

type Facts = ReadonlyMap<string, TensorFact>;

/** Where the weights stand among the inputs of convolutions. */
const convolutionWeights: ReadonlyMap<string, number> = new Map([
  ['Conv', 1],
  ['ConvInteger', 1],
  ['ConvTranspose', 1],
  ['DeformConv', 1],
  ['FusedConv', 1],
  ['NhwcFusedConv', 1],
  ['QLinearConv', 3],
]);

/** Where the two factors stand among the inputs of matrix products. */
const productFactors: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['Gemm', [0, 1]],
  ['FusedGemm', [0, 1]],
  ['MatMul', [0, 1]],
  ['FusedMatMul', [0, 1]],
  ['MatMulInteger', [0, 1]],
  ['DynamicQuantizeMatMul', [0, 1]],
  ['MatMulIntegerToFloat', [0, 1]],
  ['MatMulNBits', [0, 1]],
  ['Einsum', [0, 1]],
  ['QLinearMatMul', [0, 3]],
  ['QGemm', [0, 3]],
]);

const recurrent: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN', 'AttnLSTM', 'DynamicQuantizeLSTM']);

/** A product of fewer rows than this takes its weights from memory and little else. */
const thinRows = 16;

/** The kind of work of a node that a kernel of its own runs; nothing for element-wise nodes and those that move data. */
export function rateClassOf({ node, macs }: Pick<InferredNode, 'node' | 'macs'>, facts: Facts): RateClass | undefined {
  const weights = convolutionWeights.get(node.op);
  if (weights !== undefined) return convolutionClass(node, shapeAt(node.inputs[weights], facts));
  const factors = productFactors.get(node.op);
  if (factors !== undefined) return macs === 0 ? undefined : productClass(node, factors, facts);
  if (recurrent.has(node.op)) return 'recurrent';
  return node.op.includes('Attention') ? 'attention' : undefined;
}

/** Groups of so many channels run as convolutions of their own do, one after the other: those of AlexNet and ShuffleNet. */
const wideGroup = 16;

function convolutionClass(node: InferredNode['node'], shape: readonly Dim[] | undefined): RateClass {
  const group = node.attributes.get('group');
  const channels = shape?.[node.op === 'ConvTranspose' ? 0 : 1];
  const groups = group?.kind === 'int' ? Number(group.value) : 1;
  const perGroup = node.op === 'ConvTranspose' && typeof channels === 'number' ? channels / groups : channels;
  if (groups > 1 && !(typeof perGroup === 'number' && perGroup >= wideGroup)) return 'depthwise';
  const window = shape?.slice(2);
  if (window?.every((size) => size === 1)) return 'pointwise';
  const made = shape?.[0];
  const isSquare = node.op !== 'ConvTranspose' && window?.length === 2 && window.every((size) => size === 3);
  const isDeep =
    typeof perGroup === 'number' && typeof made === 'number' && Math.min(perGroup, made / groups) >= winogradChannels;
  return isSquare && isDeep && stepsByOne(node, 'strides') && stepsByOne(node, 'dilations') ? 'winograd' : 'dense';
}

/**
 * Transforming tiles costs as much as multiplying saves where channels are few (Lavin and Gray, CVPR 2016); published times
 * are met best where the line is drawn between 24 and 32.
 */
const winogradChannels = 32;

function stepsByOne({ attributes }: InferredNode['node'], name: 'strides' | 'dilations'): boolean {
  const steps = attributes.get(name);
  return steps === undefined || (steps.kind === 'ints' && steps.value.every((step) => Number(step) === 1));
}

function productClass(node: InferredNode['node'], [a, b]: readonly [number, number], facts: Facts): RateClass {
  const [left, right] = [facts.get(node.inputs[a] ?? ''), facts.get(node.inputs[b] ?? '')];
  if (!left?.constant && right !== undefined && !right.constant) return 'attention';
  const rows = rowsOf(left?.shape, node);
  return rows !== undefined && rows < thinRows ? 'thinMatmul' : 'matmul';
}

/** Rows of the left factor: everything but its last dimension, or all but the first where it is transposed. */
function rowsOf(shape: readonly Dim[] | undefined, node: InferredNode['node']): number | undefined {
  if (shape === undefined) return undefined;
  const transposed = node.attributes.get('transA');
  const isTransposed = transposed?.kind === 'int' && Number(transposed.value) !== 0;
  const dims = isTransposed ? shape.slice(1) : shape.slice(0, -1);
  return dims.reduce<number | undefined>((rows, dim) => {
    return rows === undefined || typeof dim !== 'number' ? undefined : rows * dim;
  }, 1);
}

function shapeAt(name: string | undefined, facts: Facts): readonly Dim[] | undefined {
  return facts.get(name ?? '')?.shape;
}
