import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { planText } from '../../../src/app/plan/planAnalyzed';
import { statedPlacement, statedPlanReport } from '../../../src/app/plan/statedPlan';
import { annotationSteps } from '../../../src/app/split/annotateModel';
import { takeSteps } from '../../../src/app/tasks/steps';
import { requireDocument } from '../../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { byHand, handFolder, planByHand } from '../../support/handModel';
import { sharedFolder } from '../../support/shared';
import { differences, prepare } from '../extract/chain';

const folder = handFolder();
afterAll(folder.remove);
const planPath = join(folder.folder, 'net.splitplan.json');
const plan = requireDocument(parsePlan(planText(planByHand(folder), planPath)), 'invalid-plan', planPath);

const annotate = (output: string, overwrite = false) =>
  takeSteps(annotationSteps(plan, planPath, { output, overwrite }));

describe('dnnsplit annotate', () => {
  const output = join(folder.folder, 'stated.onnx');

  it('writes a copy whose plan is the one that it was made from', () => {
    const report = annotate(output);
    expect(report).toMatchObject({ path: output, irVersion: 11, dataPaths: [] });
    expect(report.stages).toEqual(byHand.tiers.map(({ id, nodes }) => ({ device: id, layer: id, nodes })));
    const copy = analyzeFile(output, {});
    expect(statedPlanReport(copy)).toEqual({
      source: 'pipeline-stages',
      stages: byHand.tiers.map(({ id, nodes }) => ({ name: id, nodes })),
    });
    expect(statedPlacement(copy, plan.tiers)).toEqual(plan.tiers.map(({ nodes }) => nodes));
    expect(copy.structureHash).toBe(plan.model.structureHash);
  });

  it('places stages by their names, or from the first tier upwards', () => {
    const copy = analyzeFile(output, {});
    const nodes = plan.tiers.map((tier) => tier.nodes);
    const withGateway = [{ id: 'device' }, { id: 'gateway' }, { id: 'edge' }, { id: 'cloud' }];
    expect(statedPlacement(copy, withGateway)).toEqual([nodes[0], [], nodes[1], nodes[2]]);
    expect(statedPlacement(copy, [{ id: 'a' }, { id: 'b' }, { id: 'c' }])).toEqual(nodes);
    expect(() => statedPlacement(copy, [{ id: 'a' }, { id: 'b' }])).toThrow(/3 pipeline stages, but .* 2 tiers/);
    expect(() => statedPlacement(analyzeFile(folder.model, {}), plan.tiers)).toThrow(/states no plan of its own/);
  });

  it('replaces neither its model nor what is there already', () => {
    expect(() => annotate(folder.model, true)).toThrow(/net\.onnx/);
    expect(() => annotate(output)).toThrow(/stated\.onnx/);
    const before = readFileSync(output);
    annotate(output, true);
    expect(readFileSync(output).equals(before)).toBe(true);
  });

  it.skipIf(sharedFolder === undefined)(
    'takes external data along into another folder, where the copy runs with the same bits (shared models)',
    async () => {
      const at = mkdtempSync(join(tmpdir(), 'dnnsplit-annotate-'));
      try {
        for (const file of ['s_mobilenet_v2_ext.onnx', 's_mobilenet_v2_ext.weights']) {
          cpSync(join(sharedFolder ?? '', 'models/small', file), join(at, file));
        }
        const model = join(at, 's_mobilenet_v2_ext.onnx');
        writeFileSync(join(at, 'dnnsplit.json'), readFileSync(folder.config));
        writeFileSync(join(at, 'device.profile.json'), readFileSync(join(folder.folder, 'device.profile.json')));
        const path = join(at, 'p.splitplan.json');
        const made = planByHand({ ...folder, folder: at, model, config: join(at, 'dnnsplit.json') }, {}, [40, 70]);
        const stated = requireDocument(parsePlan(planText(made, path)), 'invalid-plan', path);
        const out = join(at, 'elsewhere/copy.onnx');
        const report = takeSteps(annotationSteps(stated, path, { output: out, overwrite: false }));
        expect(report.dataPaths).toEqual([join(at, 'elsewhere/s_mobilenet_v2_ext.weights')]);
        const [whole, copy] = [await prepare(model, {}), await prepare(out, {})];
        expect(differences(whole, copy.whole)).toEqual([]);
      } finally {
        rmSync(at, { recursive: true, force: true });
      }
    },
  );
});
