/** `npm run experiments`: plans many models on many infrastructures and writes docs/experiments.md with its plots. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadProduct, root } from '../bench/loadProduct.mjs';
import { experimentsReport } from './report.mjs';
import { outcomesOf, plansOverAllPositions, studiedModels } from './study.mjs';
import { modernModels, strategyOutcomes, tierCountOutcomes } from './tierCounts.mjs';

const product = await loadProduct();
const results = studiedModels(product).map((model) => {
  const outcomes = outcomesOf(product, model);
  console.log(`${model.name}: ${outcomes.length} plans`);
  return {
    name: model.name,
    layers: model.graph.nodes.length,
    candidates: model.candidates.length,
    plans: Math.max(...outcomes.map((one) => one.evaluatedPlans)),
    allPlans: plansOverAllPositions(product, model),
    outcomes,
  };
});
const models = modernModels(product);
const { markdown, plots } = experimentsReport(results, {
  counts: models.flatMap((model) => tierCountOutcomes(product, model)),
  strategies: models.flatMap((model) => strategyOutcomes(product, model)),
});
const folder = join(root, 'docs');
mkdirSync(join(folder, 'experiments'), { recursive: true });
writeFileSync(join(folder, 'experiments.md'), markdown);
for (const [name, svg] of Object.entries(plots)) writeFileSync(join(folder, 'experiments', name), svg);
console.log(`Wrote docs/experiments.md and ${Object.keys(plots).length} plots.`);
