/** Turns the outcomes of the study into docs/experiments.md and its plots. */
import { spread } from '../bench/statistics.mjs';
import { accuracySection } from './accuracy.mjs';
import { measuredSection, storedRuns } from './measured.mjs';
import * as study from './study.mjs';
import { svgPlot } from './svgPlot.mjs';
import { strategySection, tierCountSection } from './tierCounts.mjs';

/**
 * @typedef {import('./study.mjs').Outcome} Outcome
 * @typedef {import('./study.mjs').StudiedObjective} StudiedObjective
 * @typedef {{
 *   name: string, layers: number, candidates: number, plans: number, allPlans: number | undefined, outcomes: readonly Outcome[],
 * }} ModelResult
 */

/** A plan that is better by less than this, relatively, counts as equal. */
const tie = 1e-9;
/** What a split has to gain to be worth its second tier. */
const worthwhile = 0.01;
const gainNames = { latency: 'lower latency', cost: 'lower cost', throughput: 'higher throughput' };

/** True when the plan uses several tiers and is better than each single one by more than `gain`. @param {Outcome} outcome @param {number} [gain] */
export function isGenuineSplit({ tiersUsed, overBest }, gain = tie) {
  return tiersUsed > 1 && overBest > 1 + gain;
}

/**
 * @param {readonly ModelResult[]} results
 * @param {{ counts: readonly import('./tierCounts.mjs').TierCountOutcome[], strategies: readonly import('./tierCounts.mjs').StrategyOutcome[] }} [modern]
 * @returns {{ markdown: string, plots: Record<string, string> }}
 */
export function experimentsReport(results, modern) {
  const outcomes = results.flatMap((result) => result.outcomes);
  const plots = {
    'candidates.svg': candidatesPlot(results),
    'plans.svg': plansPlot(results),
    'gain.svg': gainPlot(outcomes),
    'splits.svg': splitsPlot(outcomes),
  };
  const markdown = [
    '# Experiments',
    '',
    'Written by `npm run experiments`; every figure below comes from that run, and the same models give the same bytes. Plans that were run on a machine are kept in `build/experiments/measured.json`; `npm run experiments -- --measure` runs them again.',
    '',
    ...setting(results),
    ...candidatesSection(results),
    ...plansSection(results),
    ...gainsSection(outcomes),
    ...splitsSection(results, outcomes),
    ...exactnessSection(outcomes),
    ...(modern === undefined ? [] : [...tierCountSection(modern.counts), ...strategySection(modern.strategies)]),
    ...accuracySection(),
    ...measuredSection(storedRuns()),
    ...limitsSection(),
  ].join('\n');
  return { markdown: `${markdown.trimEnd()}\n`, plots };
}

/** @param {readonly ModelResult[]} results */
function setting(results) {
  const { devicePricePerHour, electricityPerKWh, edgeComputerPricePerHour, linkLatenciesMs, backhaulPricePerGB } =
    study.assumptions;
  const list = (/** @type {readonly (string | number)[]} */ items) => items.join(', ');
  return [
    '## What was planned',
    '',
    `${results.length} models at their own input size (224 x 224 and the like, one image, float32 on the wire) on ${study.scenarios().length} infrastructures of three tiers, for ${list(study.objectives)}. Outputs come back to the first tier.`,
    '',
    '| part | values |',
    '|---|---|',
    `| device | ${list(study.devices)}: ${devicePricePerHour} $/h and ${electricityPerKWh} $/kWh |`,
    `| edge | ${list(study.edges)}: the preset's price; ${edgeComputerPricePerHour} $/h for the computer, which has none |`,
    `| cloud | ${list(study.clouds)}: the preset's price |`,
    `| device to edge | ${list(study.uplinksMbps)} Mbit/s, ${linkLatenciesMs[0]} ms |`,
    `| edge to cloud | ${list(study.backhaulsMbps)} Mbit/s, ${linkLatenciesMs[1]} ms, ${backhaulPricePerGB} $/GB |`,
    '',
    'Times are estimates from the presets, not measurements: for the Raspberry Pi and the Jetson Nano from rates by kind of work that published times were fitted to, for the others from a peak or one published figure. Prices without a source are assumptions of this study.',
    '',
  ];
}

/** @param {readonly ModelResult[]} results */
function candidatesSection(results) {
  const counts = spread(results.map((one) => one.candidates));
  const ratios = spread(results.map((one) => one.layers / one.candidates));
  return [
    '## Candidates against layers',
    '',
    `The median model has ${fixed(counts.median)} candidates (${counts.least} to ${counts.most}), which is ${fixed(ratios.median)} times fewer than its layers (${fixed(ratios.least)} to ${fixed(ratios.most)} times). The paper reports 5 candidates for the 517 layers of ResNet152; the end, where nothing is sent, is counted here besides.`,
    'Candidates are the running minima of the live bytes, the input first, and the cuts across branches.',
    '',
    '![Candidates against layers](experiments/candidates.svg)',
    '',
    '| model | layers | candidates | layers per candidate |',
    '|---|---:|---:|---:|',
    ...results.map((one) => row(one.name, one.layers, one.candidates, fixed(one.layers / one.candidates))),
    '',
  ];
}

