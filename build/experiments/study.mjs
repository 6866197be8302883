/** The study behind docs/experiments.md: models, infrastructures, and what planning finds on each pair of them. */
import { join } from 'node:path';
import { unpackedPath } from '../../test/support/packedFiles.mjs';
import { root } from '../bench/loadProduct.mjs';

/**
 * @typedef {{ name: string, graph: any, candidates: readonly any[] }} StudiedModel
 * @typedef {{ device: string, edge: string, cloud: string, uplinkMbps: number, backhaulMbps: number }} Scenario
 * @typedef {'latency' | 'cost' | 'throughput'} StudiedObjective
 * @typedef {{
 *   model: string, scenario: Scenario, objective: StudiedObjective,
 *   tiersUsed: number, overBest: number, overTier: readonly number[],
 *   gapPercent: number, candidatesOver: number, evaluatedPlans: number,
 * }} Outcome
 */

const plain = [
  { name: 'ResNet152 (Keras)', path: join(root, 'test/workspace/resnet152.onnx') },
  { name: 'MobileNetV2 (Keras)', path: join(root, 'test/workspace/mobilenetv2.onnx') },
];
const packed = [
  ['ResNet50 (Keras)', 'keras_ResNet50'],
  ['ResNet50V2 (Keras)', 'keras_ResNet50V2'],
  ['MobileNet (Keras)', 'keras_MobileNet'],
  ['DenseNet121 (Keras)', 'keras_DenseNet121'],
  ['EfficientNetB0 (Keras)', 'keras_EfficientNetB0'],
  ['InceptionV3 (Keras)', 'keras_InceptionV3'],
  ['NASNetMobile (Keras)', 'keras_NASNetMobile'],
  ['VGG19 (Keras)', 'keras_VGG19'],
  ['AlexNet (torchvision)', 'tv_alexnet'],
  ['GoogLeNet (torchvision)', 'tv_googlenet'],
  ['Swin-T (torchvision)', 'tv_swin_t'],
  ['ViT-B/16 (torchvision)', 'tv_vit_b_16'],
  ['ConvNeXt V2 Atto (timm)', 'timm_convnextv2_atto'],
  ['EfficientNetV2-S (timm)', 'timm_efficientnetv2_rw_s'],
];

export const devices = ['raspberry-pi-4', 'jetson-nano', 'jetson-orin-nano'];
export const edges = ['cpu-i7-6700k', 't4'];
export const clouds = ['a10g', 'v100'];
export const uplinksMbps = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];
export const backhaulsMbps = [100, 1000];
/** @type {readonly StudiedObjective[]} */
export const objectives = ['latency', 'cost', 'throughput'];
/** What the presets do not say: prices of a device's hour and of its electricity, and the latencies of the links. */
export const assumptions = {
  devicePricePerHour: 0.006,
  electricityPerKWh: 0.15,
  edgeComputerPricePerHour: 0.1,
  linkLatenciesMs: [5, 15],
  backhaulPricePerGB: 0.09,
};

/** Models of the study, all of which are in the repository. @param {any} product @returns {StudiedModel[]} */
export function studiedModels(product) {
  const all = [...plain, ...packed.map(([name = '', file]) => ({ name, path: unpackedPath(`${file}.onnx`) }))];
  return all.map(({ name, path }) => {
    const { graph, candidates } = product.analyzeFile(path, {});
    return { name, graph, candidates };
  });
}

/** Every infrastructure of the grid. @returns {Scenario[]} */
export function scenarios() {
  return devices.flatMap((device) =>
    edges.flatMap((edge) =>
      clouds.flatMap((cloud) =>
        backhaulsMbps.flatMap((backhaulMbps) =>
          uplinksMbps.map((uplinkMbps) => ({ device, edge, cloud, uplinkMbps, backhaulMbps })),
        ),
      ),
    ),
  );
}

/** @param {any} product @param {Scenario} scenario @param {StudiedObjective} objective */
function infrastructureOf(product, { device, edge, cloud, uplinkMbps, backhaulMbps }, objective) {
  const { devicePricePerHour, electricityPerKWh, edgeComputerPricePerHour, linkLatenciesMs, backhaulPricePerGB } =
    assumptions;
  const edgePrice = edge.startsWith('cpu') ? { pricePerHour: edgeComputerPricePerHour } : {};
  const config = {
    tiers: [
      { id: 'device', preset: device, pricePerHour: devicePricePerHour, electricityPerKWh },
      { id: 'edge', preset: edge, ...edgePrice },
      { id: 'cloud', preset: cloud },
    ],
    links: [
      { bandwidthMbps: uplinkMbps, latencyMs: linkLatenciesMs[0] },
      { bandwidthMbps: backhaulMbps, latencyMs: linkLatenciesMs[1], pricePerGB: backhaulPricePerGB },
    ],
    objective,
  };
  return product.resolveConfig(config, 'model.onnx', new Map()).infrastructure;
}

/**
 * Plans a model on every infrastructure for every objective.
 * @param {any} product @param {StudiedModel} model @returns {Outcome[]}
 */
export function outcomesOf(product, { name, graph, candidates }) {
  /** @type {Outcome[]} */
  const outcomes = [];
  /** @type {unknown} */
  let previousCosts;
  for (const scenario of scenarios()) {
    for (const objective of objectives) {
      const infrastructure = infrastructureOf(product, scenario, objective);
      const options = { strategy: 'dnnsplit', skipRegimes: true, previousCosts };
      const { plan, baselines, certificate, costs } = product.planModel(graph, candidates, infrastructure, options);
      previousCosts = costs;
      const narrow = { ...options, candidatesOnly: true, skipCertificate: true, previousCosts };
      const { plan: alone } = product.planModel(graph, candidates, infrastructure, narrow);
      const overTier = baselines.map((/** @type {{ relative: number }} */ one) => one.relative);
      outcomes.push({
        model: name,
        scenario,
        objective,
        tiersUsed: new Set(plan.assignment).size,
        overBest: Math.min(...overTier),
        overTier,
        gapPercent: certificate.gapPercent,
        candidatesOver: alone.evaluation.objectiveValue / plan.evaluation.objectiveValue,
        evaluatedPlans: alone.evaluatedPlans,
      });
    }
  }
  return outcomes;
}

/** Plans that a search over all positions computes; none where it refuses to. @param {any} product @param {StudiedModel} model */
export function plansOverAllPositions(product, { graph, candidates }) {
  const [scenario] = scenarios();
  if (scenario === undefined) return undefined;
  const infrastructure = infrastructureOf(product, scenario, 'latency');
  const options = { strategy: 'exhaustive', skipRegimes: true, skipCertificate: true };
  try {
    return /** @type {number} */ (product.planModel(graph, candidates, infrastructure, options).plan.evaluatedPlans);
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code === 'bad-usage') return undefined;
    throw error;
  }
}
