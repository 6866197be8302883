/** Predicted beside measured on one machine: a part of docs/experiments.md. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bench/loadProduct.mjs';
import { spread } from '../bench/statistics.mjs';
import { spearman } from '../presets/summary.mjs';

/**
 * A plan that was run: what computing and links were predicted and measured to take. `drift` is the whole model's time in
 * between over its time when it was profiled.
 * @typedef {{
 *   tiersUsed: number, drift: number, computeMs: number, linksMs: number, measuredComputeMs: number, measuredMs: number,
 * }} RunPlan
 * @typedef {{
 *   name: string, machine: string, recorded: string, wholeMs: number, hopMs: number, candidates: number, possible: number,
 *   profileAgreement: number, spreadPercent: number, plans: readonly RunPlan[],
 * }} ModelRuns
 */

export const storedRunsPath = join(root, 'build/experiments/measured.json');

/** What was measured last, by file name. @returns {Record<string, ModelRuns>} */
export function storedRuns() {
  return existsSync(storedRunsPath) ? JSON.parse(readFileSync(storedRunsPath, 'utf8')) : {};
}

/** How good the predictions of a model's plans were. @param {readonly RunPlan[]} plans */
export function summaryOf(plans) {
  const predicted = plans.map(({ computeMs, linksMs }) => computeMs + linksMs);
  const corrected = plans.map(({ computeMs, linksMs, drift }) => computeMs * drift + linksMs);
  const measured = plans.map(({ measuredMs }) => measuredMs);
  // At the speed that the machine had when it was profiled.
  const steady = plans.map(
    ({ measuredMs, measuredComputeMs, drift }) => measuredMs - measuredComputeMs * (1 - 1 / drift),
  );
  const errors = (/** @type {readonly number[]} */ said) => said.map((ms, index) => ms / (measured[index] ?? 0) - 1);
  const sizes = (/** @type {readonly number[]} */ values) => values.map((value) => 100 * Math.abs(value));
  const acrossAll = plans.flatMap(({ tiersUsed }, index) => (tiersUsed === 3 ? [index] : []));
  return {
    rawPercent: spread(sizes(errors(predicted))).median,
    errorPercent: spread(sizes(errors(corrected))).median,
    worstPercent: spread(sizes(errors(corrected))).most,
    bias: spread(errors(corrected)).median + 1,
    rankCorrelation: spearman(corrected, measured),
    bestPercent: overBestPercent(predicted, steady, [...plans.keys()]),
    bestSplitPercent: overBestPercent(predicted, steady, acrossAll),
  };
}

/**
 * How much longer than the fastest of some plans the one takes that was predicted to be.
 * @param {readonly number[]} predicted @param {readonly number[]} measured @param {readonly number[]} among
 */
function overBestPercent(predicted, measured, among) {
  const least = (/** @type {readonly number[]} */ values) =>
    among.reduce((best, index) => ((values[index] ?? 0) < (values[best] ?? 0) ? index : best), among[0] ?? 0);
  return 100 * ((measured[least(predicted)] ?? 0) / (measured[least(measured)] ?? 1) - 1);
}

/** The lines of the part. @param {Record<string, ModelRuns>} runs @returns {string[]} */
export function measuredSection(runs) {
  const models = Object.values(runs);
  const [first] = models;
  if (first === undefined) return [];
  const all = models.flatMap(({ plans }) => plans);
  const rows = models.map((model) => ({ ...model, ...summaryOf(model.plans) }));
  const total = summaryOf(all);
  const over = (/** @type {(row: (typeof rows)[number]) => number} */ figure) => spread(rows.map(figure));
  return [
    '## Predicted beside measured',
    '',
    `Each model was profiled on one machine (${first.machine}, one thread, at the optimization that relays serve with), planned on three tiers with these times, and run there: a relay per tier, links emulated at 50 and 200 Mbit/s with 1 and 2 ms each way, ${all.length} plans in all. These are slow enough that plans differ by more than a machine wavers: at 300 and 1000 Mbit/s, even predictions that are right but for 3 % of noise come to a rank correlation of 0.96 to 0.99 on these models. Plans are all pairs of the model's candidates, or as many as stated at even distances. The fixed time of a hop was measured once per model by a run of one plan, as \`dnnsplit run --report\` tells it, and stated as \`hopMs\`. The whole model ran in between; corrected means that computing is predicted at the speed that the machine had just then. Predictions end at the first tier; what a caller adds is left out. Weights are random. All processes ran at the usual priority, beside nothing else, but for the rows at real-time priority (\`chrt -f 20\`), where the machine also did other work. The machine is a virtual one: while nothing else ran, its host took up to a third of the processors' time away (\`steal\`), and in an earlier run single plans took up to 1.8 times what was predicted, probably for that reason; it took about 1 % where no processor slept while a request was on its link. So a program that yields to any other at once (\`SCHED_IDLE\`) keeps each of them awake. At the usual priority a run beside which anything else took more than a tenth of the processors is repeated, whatever it came to, twice at most.`,
    '',
    '| model | whole model | plans, of | hop | error, raw | error, corrected | worst | bias | rank correlation | best plan off by | best on three tiers off by | profiled twice | noise |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map((row) =>
      line(
        row.name,
        `${row.wholeMs.toFixed(1)} ms`,
        `${row.plans.length} of ${row.possible}`,
        `${row.hopMs.toFixed(2)} ms`,
        percent(row.rawPercent),
        percent(row.errorPercent),
        percent(row.worstPercent),
        `${row.bias.toFixed(2)}x`,
        row.rankCorrelation.toFixed(3),
        percent(row.bestPercent),
        percent(row.bestSplitPercent),
        row.profileAgreement.toFixed(3),
        percent(row.spreadPercent),
      ),
    ),
    '',
    `Errors are medians over the plans of a model, without their sign; noise is the distance between the quartiles of the whole model's runs, the median over the plans; profiled twice is the rank correlation of two profiles over the nodes that have a time. Over all ${all.length} plans the median error is ${percent(total.rawPercent)} raw and ${percent(total.errorPercent)} corrected, the bias ${total.bias.toFixed(2)}x. The rank correlation is ${over(({ rankCorrelation }) => rankCorrelation).least.toFixed(3)} at least, the plan that was predicted to be the fastest took at most ${percent(over(({ bestPercent }) => bestPercent).most)} longer than the fastest one, and of those that use all three tiers at most ${percent(over(({ bestSplitPercent }) => bestSplitPercent).most)} longer. All tiers are equally fast here, so that the fastest plan of all is to split nothing.`,
    '',
  ];
}

/** @param {number} value */
function percent(value) {
  return `${value.toFixed(1)} %`;
}

/** @param {readonly string[]} cells */
function line(...cells) {
  return `| ${cells.join(' | ')} |`;
}
