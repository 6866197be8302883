import type { PlanTier } from '../../../shared/documents/plan';

/** What of a machine decides which images run on it. */
export type DeviceFamily = 'cpu' | 'arm-board' | 'gpu' | 'old-gpu' | 'jetson-orin' | 'old-jetson';

export type ImagePlatform = 'linux/amd64' | 'linux/arm64';

interface Device {
  readonly family: DeviceFamily;
  /** None where the preset does not say which processor the machine has. */
  readonly platform: ImagePlatform | undefined;
}

/** By the name of a preset; the first row that matches says it. */
const devices: readonly (readonly [RegExp, Device])[] = [
  [/orin/i, { family: 'jetson-orin', platform: 'linux/arm64' }],
  [/jetson|xavier/i, { family: 'old-jetson', platform: 'linux/arm64' }],
  [/raspberry/i, { family: 'arm-board', platform: 'linux/arm64' }],
  [/^gh200/i, { family: 'gpu', platform: 'linux/arm64' }],
  // Pascal and Volta.
  [/^(v100|p100|gtx-?10)/i, { family: 'old-gpu', platform: 'linux/amd64' }],
  [/^(t4|a10|a10g|a100|l4|l40s?|h100|h200|rtx|gtx)/i, { family: 'gpu', platform: 'linux/amd64' }],
  [/^(cpu|vm)-/i, { family: 'cpu', platform: 'linux/amd64' }],
];

/** The machine of a tier, by the preset that its figures came from. */
export function deviceOf({ preset = '' }: Pick<PlanTier, 'preset'>): Device {
  return devices.find(([name]) => name.test(preset))?.[1] ?? { family: 'cpu', platform: undefined };
}

/** Option of `docker build` for the processor of a tier; empty where that is not known. */
export function platformFlag({ tier }: { readonly tier: Pick<PlanTier, 'preset'> }): string {
  const { platform } = deviceOf(tier);
  return platform === undefined ? '' : `--platform ${platform} `;
}

/** The processor's name as Kubernetes labels nodes. */
export function architectureOf(tier: Pick<PlanTier, 'preset'>): string | undefined {
  return deviceOf(tier).platform?.replace('linux/', '');
}
