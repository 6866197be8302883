import type { PlanTier } from '../../../shared/documents/plan';
import { DnnSplitError } from '../../../shared/errors';
import { say } from '../../../shared/messages/say';
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
 * get, so that nothing serves them.
 */
const tritonImages: Readonly<Record<DeviceFamily, Omit<EngineImage, 'image'> | undefined>> = {
  cpu: { version: `${tritonRelease}-py3`, accelerator: 'none', note: 'Triton on the CPU' },
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

/**
 * The Triton Inference Server image for a tier, by the preset that its figures came from.
 * @throws DnnSplitError `unsupported-model` where no image runs on that device
 */
export function engineImageFor(tier: Pick<PlanTier, 'id' | 'preset'>): EngineImage {
  const found = tritonImages[deviceOf(tier).family];
  if (found !== undefined) return { ...found, image: `nvcr.io/nvidia/tritonserver:${found.version}` };
  const message = say('engine.noTriton', { tier: tier.id, device: tier.preset ?? '' });
  throw new DnnSplitError('unsupported-model', message);
}

/**
 * The OpenVINO Model Server image for a tier.
 * @throws DnnSplitError `unsupported-model` on ARM, which it is not built for
 */
export function openvinoImageFor(tier: Pick<PlanTier, 'id' | 'preset'>): string {
  if (deviceOf(tier).platform !== 'linux/arm64') return openvinoImage;
  const message = say('engine.noOpenvino', { tier: tier.id, device: tier.preset ?? '' });
  throw new DnnSplitError('unsupported-model', message);
}
