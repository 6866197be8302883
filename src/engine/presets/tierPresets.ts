import { catalogPresets } from './catalogPresets';
import { fittedTimes } from './fittedTimes';
import type { Figure, FittedTimes, TierPreset } from './preset';

/** Devices of which published times say more than a data sheet: their figures come from the fit of their usual runtime. */
const fittedDevices: readonly Pick<TierPreset, 'id' | 'title' | 'memoryGB' | 'watts'>[] = [
  {
    id: 'jetson-nano',
    title: 'NVIDIA Jetson Nano',
    memoryGB: { value: 4, source: 'YahboomTechnology/Jetson-NANO-4GB', date: '2025' },
    watts: { value: 10, source: 'cpu-gpu.alldbin.com', date: '2025', note: 'upper of its two power modes, 5 and 10 W' },
  },
  { id: 'raspberry-pi-3b-plus', title: 'Raspberry Pi 3B+', memoryGB: memory(1) },
  { id: 'raspberry-pi-zero-2-w', title: 'Raspberry Pi Zero 2 W', memoryGB: memory(0.5) },
  {
    id: 'agx-xavier',
    title: 'NVIDIA Jetson AGX Xavier',
    memoryGB: jetson(32),
    watts: jetson(30, 'highest of 10, 15 and 30 W'),
  },
  {
    id: 'agx-orin',
    title: 'NVIDIA Jetson AGX Orin',
    memoryGB: jetson(32),
    watts: jetson(60, 'highest of 15, 30, 50 and 60 W'),
  },
  {
    id: 'rk3588',
    title: 'Rockchip RK3588',
    memoryGB: memory(8),
    watts: board(17, 'stress of all cores, at the wall, on a Rock 5B'),
  },
  { id: 'snapdragon-8-gen-2', title: 'Phone, Snapdragon 8 Gen 2', memoryGB: memory(8) },
  { id: 'galaxy-s25', title: 'Phone, Samsung Galaxy S25, its NPU', memoryGB: memory(12) },
  { id: 'celeron-n5105', title: 'Mini PC, Intel Celeron N5105' },
  { id: 'core-i7-13700k', title: 'Desktop, Intel Core i7-13700K' },
  { id: 'ryzen-9-5950x', title: 'Desktop, AMD Ryzen 9 5950X' },
  { id: 'rtx-3060-ti', title: 'NVIDIA GeForce RTX 3060 Ti', memoryGB: memory(8) },
  { id: 'aws-c5-4xlarge', title: 'AWS c5.4xlarge (Xeon Platinum 8124M)', memoryGB: memory(32) },
  { id: 'graviton3', title: 'AWS m7g.2xlarge (Graviton3)', memoryGB: memory(32) },
  { id: 'cobalt-100', title: 'Azure D64ps v6 (Cobalt 100), 4 threads', memoryGB: memory(256) },
];

/** What runs where nobody says, for the devices of the catalog that have a fit. */
const usualRuntimes: Readonly<Record<string, string>> = {
  'raspberry-pi-4': 'ncnn-fp32',
  'raspberry-pi-5': 'ncnn-fp32',
};

const runtimeTitles: Readonly<Record<string, string>> = {
  'armnn-fp32': 'Arm NN, float32',
  'ncnn-fp32': 'ncnn, float32',
  'ncnn-fp32-1-thread': 'ncnn, float32, one thread',
  'ncnn-vulkan': 'ncnn on its GPU through Vulkan',
  'pytorch-fp16': 'PyTorch, float16',
  'qnn-fp16': 'QNN, float16',
  'qnn-int8': 'QNN, int8',
  'tensorrt-fp16': 'TensorRT, float16',
  'tflite-fp32': 'TensorFlow Lite, float32',
};

/**
 * The devices, each with its usual runtime where published times fit it, and each device with each runtime and precision
 * that do, as `device/runtime-precision`.
 */
export const tierPresets: readonly TierPreset[] = [
  ...catalogPresets.map((preset) => withFit(preset, usualRuntimes[preset.id])),
  ...fittedDevices.flatMap(fromUsualFit),
].flatMap((preset) => [preset, ...runtimesOf(preset)]);

function withFit(preset: TierPreset, runtime: string | undefined): TierPreset {
  const fit = runtime === undefined ? undefined : fittedTimes[`${preset.id}/${runtime}`];
  return fit === undefined ? preset : { ...preset, gflops: fittedCompute(fit), basis: 'published', fit };
}

/** The rate of pointwise convolutions and products, for what has no kind of work of its own. */
function fittedCompute({ rates, source, date }: FittedTimes): Figure {
  return {
    value: rates.pointwise ?? 0,
    source,
    date,
    note: 'fitted to published times: pointwise convolutions and products',
  };
}

/** Nothing for a device that the fit leaves out. */
function fromUsualFit(device: (typeof fittedDevices)[number]): readonly TierPreset[] {
  const [fit] = fitsOf(device.id);
  if (fit === undefined) return [];
  const { source, date } = fit;
  const bandwidth: Figure = {
    value: fit.memoryGBps,
    source,
    date,
    note: 'fitted to published times: what caches hide is not in it',
  };
  return [{ ...device, gflops: fittedCompute(fit), basis: 'published', memoryGBps: bandwidth, fit }];
}

function runtimesOf(preset: TierPreset): TierPreset[] {
  return fitsOf(preset.id).map((fit) => {
    const runtime = runtimeTitles[fit.runtime] ?? fit.runtime;
    const gflops = fittedCompute(fit);
    return { ...preset, id: `${preset.id}/${fit.runtime}`, title: `${preset.title}: ${runtime}`, gflops, fit };
  });
}

function fitsOf(device: string): FittedTimes[] {
  return Object.entries(fittedTimes).flatMap(([id, fit]) => (id.startsWith(`${device}/`) ? [fit] : []));
}

function memory(value: number): Figure {
  return { value, source: "Tencent/ncnn, benchmark/README.md, and the makers' product pages", date: '2026' };
}

function jetson(value: number, note?: string): Figure {
  const source = 'ultralytics/ultralytics, docs/en/guides/nvidia-jetson.md';
  return { value, source, date: '2026', ...(note !== undefined && { note }) };
}

function board(value: number, note: string): Figure {
  return { value, source: 'geerlingguy/sbc-reviews', date: '2025', note };
}
