import type { PlanTier } from '../../../shared/documents/plan';

/** A container image that serves ONNX models by the Open Inference Protocol v2, and what it needs of the machine. */
export interface EngineImage {
  readonly image: string;
  readonly accelerator: 'none' | 'discrete-gpu' | 'jetson';
  /** Who it is for, in a few words. */
  readonly note: string;
}

/** Pinned, so that the same plan deploys the same program. */
const tritonRelease = '25.10';

const jetsonPreset = /jetson|orin|xavier/i;
const gpuPreset = /^(t4|a10|a10g|a100|l4|l40s?|h100|h200|v100|p100|k80|rtx|gtx|gh200)/i;

/** The Triton Inference Server image for a tier, by the preset that its figures came from. */
export function engineImageFor({ preset = '' }: Pick<PlanTier, 'preset'>): EngineImage {
  const name = `nvcr.io/nvidia/tritonserver:${tritonRelease}-py3`;
  if (jetsonPreset.test(preset)) {
    return { image: `${name}-igpu`, accelerator: 'jetson', note: 'Triton for Jetson (arm64, integrated GPU)' };
  }
  if (gpuPreset.test(preset)) return { image: name, accelerator: 'discrete-gpu', note: 'Triton with one NVIDIA GPU' };
  return { image: name, accelerator: 'none', note: 'Triton on the CPU' };
}
