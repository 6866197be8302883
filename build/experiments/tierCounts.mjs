/** Models of today on two to five tiers, and the published strategies beside the optimum: two parts of docs/experiments.md. */
import { unpackedPath } from '../../test/support/packedFiles.mjs';
import { spread } from '../bench/statistics.mjs';

/**
 * @typedef {import('./study.mjs').StudiedModel} StudiedModel
 * @typedef {{ model: string, layers: number, tiers: number, uplinkMbps: number, objective: ModernObjective, tiersUsed: number, overBest: number, single: string, latencyMs: number, rate: number }} TierCountOutcome
 * @typedef {{ strategy: string, objective: ModernObjective, relative: number | undefined }} StrategyOutcome
 * @typedef {'latency' | 'throughput'} ModernObjective
 */

const modern = /** @type {const} */ ([
  ['ResNet50 (Keras)', 'keras_ResNet50'],
  ['MobileNetV3-Large SSD 320 (torchvision)', 'tv_ssdlite320_mobilenet_v3_large_ts17'],
  ['ViT-B/16 (torchvision)', 'tv_vit_b_16'],
  ['BERT base, 128 tokens (Hugging Face)', 'hf_bert_base'],
  ['Whisper tiny, encoder (Hugging Face)', 'hf_whisper_tiny_enc'],
  ['TinyLlama 1.1B, one pass (Hugging Face)', 'hf_tinyllama11b'],
]);

/** From the device upwards; fewer tiers leave out those in the middle. */
const ladder = ['raspberry-pi-4', 'jetson-nano', 'core-i7-13700k', 't4', 'a10g'];
/** Which of the ladder's tiers make two, three, four and five. */
export const ladders = [
  [0, 4],
  [0, 2, 4],
  [0, 2, 3, 4],
  [0, 1, 2, 3, 4],
];
export const modernUplinksMbps = [1, 10, 100];
/** @type {readonly ModernObjective[]} */
const objectives = ['latency', 'throughput'];
const publishedStrategies = ['neurosurgeon', 'dads-light', 'dads-heavy', 'dpso', 'dnnsplit'];

/** @param {any} product @returns {StudiedModel[]} */
export function modernModels(product) {
  return modern.map(([name, file]) => {
    const { graph, candidates } = product.analyzeFile(unpackedPath(`${file}.onnx`), {});
    return { name, graph, candidates };
  });
}

/** @param {any} product @param {readonly number[]} places @param {number} uplinkMbps @param {ModernObjective} objective */
function infrastructureOf(product, places, uplinkMbps, objective) {
  const between = places.slice(1).map((place, link) => {
    if (link === 0) return { bandwidthMbps: uplinkMbps, latencyMs: 5 };
    return place === ladder.length - 1 ? { bandwidthMbps: 200, latencyMs: 15 } : { bandwidthMbps: 1000, latencyMs: 1 };
  });
  const config = {
    tiers: places.map((place) => ({ id: ladder[place], preset: ladder[place] })),
    links: between,
    objective,
    // The study is of speed; what fits where is told by the product.
    constraints: { respectMemory: false },
  };
  return product.resolveConfig(config, 'model.onnx', new Map()).infrastructure;
}

/** Without what depends on the clock, so that the same models give the same figures. */
const quick = { skipRegimes: true, skipCertificate: true, quickCertificate: true };

/** @param {any} product @param {StudiedModel} model @returns {TierCountOutcome[]} */
export function tierCountOutcomes(product, { name, graph, candidates }) {
  return ladders.flatMap((places) =>
    modernUplinksMbps.flatMap((uplinkMbps) =>
      objectives.map((objective) => {
        const infrastructure = infrastructureOf(product, places, uplinkMbps, objective);
        const { plan, baselines } = product.planModel(graph, candidates, infrastructure, {
          strategy: 'dnnsplit',
          ...quick,
        });
        const [best] = [...baselines].sort((a, b) => a.relative - b.relative);
        return {
          model: name,
          layers: graph.nodes.length,
          tiers: places.length,
          ...{ uplinkMbps, objective },
          tiersUsed: new Set(plan.assignment).size,
          overBest: best.relative,
          single: best.strategy.slice('single:'.length),
          latencyMs: plan.evaluation.latencyMs,
          rate: plan.evaluation.throughputPerSecond,
        };
      }),
    ),
  );
}

