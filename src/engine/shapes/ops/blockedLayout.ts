import type { OnnxNode } from '../../onnx/model';
import type { Dim, Shape } from '../algebra/dim';
import type { OpTable, RuleContext, Surroundings } from '../facts/rule';
import { channelsFirst, channelsLast } from './channelsLast';
import { convolutionMacs } from './convolution';
import { none, perOutput } from './counting';
import { globalPoolEntry, poolEntry } from './pooling';
import { hasRank } from './ruleMakers';
import { dtypeOf, multiplyDims } from './shapeMath';
import { readWindow, slide } from './slidingWindow';

/**
 * Operators of com.microsoft.nchwc, which ONNX Runtime writes into models that it saves after optimizing them for a CPU.
 * Their tensors hold channels in blocks of 8 or 16, as the CPU has it; shapes count the channels that fill the last block.
 */
const blockSizes = [8, 16] as const;
const domain = 'com.microsoft.nchwc';

/** The weights have the filters that fill up the last block; how many channels of the input are real is not checked. */
function inferConv(context: RuleContext): void {
  const input = context.shape(0);
  const weights = context.shape(1);
  const dtype = dtypeOf(context, 0);
  if (!hasRank(context, input, 3, 'part.input') || !hasRank(context, weights, input.length, 'part.weights')) {
    context.output(0, dtype, undefined);
    return;
  }
  const [batch = 0, , ...spatial] = input;
  const [filters = 0, , ...kernel] = weights;
  const window = readWindow(context, spatial.length, kernel);
  const sizes = window && slide(context, window, spatial);
  context.output(0, dtype, sizes && [batch, filters, ...sizes]);
}

/** Channels that fill the last block: as the size of blocks in this file has it, where only one size fits the file. */
function filledUp(context: RuleContext, channels: Dim): Dim {
  if (typeof channels !== 'number') return context.fresh('channels');
  const [first = channels, ...others] = blockSizes.map((size) => filledTo(channels, size));
  if (others.every((other) => other === first)) return first;
  const { size, readers } = blocksOf(context.surroundings);
  if (size !== undefined) return filledTo(channels, size);
  const read = channelsRead(readers.get(context.node.outputs[0] ?? ''), context.surroundings);
  return read === first || others.some((other) => other === read) ? (read ?? first) : context.fresh('channels');
}

function filledTo(channels: number, size: number): number {
  return Math.ceil(channels / size) * size;
}

interface Blocks {
  /** The one size of blocks that fits all blocked convolutions of the graph; nothing where several do. */
  readonly size: number | undefined;
  /** The blocked convolution that reads a tensor. */
  readonly readers: ReadonlyMap<string, OnnxNode>;
}

const knownBlocks = new WeakMap<readonly OnnxNode[], Blocks>();

function blocksOf(surroundings: Surroundings): Blocks {
  const { nodes } = surroundings;
  const known = knownBlocks.get(nodes);
  if (known !== undefined) return known;
  const [size, ...others] = blockSizes.filter((each) => fits(surroundings, each));
  const convolutions = nodes.filter((node) => node.domain === domain && node.op === 'Conv');
  const readers = new Map(convolutions.map((node) => [node.inputs[0] ?? '', node]));
  const blocks = { size: others.length === 0 ? size : undefined, readers };
  knownBlocks.set(nodes, blocks);
  return blocks;
}

/** Filters fill up the last block, and `channels` of ReorderOutput says how many of them are real. */
function fits({ nodes, shapeOf }: Surroundings, size: number): boolean {
  const filters = new Map<string, number>();
  for (const node of nodes) {
    if (node.domain !== domain) continue;
    const made = node.op === 'Conv' ? shapeOf(node.inputs[1] ?? '')?.[0] : undefined;
    if (typeof made === 'number') {
      if (made % size !== 0) return false;
      filters.set(node.outputs[0] ?? '', made);
    }
    const real = node.op === 'ReorderOutput' ? node.attributes.get('channels') : undefined;
    const filled = filters.get(node.inputs[0] ?? '');
    if (real?.kind === 'int' && filled !== undefined && filledTo(real.value, size) !== filled) return false;
  }
  return true;
}

/** Channels that the weights of a blocked convolution are for. */
function channelsRead(reader: OnnxNode | undefined, { shapeOf }: Surroundings): number | undefined {
  const group = reader?.attributes.get('group');
  const channels = shapeOf(reader?.inputs[1] ?? '')?.[1];
  return typeof channels === 'number' ? channels * (group?.kind === 'int' ? group.value : 1) : undefined;
}

function inferReorderInput(context: RuleContext): void {
  const plain = context.int('channels_last', 0) === 0 ? context.shape(0) : channelsFirst(context.shape(0));
  const shape = plain?.map((dim, axis) => (axis === 1 ? filledUp(context, dim) : dim));
  context.output(0, dtypeOf(context, 0), shape);
}

function inferReorderOutput(context: RuleContext): void {
  const channels = context.int('channels', 0);
  const shape: Shape = context.shape(0)?.map((dim, axis) => (axis === 1 ? channels : dim));
  context.output(0, dtypeOf(context, 0), context.int('channels_last', 0) === 0 ? shape : channelsLast(shape));
}

function inferUpsample(context: RuleContext): void {
  const scales = context.ints('scales');
  const shape = context.shape(0)?.map((dim, axis) => multiplyDims(dim, scales?.[axis] ?? 1));
  context.output(0, dtypeOf(context, 0), shape);
}

export const blockedLayoutOps: OpTable = {
  Conv: { infer: inferConv, macs: convolutionMacs(), elementwiseOps: none },
  MaxPool: poolEntry,
  AveragePool: poolEntry,
  GlobalMaxPool: globalPoolEntry,
  GlobalAveragePool: globalPoolEntry,
  ReorderInput: { infer: inferReorderInput, elementwiseOps: none },
  ReorderOutput: { infer: inferReorderOutput, elementwiseOps: none },
  Upsample: { infer: inferUpsample, elementwiseOps: perOutput(1) },
};