/** @param {readonly ModelResult[]} results */
function plansSection(results) {
  return [
    '## Plans computed',
    '',
    'Whole or partial plans on three tiers whose value is computed: by the dynamic program over the candidates (the most of all its runs here), and over every pair of positions. What comes on top for cost and throughput, to take the one with the least latency of plans that are equally good, is not counted. Where no figure stands, the search over all positions refuses: it would be more than a million.',
    '',
    '![Plans computed over candidates and over all positions](experiments/plans.svg)',
    '',
    '| model | over candidates | over all positions | times fewer |',
    '|---|---:|---:|---:|',
    ...results.map(({ name, plans, allPlans }) =>
      row(name, plans, allPlans ?? '-', allPlans === undefined ? '-' : fixed(allPlans / plans)),
    ),
    '',
  ];
}

/** @param {readonly Outcome[]} outcomes */
function gainsSection(outcomes) {
  const paper = { latency: 15, cost: 20, throughput: 5 };
  return [
    '## Gains',
    '',
    'The abstract of the paper reports up to 15 times lower latency, 20 times lower cost and 5 times higher throughput than execution on a single tier. Which single tier decides what such a figure means, so each one stands beside it: a plan that is merely allowed to choose the right tier already beats the wrong ones by any factor. The honest comparison is the last column, with the best single tier for each case.',
    '',
    'The most, and in brackets the median over all models and infrastructures:',
    '',
    '| objective | paper, up to | over all on the device | over all on the edge | over all in the cloud | over the best single tier |',
    '|---|---:|---:|---:|---:|---:|',
    ...study.objectives.map((objective) => {
      const own = outcomes.filter((one) => one.objective === objective);
      const over = [0, 1, 2].map((tier) => gainText(own.map((one) => one.overTier[tier] ?? Number.NaN)));
      return row(gainNames[objective], `${paper[objective]}x`, ...over, gainText(own.map((one) => one.overBest)));
    }),
    '',
    '![Gain over the best single tier against the bandwidth of the first link](experiments/gain.svg)',
    '',
  ];
}

/** @param {readonly ModelResult[]} results @param {readonly Outcome[]} outcomes */
function splitsSection(results, outcomes) {
  return [
    '## How often a split wins',
    '',
    'A genuine split uses several tiers and is better than each single one. In all other cases the right answer is not to split. Many splits win by next to nothing, so those that gain more than 1 % are counted apart.',
    '',
    '| objective | cases | a split wins at all | by more than 1 % | in percent of the cases | median gain of those | most |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...study.objectives.map((objective) => splitRow(gainNames[objective], outcomes, objective)),
    '',
    '![Share of cases in which a split wins by more than 1 %](experiments/splits.svg)',
    '',
    'By model, in percent of its infrastructures the wins by more than 1 %, and the most that a plan gains over the best single tier:',
    '',
    '| model | latency | most | cost | most | throughput | most |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...results.map(({ name, outcomes: own }) =>
      row(
        name,
        ...study.objectives.flatMap((objective) => {
          const those = own.filter((one) => one.objective === objective);
          return [percent(shareOf(those)), times(spread(those.map((one) => one.overBest)).most)];
        }),
      ),
    ),
    '',
  ];
}

/** @param {string} name @param {readonly Outcome[]} outcomes @param {StudiedObjective} objective */
function splitRow(name, outcomes, objective) {
  const own = outcomes.filter((one) => one.objective === objective);
  const wins = own.filter((one) => isGenuineSplit(one, worthwhile));
  const gains = wins.length === 0 ? undefined : spread(wins.map((one) => one.overBest));
  return row(
    name,
    own.length,
    own.filter((one) => isGenuineSplit(one)).length,
    wins.length,
    percent(shareOf(own)),
    gains === undefined ? '-' : times(gains.median),
    gains === undefined ? '-' : times(gains.most),
  );
}

