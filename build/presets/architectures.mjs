/** What published networks compute and move, from the layers that their papers and reference code state. */
import { elementsOf, image, Network, rounded, squeezed } from './network.mjs';

/**
 * @typedef {import('./network.mjs').Work} Work
 * @typedef {import('./network.mjs').Map2d} Map2d
 */

/** He et al., CVPR 2016, and Xie et al., CVPR 2017. @param {readonly number[]} depths @param {{ basic?: boolean, groups?: number, width?: number }} [options] */
function resnet(depths, { basic = false, groups = 1, width = 64 } = {}) {
  const net = new Network();
  let map = net.pool(net.conv(image(224), 64, { window: 7, stride: 2 }), { window: 3, stride: 2, padding: 1 });
  for (const [stage, depth] of depths.entries()) {
    const planes = 64 * 2 ** stage;
    for (let block = 0; block < depth; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const out = basic ? planes : planes * 4;
      if (map.channels !== out) net.conv(map, out, { stride });
      const inner = basic ? planes : Math.floor((planes * width) / 64) * groups;
      const first = basic
        ? net.conv(map, planes, { window: 3, stride })
        : net.conv(net.conv(map, inner), inner, { window: 3, stride, groups });
      map = net.conv(first, out, { window: basic ? 3 : 1, adds: true });
    }
  }
  net.linear(net.mean(map).channels, 1000);
  return net.work;
}

/** Simonyan and Zisserman, ICLR 2015. @param {readonly number[]} depths convolutions of each stage */
function vgg(depths) {
  const net = new Network();
  let map = image(224);
  for (const [stage, depth] of depths.entries()) {
    for (let layer = 0; layer < depth; layer++)
      map = net.conv(map, [64, 128, 256, 512, 512][stage] ?? 0, { window: 3 });
    map = net.pool(map);
  }
  net.linear(net.linear(net.linear(elementsOf(map), 4096), 4096), 1000);
  return net.work;
}

/** Huang et al., CVPR 2017: normalization comes first, so that it is a kernel of its own before each concatenation's reader. */
function densenet(/** @type {number} */ stem, /** @type {number} */ growth, /** @type {readonly number[]} */ depths) {
  const net = new Network();
  let map = net.pool(net.conv(image(224), stem, { window: 7, stride: 2 }), { window: 3, stride: 2, padding: 1 });
  for (const [stage, depth] of depths.entries()) {
    for (let layer = 0; layer < depth; layer++) {
      net.pointwise(map);
      const grown = net.conv(net.conv(map, 4 * growth), growth, { window: 3 });
      map = { channels: map.channels + grown.channels, size: map.size };
      net.pointwise(map);
    }
    net.pointwise(map);
    if (stage < depths.length - 1) map = net.pool(net.conv(map, map.channels / 2));
  }
  net.linear(net.mean(map).channels, 1000);
  return net.work;
}

/** Krizhevsky's second network, as torchvision builds it (one group). */
function alexnet() {
  const net = new Network();
  let map = net.pool(net.conv(image(224), 64, { window: 11, stride: 4, padding: 2 }), { window: 3 });
  map = net.pool(net.conv(map, 192, { window: 5 }), { window: 3 });
  map = net.conv(net.conv(net.conv(map, 384, { window: 3 }), 256, { window: 3 }), 256, { window: 3 });
  map = net.pool(map, { window: 3 });
  net.linear(net.linear(net.linear(elementsOf(map), 4096), 4096), 1000);
  return net.work;
}

/** Iandola et al., 2016. @param {number} channels @param {number} window @param {readonly number[]} pooled fire modules with a pooling behind */
function squeezenet(channels, window, pooled) {
  const net = new Network();
  const poolOf = (/** @type {Map2d} */ map) => net.pool(map, { window: 3, padding: 0.5 });
  let map = poolOf(net.conv(image(224), channels, { window, stride: 2, padding: 0 }));
  for (const [index, [squeeze, expand]] of [
    [16, 64],
    [16, 64],
    [32, 128],
    [32, 128],
    [48, 192],
    [48, 192],
    [64, 256],
    [64, 256],
  ].entries()) {
    const narrow = net.conv(map, squeeze ?? 0);
    net.conv(narrow, expand ?? 0);
    map = { ...net.conv(narrow, expand ?? 0, { window: 3 }), channels: 2 * (expand ?? 0) };
    net.pointwise(map);
    if (pooled.includes(index)) map = poolOf(map);
  }
  net.mean(net.conv(map, 1000));
  return net.work;
}

/** Howard et al., 2017. @param {number} width @param {number} size */
function mobilenetV1(width, size) {
  const net = new Network();
  let map = net.conv(image(size), rounded(32 * width), { window: 3, stride: 2 });
  const layers = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    ...new Array(5).fill([512, 1]),
    [1024, 2],
    [1024, 1],
  ];
  for (const [channels = 0, stride = 1] of layers) {
    map = net.conv(map, map.channels, { window: 3, stride, groups: map.channels });
    map = net.conv(map, rounded(channels * width));
  }
  net.linear(net.mean(map).channels, 1001);
  return net.work;
}