/** Every strategy on three tiers, over the optimum of the same search. @param {any} product @param {StudiedModel} model @returns {StrategyOutcome[]} */
export function strategyOutcomes(product, { graph, candidates }) {
  return modernUplinksMbps.flatMap((uplinkMbps) =>
    objectives.flatMap((objective) => {
      const infrastructure = infrastructureOf(product, ladders[1] ?? [], uplinkMbps, objective);
      const objectiveValueOf = (/** @type {string} */ strategy) => {
        try {
          const { plan } = product.planModel(graph, candidates, infrastructure, { strategy, ...quick });
          return /** @type {number} */ (plan.evaluation.objectiveValue);
        } catch (error) {
          if (/** @type {{ code?: string }} */ (error).code === undefined) throw error;
          return undefined;
        }
      };
      const values = publishedStrategies.map((strategy) => ({ strategy, value: objectiveValueOf(strategy) }));
      const least = Math.min(...values.flatMap(({ value }) => value ?? []));
      return values.map(({ strategy, value }) => ({
        ...{ strategy, objective },
        relative: value === undefined ? undefined : value / least,
      }));
    }),
  );
}

/** @param {readonly TierCountOutcome[]} outcomes @returns {string[]} */
export function tierCountSection(outcomes) {
  const models = [...new Set(outcomes.map(({ model }) => model))];
  const cells = (
    /** @type {string} */ model,
    /** @type {number} */ uplinkMbps,
    /** @type {ModernObjective} */ objective,
  ) =>
    ladders.map((places) => {
      const one = outcomes.find(
        (each) =>
          each.model === model &&
          each.uplinkMbps === uplinkMbps &&
          each.objective === objective &&
          each.tiers === places.length,
      );
      if (one === undefined) return '-';
      const figure = objective === 'latency' ? `${short(one.latencyMs)} ms` : `${short(one.rate)} /s`;
      return one.tiersUsed === 1
        ? `${figure}, ${one.single}`
        : `${figure}, ${one.tiersUsed} tiers, ${one.overBest.toFixed(2)}x`;
    });
  return [
    '## From two to five tiers, models of today',
    '',
    `Tiers: ${ladder.join(', ')}; two are the first and the last, three add ${ladder[2]}, four ${ladder[3]}, five ${ladder[1]}. The first link has the bandwidth of the column and 5 ms, links between servers 1000 Mbit/s and 1 ms, the one to the last tier 200 Mbit/s and 15 ms. An added tier lies on the way: a plan that only passes it by pays its link. A cell is the best plan of the search: its figure, and the tier where all of it runs, or how many tiers it uses and how many times better than the best single tier that is. Memory is left out of account.`,
    '',
    ...objectives.flatMap((objective) => [
      objective === 'latency' ? 'For latency:' : 'For throughput:',
      '',
      '| model | layers | Mbit/s | two tiers | three | four | five |',
      '|---|---:|---:|---|---|---|---|',
      ...models.flatMap((model) =>
        modernUplinksMbps.map((uplinkMbps) => {
          const layers = outcomes.find((one) => one.model === model)?.layers ?? 0;
          return `| ${[model, layers, uplinkMbps, ...cells(model, uplinkMbps, objective)].join(' | ')} |`;
        }),
      ),
      '',
    ]),
  ];
}

/** @param {readonly StrategyOutcome[]} outcomes @returns {string[]} */
export function strategySection(outcomes) {
  return [
    '## Strategies compared',
    '',
    'The published strategies on the same models, three of these tiers and the same bandwidths: how many times worse than the best of them their plans are, in their median and at most, and in how many cases they are the best.',
    '',
    '| strategy | objective | cases | best | median | worst |',
    '|---|---|---:|---:|---:|---:|',
    ...publishedStrategies.flatMap((strategy) =>
      objectives.map((objective) => {
        const own = outcomes.filter((one) => one.strategy === strategy && one.objective === objective);
        const found = own.flatMap(({ relative }) => relative ?? []);
        const best = found.filter((relative) => relative <= 1 + 1e-9).length;
        const { median, most } = found.length === 0 ? { median: Number.NaN, most: Number.NaN } : spread(found);
        return `| ${[strategy, objective, own.length, best, `${median.toFixed(2)}x`, `${most.toFixed(2)}x`].join(' | ')} |`;
      }),
    ),
    '',
  ];
}

/** @param {number} value */
function short(value) {
  return `${Number(value.toPrecision(3))}`;
}
