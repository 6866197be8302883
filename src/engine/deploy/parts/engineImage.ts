import type { PlanTier } from '../../../shared/documents/plan';
import type { Engine } from '../../../shared/vocabulary/targets';
import { type DeviceFamily, deviceOf } from './device';

/** A container image that serves ONNX models by the Open Inference Protocol v2, and what it needs of the machine. */
export interface EngineImage {
  readonly image: string;
  /** Its tag, by which other programs choose the version too. */
  readonly version: string;
  readonly accelerator: 'none' | 'discrete-gpu' | 'jetson';
  /** Who it is for, in a few words. */
  readonly note: string;
}

/** Pinned, so that the same plan deploys the same program. */
const tritonRelease = '25.10';
/** A release whose notes name Pascal and Volta among the GPUs that it supports; later ones were built without them. */
const oldGpuRelease = '23.07';
const openvinoImage = 'openvino/model_server:2025.3';

/**
 * Images of Triton Inference Server by device. Those for integrated GPUs are for JetPack 6, which Nano and Xavier do not
 * get: there the relay runs the part itself.
 */
const tritonImages: Readonly<Record<DeviceFamily, Omit<EngineImage, 'image'> | undefined>> = {
  cpu: { version: `${tritonRelease}-py3`, accelerator: 'none', note: 'Triton on the CPU' },
  // Images for ARM without a GPU are for servers (SBSA).
  'arm-board': undefined,
  gpu: { version: `${tritonRelease}-py3`, accelerator: 'discrete-gpu', note: 'Triton with one NVIDIA GPU' },
  'old-gpu': {
    version: `${oldGpuRelease}-py3`,
    accelerator: 'discrete-gpu',
    note: `Triton ${oldGpuRelease} with one NVIDIA GPU, for models up to IR version 9`,
  },
  'jetson-orin': {
    version: `${tritonRelease}-py3-igpu`,
    accelerator: 'jetson',
    note: 'Triton for Jetson Orin (arm64, integrated GPU, JetPack 6)',
  },
  'old-jetson': undefined,
};

/** The Triton Inference Server image for a tier, by the preset that its figures came from; none where no image runs there. */
export function tritonImageFor(tier: Pick<PlanTier, 'preset'>): EngineImage | undefined {
  const found = tritonImages[deviceOf(tier).family];
  return found && { ...found, image: `nvcr.io/nvidia/tritonserver:${found.version}` };
}

/** The OpenVINO Model Server image for a tier; none on ARM, which it is not built for. */
export function openvinoImageFor(tier: Pick<PlanTier, 'preset'>): string | undefined {
  return deviceOf(tier).platform === 'linux/arm64' ? undefined : openvinoImage;
}

/** What can run a tier's part: the engine that is asked for, or the relay where that has no image for the device. */
export function engineOn(tier: Pick<PlanTier, 'preset'>, asked: Engine): Engine {
  const images = { relay: undefined, triton: tritonImageFor(tier), ovms: openvinoImageFor(tier) };
  return images[asked] === undefined ? 'relay' : asked;
}