/**
 * Blocks that widen, convolve each channel and narrow again (Sandler et al., CVPR 2018; Tan and Le, ICML 2019).
 * @param {number} size @param {number} stem
 * @param {readonly (readonly number[])[]} stages expansion, channels, repeats, stride, window
 * @param {number} last channels before the classifier @param {number} classes
 */
function invertedResiduals(size, stem, stages, last, classes) {
  const net = new Network();
  let map = net.conv(image(size), stem, { window: 3, stride: 2 });
  for (const [expansion = 1, channels = 0, repeats = 1, stride = 1, window = 3] of stages) {
    for (let block = 0; block < repeats; block++) {
      const wide = expansion === 1 ? map : net.conv(map, map.channels * expansion);
      const step = block === 0 ? stride : 1;
      const moved = net.conv(wide, wide.channels, { window, stride: step, groups: wide.channels });
      map = net.conv(moved, channels, { adds: step === 1 && map.channels === channels });
    }
  }
  net.linear(net.mean(net.conv(map, last)).channels, classes);
  return net.work;
}

/** @param {number} width @param {number} size */
function mobilenetV2(width, size) {
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ];
  const scaled = stages.map(([expansion = 1, channels = 0, ...rest]) => [
    expansion,
    rounded(channels * width),
    ...rest,
  ]);
  return invertedResiduals(size, rounded(32 * width), scaled, Math.max(1280, rounded(1280 * width)), 1001);
}

/** Lite variants keep stem and head and leave squeezing out. @param {number} width @param {number} depth @param {number} size */
function efficientnetLite(width, depth, size) {
  const stages = [
    [1, 16, 1, 1, 3],
    [6, 24, 2, 2, 3],
    [6, 40, 2, 2, 5],
    [6, 80, 3, 2, 3],
    [6, 112, 3, 1, 5],
    [6, 192, 4, 2, 5],
    [6, 320, 1, 1, 3],
  ];
  const scaled = stages.map(([expansion = 1, channels = 0, repeats = 1, ...rest], index) => {
    const isEnd = index === 0 || index === stages.length - 1;
    return [expansion, rounded(channels * width), isEnd ? repeats : Math.ceil(repeats * depth), ...rest];
  });
  return invertedResiduals(size, 32, scaled, 1280, 1000);
}

/** Howard et al., ICCV 2019, as torchvision builds it. */
function mobilenetV3Small() {
  const net = new Network();
  let map = net.conv(image(224), 16, { window: 3, stride: 2 });
  for (const [window = 3, wide = 0, channels = 0, stride = 1, squeezes = 0] of [
    [3, 16, 16, 2, 1],
    [3, 72, 24, 2, 0],
    [3, 88, 24, 1, 0],
    [5, 96, 40, 2, 1],
    [5, 240, 40, 1, 1],
    [5, 240, 40, 1, 1],
    [5, 120, 48, 1, 1],
    [5, 144, 48, 1, 1],
    [5, 288, 96, 2, 1],
    [5, 576, 96, 1, 1],
    [5, 576, 96, 1, 1],
  ]) {
    const widened = wide === map.channels ? map : net.conv(map, wide);
    const moved = net.conv(widened, wide, { window, stride, groups: wide });
    const weighed = squeezes === 0 ? moved : squeezed(net, moved, rounded(wide / 4));
    map = net.conv(weighed, channels, { adds: stride === 1 && map.channels === channels });
  }
  net.linear(net.linear(net.mean(net.conv(map, 576)).channels, 1024), 1000);
  return net.work;
}

/** Ma et al., ECCV 2018, half as wide. */
function shufflenetV2() {
  const net = new Network();
  let map = net.pool(net.conv(image(224), 24, { window: 3, stride: 2 }), { window: 3, padding: 1 });
  for (const [channels = 0, depth = 0] of [
    [48, 4],
    [96, 8],
    [192, 4],
  ]) {
    const half = channels / 2;
    for (let block = 0; block < depth; block++) {
      const stride = block === 0 ? 2 : 1;
      if (block === 0) net.conv(net.conv(map, map.channels, { window: 3, stride, groups: map.channels }), half);
      const from = block === 0 ? map : { ...map, channels: half };
      const moved = net.conv(net.conv(from, half), half, { window: 3, stride, groups: half });
      map = net.pointwise({ ...net.conv(moved, half), channels });
    }
  }
  net.linear(net.mean(net.conv(map, 1024)).channels, 1000);
  return net.work;
}

/** Radosavovic et al., CVPR 2020: RegNetX with 3.2 GFLOP. */
function regnetX() {
  const net = new Network();
  let map = net.conv(image(224), 32, { window: 3, stride: 2 });
  for (const [channels = 0, depth = 0] of [
    [96, 2],
    [192, 6],
    [432, 15],
    [1008, 2],
  ]) {
    for (let block = 0; block < depth; block++) {
      const stride = block === 0 ? 2 : 1;
      if (block === 0) net.conv(map, channels, { stride });
      const inner = net.conv(net.conv(map, channels), channels, { window: 3, stride, groups: channels / 48 });
      map = net.conv(inner, channels, { adds: true });
    }
  }
  net.linear(net.mean(map).channels, 1000);
  return net.work;
}

