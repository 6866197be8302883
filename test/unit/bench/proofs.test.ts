import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const load = (path: string) => import(pathToFileURL(join(import.meta.dirname, '../../../build', path)).href);
const { loadProduct } = await load('bench/loadProduct.mjs');
const { frontsAgainstEveryPlan, limitsAgainstEveryPlan } = await load('proofs/sections.mjs');
const product = await loadProduct();

/** The product with its answers changed. */
function changed(change: (result: Record<string, unknown>) => Record<string, unknown>) {
  return { ...product, planModel: (...question: unknown[]) => change(product.planModel(...question)) };
}

describe('the proofs against every plan', () => {
  it('find nothing wrong with answers under limits, and refusals only where there is no plan', () => {
    const seen = limitsAgainstEveryPlan(product, 16);
    expect(seen).toMatchObject({ cases: 32, suboptimal: 0, refused: 0, unproven: 0, notLeast: 0 });
    expect(seen.possible).toBeGreaterThan(16);
    expect(seen.mostCuts).toBeGreaterThan(5000);
  });

  it('find no point of a front missing or beaten', () => {
    const seen = frontsAgainstEveryPlan(product, 12);
    expect(seen).toMatchObject({ fronts: 12, missing: 0, dominated: 0, incomplete: 0 });
    expect(seen.points).toBeGreaterThan(40);
  });

  it('find what is wrong', () => {
    const worse = changed((result) => {
      const { evaluation, ...plan } = result.plan as { evaluation: { objectiveValue: number } };
      const value = evaluation.objectiveValue * 1.001 + 1e-12;
      return { ...result, plan: { ...plan, evaluation: { ...evaluation, objectiveValue: value } } };
    });
    expect(limitsAgainstEveryPlan(worse, 4).suboptimal).toBeGreaterThan(3);
    const shorter = changed((result) => {
      const pareto = result.pareto as { plans: readonly unknown[] };
      return { ...result, pareto: { ...pareto, plans: pareto.plans.slice(1) } };
    });
    expect(frontsAgainstEveryPlan(shorter, 3).missing).toBeGreaterThan(2);
    const beaten = changed((result) => {
      const pareto = result.pareto as { plans: readonly { costPerRequest: number; latencyMs: number }[] };
      const [first] = pareto.plans;
      const plans = first && [...pareto.plans, { ...first, latencyMs: first.latencyMs * 2 }];
      return { ...result, pareto: { ...pareto, plans } };
    });
    expect(frontsAgainstEveryPlan(beaten, 3).dominated).toBeGreaterThan(2);
  });
});
