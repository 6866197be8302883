import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparePlans } from '../../../src/app/plan/comparePlans';
import { type PlannedModel, planDocumentOf, planText } from '../../../src/app/plan/planAnalyzed';
import { planPage } from '../../../src/app/plan/planPage';
import { planReportText } from '../../../src/cli/terminal/planText';
import { planReport } from '../../../src/engine/report/planReport';
import { planLenses } from '../../../src/server/language/codeLenses';
import type { PlanReport } from '../../../src/shared/reports/reports';
import { handConfig, handFolder, planByHand } from '../../support/handModel';

/**
 * Nobody says what the device costs; the edge and both links are said to be free, the cloud is not. So a plan's cost is open
 * where it computes on the device and not in the cloud.
 */
const folder = handFolder();
afterAll(folder.remove);
let planned: PlannedModel;
let report: PlanReport;
beforeAll(() => {
  const [device, edge, cloud] = handConfig.tiers;
  const { electricityPerKWh: _, ...unpriced } = device ?? {};
  const links = handConfig.links.map((link) => ({ ...link, pricePerGB: 0 }));
  const tiers = [unpriced, { ...edge, pricePerHour: 0 }, cloud];
  writeFileSync(folder.config, JSON.stringify({ ...handConfig, tiers, links }));
  planned = planByHand(folder, {}, [3, 6]);
  report = planReport(planned.result, planned.analyzed);
});

const isOpen = ({ unstated }: { readonly unstated?: readonly string[] | undefined }) =>
  unstated?.includes('costPerRequest') === true;
const rowOf = (page: string, name: string) => new RegExp(`<tr><td>${name}</td>(.*?)</tr>`).exec(page)?.[1] ?? '';

describe('a cost that nobody states', () => {
  it('is told of every plan of a report that has it, and of no other', () => {
    expect(isOpen(report)).toBe(true);
    const singles = report.baselines.map((one) => [one.strategy, one.costPerRequest === 0, isOpen(one)]);
    expect(singles).toEqual([
      ['single:device', true, true],
      ['single:edge', true, false],
      ['single:cloud', false, false],
    ]);
    const crossing = report.candidates.filter(({ link }) => link !== null);
    expect(crossing.length).toBeGreaterThan(0);
    for (const one of crossing) expect(isOpen(one)).toBe(one.link === 0);
  });

  it('is told in a plan document, its page, its lens and its comparison', () => {
    const path = `${folder.folder}/net.splitplan.json`;
    const document = planDocumentOf(planned, path);
    expect(document.prediction.unstated).toEqual(['costPerRequest']);
    const page = planPage({ name: 'net.splitplan.json', text: planText(planned, path) });
    for (const name of ['This plan', 'Everything on device']) {
      expect(rowOf(page, name)).toContain('>not stated<');
      expect(rowOf(page, name)).not.toContain('$0');
    }
    expect(rowOf(page, 'Everything on edge')).toContain('>$0 per million requests<');
    const [lens] = planLenses(planText(planned, path), 'file:///net.splitplan.json', path, 'anywhere');
    expect(lens?.command?.title).toMatch(/cost not stated/);
    const cost = comparePlans(document, document, { percent: new Map(), split: true }).metrics[1];
    expect(cost).toMatchObject({ metric: 'cost', old: 0, unstated: ['old', 'new'] });
  });

  it('is no $0 in the tables of the command line', () => {
    const text = planReportText(report, planned.analyzed.graph, { top: 9, config: 'dnnsplit.json' });
    const [, table = ''] = text.split('best single split points\n');
    const rows = table.split('\n').slice(1);
    expect(rows).toHaveLength(report.candidates.filter(({ latencyMs }) => latencyMs !== null).length);
    for (const row of rows) expect(row).toMatch(/not stated|\$[1-9]/);
  });
});
