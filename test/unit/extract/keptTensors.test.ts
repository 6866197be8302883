import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { configOf, settingsOf } from '../../../src/app/model/configuredModel';
import { planAnalyzed, planText } from '../../../src/app/plan/planAnalyzed';
import { prepareSplit, writeSplit } from '../../../src/app/split/deploySplit';
import { requireDocument } from '../../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../../src/shared/documents/parsePlan';
import { splitOnce } from '../../support/cutOnce';

const model = resolve(import.meta.dirname, '../../fixtures/models/s_unet_plain.onnx');
const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-keep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const analyzed = analyzeFile(model, {});
const { nodes, tensors } = analyzed.graph;
const half = Math.floor(nodes.length / 2);
const madeAt = (node: number) => tensors.find(({ producer }) => producer === node)?.name ?? '';
/** One on each of two tiers, neither of which crosses. */
const kept = [madeAt(1), madeAt(nodes.length - 2)];

function prepared(cuts: readonly number[], keep: readonly string[]) {
  const settings = settingsOf(model, configOf(model));
  const planned = planAnalyzed(analyzed, settings, { cuts }, { skipRegimes: true, skipCertificate: true });
  const path = join(folder, 'p.splitplan.json');
  const plan = requireDocument(parsePlan(planText(planned, path)), 'invalid-plan', path);
  return splitOnce(prepareSplit(plan, path, { keep }));
}

type Values = Record<string, ort.Tensor>;

async function run(path: string, values: Values): Promise<Values> {
  const session = await ort.InferenceSession.create(path, { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1 });
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, values[name] as ort.Tensor]));
  const made = await session.run(feeds);
  await session.release();
  return made;
}

const input = () => {
  const [name = ''] = analyzed.inferred.inputs;
  const dims = (analyzed.inferred.tensors.get(name)?.shape ?? []).map(Number);
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, index) => Math.sin(index));
  return { [name]: new ort.Tensor('float32', data, dims) };
};

describe('split --keep', () => {
  it('answers inner tensors of every tier, with what they hold in the whole model', async () => {
    const split = prepared([half, nodes.length], kept);
    const [outputs] = [analyzed.inferred.outputs];
    expect(split.contracts.map(({ answers }) => answers.map(({ name }) => name))).toEqual([
      [kept[0]],
      [...outputs, kept[1]],
    ]);
    expect(split.contracts[0]?.answersAbove.map(({ name }) => name)).toEqual([...outputs, kept[1]]);
    const { tiers } = writeSplit(split, { directory: join(folder, 'parts'), overwrite: false });
    let values: Values = input();
    for (const { modelPath } of tiers) values = { ...values, ...(await run(modelPath ?? '', values)) };
    const one = writeSplit(prepared([nodes.length, nodes.length], kept), {
      directory: join(folder, 'whole'),
      overwrite: false,
    });
    const all = await run(one.tiers[0]?.modelPath ?? '', input());
    const plain = await run(model, input());
    for (const name of [...outputs, ...kept]) expect(values[name]?.data, name).toEqual(all[name]?.data);
    for (const name of outputs) expect(values[name]?.data, name).toEqual(plain[name]?.data);
    expect(Object.keys(plain)).not.toContain(kept[0]);
  });

  it('says which tensor may have been meant', () => {
    const [name = ''] = kept;
    expect(() => prepared([half, nodes.length], [`${name}x`])).toThrow(`Did you mean "${name}"?`);
    expect(() => prepared([half, nodes.length], ['nothing like it at all'])).toThrow(/No node of the model makes/);
  });
});
