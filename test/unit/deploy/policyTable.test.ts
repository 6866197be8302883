import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { settingsOf } from '../../../src/app/model/configuredModel';
import { planAnalyzed } from '../../../src/app/plan/planAnalyzed';
import { prepareSplit } from '../../../src/app/split/deploySplit';
import { traceOf } from '../../../src/engine/planning/bandwidths/trace';
import { traceReport } from '../../../src/engine/report/traceReport';
import { randomNumbers } from '../../../src/runtime/randomInputs';
import { funnelConfig, funnelModel, planWhole } from '../../relay/adaptiveChain';
import { buildModel } from '../../support/onnxBuilder';

const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-table-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bandwidths that cross every border of the funnel and last a while. */
function walk() {
  const random = randomNumbers(3);
  let power = 0;
  return traceOf(
    Array.from({ length: 300 }, (_, seconds) => {
      power = Math.max(-0.8, Math.min(1.8, power + 0.8 * (random() - 0.5)));
      return { seconds, mbps: 10 ** power };
    }),
  );
}

describe('the table of a policy', () => {
  const modelPath = join(folder, 'funnel.onnx');
  writeFileSync(modelPath, buildModel(funnelModel()));
  const trace = walk();
  const planPath = join(folder, 'funnel.splitplan.json');

  it.each(['mean', 'p95', 'missed'] as const)('is the one that the report over the trace shows: least %s', (goal) => {
    const settings = { goal, everyS: 1, switchMs: 40, lateMs: goal === 'missed' ? 700 : undefined };
    const wanted = settingsOf(modelPath, { path: undefined, config: funnelConfig(), profiles: new Map() });
    const planned = planAnalyzed(analyzeFile(modelPath, wanted.bindings), wanted, {}, { skipCertificate: true });
    const { table, cuts } = traceReport(planned.result, 0, trace, settings);
    expect(new Set(table.map(({ cut }) => cut)).size).toBeGreaterThan(1);

    const plan = planWhole(modelPath, funnelConfig());
    const { contracts } = prepareSplit(plan, planPath, { adaptiveLinks: [0], trace: { trace, ...settings } });
    for (const contract of contracts) {
      if (contract.formatVersion !== 2) throw new Error('it is of version 1');
      const [link] = contract.policy.links;
      const ids = [...new Set(link?.borders.map(({ cut }) => cut))];
      expect(ids).toHaveLength(cuts.length);
      expect(link?.table).toEqual(table.map((step) => ({ ...step, before: ids[step.before], cut: ids[step.cut] })));
    }
    const other = prepareSplit(plan, planPath, { adaptiveLinks: [0] }).contracts[0];
    if (other?.formatVersion !== 2 || contracts[0]?.formatVersion !== 2) throw new Error('it is of version 1');
    expect(other.policy.version).not.toBe(contracts[0].policy.version);
    expect(other.artifact).toBe(contracts[0].artifact);
    expect(other.policy.links[0]).not.toHaveProperty('table');
  });

  it('needs a plan that says what its regimes take', () => {
    const plan = planWhole(modelPath, funnelConfig());
    const untimed = { ...plan, regimes: plan.regimes.map(({ fixedMs: _, ...regime }) => regime) };
    const settings = { trace, goal: 'mean', everyS: 1, switchMs: 0, lateMs: undefined } as const;
    expect(() => prepareSplit(untimed, planPath, { adaptiveLinks: [0], trace: settings })).toThrow(
      /no table can be made/,
    );
  });
});