/** Liu et al., CVPR 2022. @param {readonly number[]} depths @param {readonly number[]} widths */
function convnext(depths, widths) {
  const net = new Network();
  let map = net.pointwise(net.conv(image(224), widths[0] ?? 0, { window: 4, stride: 4, padding: 0 }));
  for (const [stage, depth] of depths.entries()) {
    if (stage > 0) map = net.conv(net.pointwise(map), widths[stage] ?? 0, { window: 2, stride: 2, padding: 0 });
    for (let block = 0; block < depth; block++) {
      const moved = net.pointwise(net.conv(map, map.channels, { window: 7, groups: map.channels }));
      net.conv(net.conv(moved, 4 * map.channels), map.channels, { adds: true });
    }
  }
  net.linear(net.mean(map).channels, 1000);
  return net.work;
}

/** Dosovitskiy et al., ICLR 2021. @param {number} depth @param {number} width @param {number} heads */
function vit(depth, width, heads) {
  const net = new Network();
  const tokens = 197;
  net.conv(image(224), width, { window: 16, stride: 16, padding: 0 });
  const product = (/** @type {number} */ inputs, /** @type {number} */ outputs) =>
    net.kernel('matmul', tokens * inputs * outputs, tokens * (inputs + outputs), inputs * outputs);
  const rows = () => net.kernel(undefined, 0, 2 * tokens * width);
  for (let layer = 0; layer < depth; layer++) {
    rows();
    product(width, 3 * width);
    for (let factor = 0; factor < 2; factor++)
      net.kernel('attention', tokens * tokens * width, 2 * tokens * width + heads * tokens * tokens);
    net.kernel(undefined, 0, 2 * heads * tokens * tokens);
    product(width, width);
    rows();
    product(width, 4 * width);
    product(4 * width, width);
  }
  rows();
  net.linear(width, 1000);
  return net.work;
}

/** The networks by the names that the published rows give them. @type {Readonly<Record<string, () => Work>>} */
export const architectures = {
  alexnet: () => alexnet(),
  squeezenet1_0: () => squeezenet(96, 7, [2, 6]),
  squeezenet1_1: () => squeezenet(64, 3, [1, 3]),
  resnet34: () => resnet([3, 4, 6, 3], { basic: true }),
  resnet50: () => resnet([3, 4, 6, 3]),
  resnet101: () => resnet([3, 4, 23, 3]),
  resnet152: () => resnet([3, 8, 36, 3]),
  resnext50: () => resnet([3, 4, 6, 3], { groups: 32, width: 4 }),
  resnext101: () => resnet([3, 4, 23, 3], { groups: 32, width: 8 }),
  densenet121: () => densenet(64, 32, [6, 12, 24, 16]),
  densenet169: () => densenet(64, 32, [6, 12, 32, 32]),
  densenet201: () => densenet(64, 32, [6, 12, 48, 32]),
  densenet161: () => densenet(96, 48, [6, 12, 36, 24]),
  vgg11: () => vgg([1, 1, 2, 2, 2]),
  vgg13: () => vgg([2, 2, 2, 2, 2]),
  vgg16: () => vgg([2, 2, 3, 3, 3]),
  vgg19: () => vgg([2, 2, 4, 4, 4]),
  convnext_tiny: () => convnext([3, 3, 9, 3], [96, 192, 384, 768]),
  vit: () => vit(12, 768, 12),
  mobilenet_v3_small: () => mobilenetV3Small(),
  shufflenet_v2: () => shufflenetV2(),
  regnet: () => regnetX(),
  resnet18: () => resnet([2, 2, 2, 2], { basic: true }),
  'efficientnet-lite0': () => efficientnetLite(1, 1, 224),
  'efficientnet-lite1': () => efficientnetLite(1, 1.1, 240),
  'efficientnet-lite3': () => efficientnetLite(1.2, 1.4, 280),
  ...Object.fromEntries(
    [
      [0.25, 224],
      [0.5, 224],
      [0.75, 224],
      [1, 128],
      [1, 160],
      [1, 192],
      [1, 224],
    ].map(([width = 1, size = 224]) => {
      return [`mobilenet-v1-${width === 1 ? '1.0' : width}-${size}`, () => mobilenetV1(width, size)];
    }),
  ),
  ...Object.fromEntries(
    [0.35, 0.5, 0.75, 1, 1.3, 1.4].map((width) => [
      `mobilenet-v2-${width === 1 ? '1.0' : width}-224`,
      () => mobilenetV2(width, 224),
    ]),
  ),
};

/** The network of a published row, `_bn` and a catalogue's prefix aside. @param {string} model @returns {Work | undefined} */
export function workOf(model) {
  return architectures[model.replace(/^qai\//, '').replace(/_bn$/, '')]?.();
}
