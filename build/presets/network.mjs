/**
 * How a network is written down, kernel by kernel.
 * Kernels are counted as runtimes fuse them: normalization, activation and a residual addition belong to what is before.
 */

/**
 * @typedef {'dense' | 'winograd' | 'pointwise' | 'depthwise' | 'matmul' | 'attention'} Kind
 * @typedef {{ macs: Partial<Record<Kind, number>>, trafficBytes: number, weightBytes: number, kernels: number }} Work
 * @typedef {{ channels: number, size: number }} Map2d a square feature map
 */

const bytesOfFloat = 4;

/** Adds up the kernels of a network; feature maps are square. */
export class Network {
  /** @type {Work} */
  work = { macs: {}, trafficBytes: 0, weightBytes: 0, kernels: 0 };

  /** @param {Kind | undefined} kind @param {number} macs @param {number} elements what it reads and writes @param {number} [weights] */
  kernel(kind, macs, elements, weights = 0) {
    if (kind !== undefined) this.work.macs[kind] = (this.work.macs[kind] ?? 0) + macs;
    this.work.trafficBytes += (elements + weights) * bytesOfFloat;
    this.work.weightBytes += weights * bytesOfFloat;
    this.work.kernels += 1;
  }

  /**
   * A convolution with padding for its window; `adds` where a residual is added in the same kernel.
   * @param {Map2d} from @param {number} channels
   * @param {{ window?: number, stride?: number, groups?: number, padding?: number, adds?: boolean }} [options]
   * @returns {Map2d}
   */
  conv(from, channels, { window = 1, stride = 1, groups = 1, padding = (window - 1) / 2, adds = false } = {}) {
    const size = Math.floor((from.size + 2 * padding - window) / stride) + 1;
    const to = { channels, size };
    const weights = (from.channels / groups) * channels * window * window;
    const narrowest = Math.min(from.channels, channels) / groups;
    const whole = window === 1 ? 'pointwise' : window === 3 && stride === 1 && narrowest >= 32 ? 'winograd' : 'dense';
    const kind = groups > 1 && from.channels / groups < 16 ? 'depthwise' : whole;
    this.kernel(kind, weights * size * size, elementsOf(from) + elementsOf(to) * (adds ? 2 : 1), weights);
    return to;
  }

  /** @param {Map2d} from @param {{ window?: number, stride?: number, padding?: number }} [options] @returns {Map2d} */
  pool(from, { window = 2, stride = 2, padding = 0 } = {}) {
    const to = { channels: from.channels, size: Math.floor((from.size + 2 * padding - window) / stride) + 1 };
    this.kernel(undefined, 0, elementsOf(from) + elementsOf(to));
    return to;
  }

  /** The mean over the map. @param {Map2d} from @returns {Map2d} */
  mean(from) {
    this.kernel(undefined, 0, elementsOf(from) + from.channels);
    return { channels: from.channels, size: 1 };
  }

  /** Element-wise work of its own kernel. @param {Map2d} from @param {number} [reads] */
  pointwise(from, reads = 1) {
    this.kernel(undefined, 0, elementsOf(from) * (reads + 1));
    return from;
  }

  /** A fully connected layer on one row. @param {number} inputs @param {number} outputs */
  linear(inputs, outputs) {
    this.kernel('matmul', inputs * outputs, inputs + outputs, inputs * outputs);
    return outputs;
  }
}

/** @param {Map2d} map */
export const elementsOf = ({ channels, size }) => channels * size * size;
export const image = (/** @type {number} */ size) => ({ channels: 3, size });

/** Channels as the MobileNets round them. @param {number} channels */
export function rounded(channels) {
  const near = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return near < 0.9 * channels ? near + 8 : near;
}

/** Squeezes a map to its means, and weighs its channels by them (Hu et al., CVPR 2018). @param {Network} net @param {Map2d} map @param {number} inner */
export function squeezed(net, map, inner) {
  net.linear(net.linear(net.mean(map).channels, inner), map.channels);
  return net.pointwise(map);
}