/** @param {readonly Outcome[]} outcomes */
function exactnessSection(outcomes) {
  return [
    '## How far from the optimum',
    '',
    'Every plan carries its proof over all cuts of the graph: the optimum, or, for throughput where the graph has too many cuts to search, a bound by priced minimum cuts. Where the premise holds that no layer is dearer on a higher tier, the plan comes from the candidates alone. For cost it often fails, because a faster tier may cost more per operation, and for throughput it says nothing; there all cuts are searched, or the positions of the order where there are too many. The last columns say what the candidates alone would have missed.',
    '',
    '| objective | cases | proven optimal | largest gap, or bound on it, in percent | candidates alone miss the plan | by at most |',
    '|---|---:|---:|---:|---:|---:|',
    ...study.objectives.map((objective) => {
      const own = outcomes.filter((one) => one.objective === objective);
      const gaps = own.map((one) => one.gapPercent);
      const over = own.map((one) => one.candidatesOver);
      const proven = gaps.filter((gap) => gap <= tie * 100).length;
      const missed = over.filter((ratio) => ratio > 1 + tie).length;
      return row(objective, own.length, proven, fixed(Math.max(...gaps)), missed, times(Math.max(1, ...over)));
    }),
    '',
  ];
}

function limitsSection() {
  return [
    '## What this does not show',
    '',
    '- Except for the plans that were run on one machine, no figure is a measured run: tiers are rates from presets, so ratios between tiers are only as good as those, and a peak figure may be several times off.',
    '- Where no rates by kind of work are known, no layer has a fixed overhead; no memory is a limit, and a pipeline has one replica of each tier; overheads per layer would make slow tiers with many small layers slower still.',
    '- The input is sent as float32. A camera that sends a compressed image makes offloading everything cheaper and splits rarer.',
    '- The grid is ours and not that of the paper, whose devices, prices and bandwidths its abstract does not state; the figures stand beside each other, they do not confirm one another.',
    '',
  ];
}

/** @param {readonly ModelResult[]} results */
function candidatesPlot(results) {
  return svgPlot({
    title: 'Candidates against layers',
    x: { label: 'layers of the model', log: true },
    y: { label: 'candidates', log: false },
    series: [
      {
        name: 'one model each',
        kind: 'dots',
        points: results.map((one) => [one.layers, one.candidates]),
        labels: results.map((one) => one.name),
      },
    ],
  });
}

/** @param {readonly ModelResult[]} results */
function plansPlot(results) {
  const counted = results.flatMap(({ name, layers, plans, allPlans }) =>
    allPlans === undefined ? [] : [{ name, layers, plans, allPlans }],
  );
  const labels = counted.map((one) => one.name);
  return svgPlot({
    title: 'Plans computed on three tiers',
    x: { label: 'layers of the model', log: true },
    y: { label: 'plans computed', log: true },
    series: [
      { name: 'over candidates', kind: 'dots', labels, points: counted.map((one) => [one.layers, one.plans]) },
      { name: 'over all positions', kind: 'dots', labels, points: counted.map((one) => [one.layers, one.allPlans]) },
    ],
  });
}

/** @param {readonly Outcome[]} outcomes */
function gainPlot(outcomes) {
  return svgPlot({
    title: 'Most gain over the best single tier',
    x: { label: 'bandwidth from device to edge in Mbit/s', log: true },
    y: { label: 'times better', log: false },
    series: perObjective(outcomes, (own) => spread(own.map((one) => one.overBest)).most),
  });
}

/** @param {readonly Outcome[]} outcomes */
function splitsPlot(outcomes) {
  return svgPlot({
    title: 'Share of cases in which a split wins by more than 1 %',
    x: { label: 'bandwidth from device to edge in Mbit/s', log: true },
    y: { label: 'percent of models and infrastructures', log: false },
    series: perObjective(outcomes, (own) => 100 * shareOf(own)),
  });
}

/**
 * One line per objective over the bandwidth of the first link.
 * @param {readonly Outcome[]} outcomes @param {(own: readonly Outcome[]) => number} figureOf
 * @returns {import('./svgPlot.mjs').Series[]}
 */
function perObjective(outcomes, figureOf) {
  return study.objectives.map((objective) => ({
    name: objective,
    kind: 'line',
    points: study.uplinksMbps.map((uplinkMbps) => {
      const own = outcomes.filter((one) => one.objective === objective && one.scenario.uplinkMbps === uplinkMbps);
      return [uplinkMbps, figureOf(own)];
    }),
  }));
}

/** Share of worthwhile splits. @param {readonly Outcome[]} outcomes */
function shareOf(outcomes) {
  return outcomes.filter((one) => isGenuineSplit(one, worthwhile)).length / outcomes.length;
}

/** @param {readonly number[]} ratios */
function gainText(ratios) {
  const { median, most } = spread(ratios);
  return `${times(most)} (${times(median)})`;
}

/** @param {number} ratio */
function times(ratio) {
  return `${ratio >= 1000 ? ratio.toFixed(0) : ratio.toPrecision(3)}x`;
}

/** @param {number} share */
function percent(share) {
  return (100 * share).toFixed(1);
}

/** @param {number} value */
function fixed(value) {
  return Number.isInteger(value) ? `${value}` : value >= 99.5 ? value.toFixed(0) : value.toPrecision(2);
}

/** @param {readonly (string | number)[]} cells */
function row(...cells) {
  return `| ${cells.join(' | ')} |`;
}
