/** What the networks of ncnn's benchmark compute and move, layer by layer, from its `.param` files. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * @typedef {{ macs: Partial<Record<'dense' | 'winograd' | 'pointwise' | 'depthwise', number>>, trafficBytes: number, weightBytes: number, kernels: number }} NetworkWork
 * @typedef {{ op: string, reads: readonly string[], writes: readonly string[], settings: ReadonlyMap<number, string> }} Layer
 * @typedef {readonly number[]} Shape width, height, channels
 */

const bytesOfFloat = 4;

/** Layers that hand on what they get, or that are constants. */
const idle = new Set(['Input', 'Split', 'MemoryData', 'Noop', 'Flatten', 'Reshape', 'Dropout']);

/** Where the file states the shapes of what a layer writes: a count, then dimensions, width, height and channels of each. */
const shapeHints = -23330;

/**
 * @param {string} checkout of Tencent/ncnn
 * @param {string} name
 * @returns {NetworkWork | undefined} nothing where the file states no shapes
 */
export function ncnnNetwork(checkout, name) {
  const path = join('benchmark', 'models', `${name}.param`);
  const text = execFileSync('git', ['-C', checkout, 'show', `HEAD:${path}`], { encoding: 'utf8' });
  const layers = text.split('\n').slice(2).flatMap(layerOf);
  /** @type {Map<string, Shape>} */
  const shapes = new Map(layers.flatMap(shapesOf));
  /** @type {NetworkWork} */
  const work = { macs: {}, trafficBytes: 0, weightBytes: 0, kernels: 0 };
  for (const layer of layers) if (!idle.has(layer.op)) addLayer(work, layer, shapes);
  return work.macs.pointwise === undefined && work.macs.dense === undefined ? undefined : work;
}

/** @param {string} line @returns {Layer[]} */
function layerOf(line) {
  const [op = '', , reads = '', writes = '', ...rest] = line.trim().split(/\s+/);
  if (writes === '') return [];
  const [ins, outs] = [Number(reads), Number(writes)];
  const settings = new Map(
    rest.slice(ins + outs).map((one) => {
      const [key = '', value = ''] = one.split('=');
      return [Number(key), value];
    }),
  );
  return [{ op, reads: rest.slice(0, ins), writes: rest.slice(ins, ins + outs), settings }];
}

/** @param {Layer} layer @returns {(readonly [string, Shape])[]} */
function shapesOf({ writes, settings }) {
  const [, ...numbers] = (settings.get(shapeHints) ?? '').split(',').map(Number);
  return writes.flatMap((name, index) => {
    const shape = numbers.slice(4 * index + 1, 4 * index + 4);
    return shape.length < 3 ? [] : [/** @type {const} */ ([name, shape])];
  });
}

/** @param {NetworkWork} work @param {Layer} layer @param {ReadonlyMap<string, Shape>} shapes */
function addLayer(work, { op, reads, writes, settings }, shapes) {
  const known = [...reads, ...writes].flatMap((name) => shapes.get(name) ?? []);
  const [from, to] = [shapes.get(reads[0] ?? ''), shapes.get(writes[0] ?? '')];
  // Outputs whose size the data decides, and the boxes that are left.
  if (known.length < 3 * (reads.length + writes.length) || from === undefined || to === undefined) return;
  const setting = (/** @type {number} */ key, /** @type {number} */ absent) => Number(settings.get(key) ?? absent);
  const isConvolution = op.includes('onvolution');
  const weights = isConvolution ? setting(6, 0) : op === 'InnerProduct' ? setting(2, 0) : 0;
  const places = op.startsWith('Deconvolution') ? from : to;
  // A product with one row runs as a convolution with a window of one does, and is mostly its weights' traffic.
  const kind = isConvolution ? kindOf(from[2] ?? 0, to[2] ?? 0, setting) : weights > 0 ? 'pointwise' : undefined;
  if (kind !== undefined)
    work.macs[kind] = (work.macs[kind] ?? 0) + weights * (isConvolution ? (places[0] ?? 0) * (places[1] ?? 0) : 1);
  const elements = [...reads, ...writes].reduce((sum, name) => sum + product(shapes.get(name)), 0);
  work.trafficBytes += (elements + weights) * bytesOfFloat;
  work.weightBytes += weights * bytesOfFloat;
  work.kernels += 1;
}

/**
 * The kinds of work as the product tells them apart (`src/engine/split/rateClass.ts`).
 * @param {number} channels @param {number} made @param {(key: number, absent: number) => number} setting
 */
function kindOf(channels, made, setting) {
  const [width, groups] = [setting(1, 1), setting(7, 1)];
  const height = setting(11, width);
  if (groups > 1 && channels / groups < 16) return 'depthwise';
  if (width === 1 && height === 1) return 'pointwise';
  const isSquare = width === 3 && height === 3 && setting(3, 1) === 1 && setting(2, 1) === 1;
  return isSquare && Math.min(channels, made) / groups >= 32 ? 'winograd' : 'dense';
}

/** @param {Shape | undefined} shape */
function product(shape = []) {
  return shape.reduce((all, one) => all * one, 1);
}
