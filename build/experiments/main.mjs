/**
 * `npm run experiments`: plans many models on many infrastructures and writes docs/experiments.md with its plots.
 * `npm run experiments -- --measure [model ...]` runs plans on this machine instead and keeps what they took for that page:
 * some minutes per model, on a machine that does nothing else; without names the models that have no figures yet.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadProduct, root } from '../bench/loadProduct.mjs';
import { measureModels } from './measuredRuns.mjs';
import { experimentsReport } from './report.mjs';
import { outcomesOf, plansOverAllPositions, studiedModels } from './study.mjs';
import { modernModels, strategyOutcomes, tierCountOutcomes } from './tierCounts.mjs';

const product = await loadProduct();
const [wish, ...named] = process.argv.slice(2);
if (wish === '--measure') measureModels(product, named);
else writePage();

function writePage() {
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
}
