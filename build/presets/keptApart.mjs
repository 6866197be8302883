/** Published times that no fit has seen, of other models on the devices that have presets. */
import { readFileSync } from 'node:fs';
import { workInForm } from './fitGroups.mjs';
import { workOfModel } from './publishedGroups.mjs';

const ncnn = /** @type {{ keptApart: Record<string, Record<string, number>> }} */ (
  JSON.parse(readFileSync(new URL('ncnn.json', import.meta.url), 'utf8'))
);

/** Milliseconds by group and model. @type {Readonly<Record<string, Readonly<Record<string, number>>>>} */
const keptApart = {
  ...ncnn.keptApart,
  // NVIDIA-AI-IOT/torch2trt, benchmarks/JETSON_NANO.md and benchmarks/JETSON_XAVIER.md.
  'Jetson Nano | gpu | TensorRT (torch2trt) | fp16': { squeezenet1_1: 4.34, resnet18: 11.4 },
  'Jetson Nano | gpu | PyTorch (eager, fp16) | fp16': { squeezenet1_1: 14, resnet18: 34.7 },
  'Jetson AGX Xavier | gpu | TensorRT (torch2trt) | fp16': { squeezenet1_1: 1.02, resnet18: 1.64 },
  'Jetson AGX Xavier | gpu | PyTorch (eager, fp16) | fp16': { squeezenet1_1: 8.01, resnet18: 7.33 },
};

/**
 * Name, published and predicted milliseconds of each.
 * @param {any} product @param {import('./fitGroups.mjs').FittedGroup} fit
 * @returns {(readonly [model: string, publishedMs: number, predictedMs: number])[]}
 */
export function predictedApart(product, { group, fitted, form }) {
  return Object.entries(keptApart[group.key] ?? {}).flatMap(([model, publishedMs]) => {
    const work = workOfModel({ runtime: group.key.split(' | ')[2] ?? '', model });
    if (work === undefined) return [];
    return [[model, publishedMs, 1e3 * product.predictedSeconds(workInForm(work, form), fitted)]];
  });
}
