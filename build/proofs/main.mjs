/**
 * `npm run proofs`: asks planning what an oracle answers by trying every plan, and real models what must have an answer.
 * Ends with 1 where an answer is wrong. `--short` takes seconds, `--times` adds how long plans take.
 */
import { loadProduct } from '../bench/loadProduct.mjs';
import {
  frontsAgainstEveryPlan,
  limitsAgainstEveryPlan,
  realModelsUnderTwoLimits,
  realThroughput,
  times,
} from './sections.mjs';

const isShort = process.argv.includes('--short');
const product = await loadProduct();
let wrong = 0;

/** @param {string} title @param {Record<string, number>} seen @param {readonly string[]} faults what must be 0 */
function tell(title, seen, faults) {
  const parts = Object.entries(seen).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  console.log(`${title}: ${parts.join(', ')}`);
  for (const fault of faults) wrong += seen[fault] ?? 0;
}

const limits = limitsAgainstEveryPlan(product, isShort ? 12 : 400);
tell('Random graphs under limits, against every plan', limits, ['suboptimal', 'refused', 'unproven', 'notLeast']);
const fronts = frontsAgainstEveryPlan(product, isShort ? 12 : 600);
tell('Fronts of random graphs, against every plan', fronts, ['missing', 'dominated', 'incomplete']);
if (!isShort) {
  tell('Real models at the latency and cost of a plan that there is', realModelsUnderTwoLimits(product, 20), [
    'refused',
  ]);
  tell('Throughput of real models on three tiers, within 10 s', realThroughput(product, 10_000), []);
}
if (process.argv.includes('--times')) console.table(times(product, 7));
console.log(wrong === 0 ? 'Nothing is wrong.' : `${wrong} answers are wrong.`);
process.exitCode = wrong === 0 ? 0 : 1;
