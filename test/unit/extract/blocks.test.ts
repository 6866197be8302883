import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import { afterAll, describe, expect, it } from 'vitest';
import { readPlanFile } from '../../../src/app/plan/planFile';
import { prepareSplit, writeSplit } from '../../../src/app/split/deploySplit';
import { readSplit } from '../../../src/app/split/verifySplit';
import { blocksOfCuts } from '../../../src/engine/extract/blocks';
import { verifyChain } from '../../../src/relay/verify/verifyChain';
import type { AdaptiveContract } from '../../../src/shared/documents/contract';
import { adaptiveContract, exportFunnel, planWhole } from '../../relay/adaptiveChain';
import { type BuiltNode, buildModel } from '../../support/onnxBuilder';

const root = resolve(import.meta.dirname, '../../..');

/** Edges from lower to higher nodes, and cuts in which no tier falls along an edge. */
const graphWithCuts = fc
  .record({
    nodes: fc.integer({ min: 1, max: 12 }),
    edges: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 }),
    raw: fc.array(fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ nodes, edges, raw }) => {
    const kept = edges.filter(([from, to]) => from < to && to < nodes);
    const cuts = raw.map((tiers) => {
      const assignment = Uint8Array.from(tiers.slice(0, nodes));
      for (let node = 0; node < nodes; node += 1)
        for (const [from, to] of kept)
          if (to === node) assignment[node] = Math.max(assignment[node] ?? 0, assignment[from] ?? 0);
      return assignment;
    });
    return { nodes, edges: kept, cuts };
  });

describe('blocks', () => {
  it('lie wholly on one tier under every cut, as large as they can be, and depend on earlier ones alone', () => {
    fc.assert(
      fc.property(graphWithCuts, ({ nodes, edges, cuts }) => {
        const { blockOf, count, tiers } = blocksOfCuts(cuts);
        for (let a = 0; a < nodes; a += 1) {
          for (const [cut, assignment] of cuts.entries()) expect(tiers[cut]?.[blockOf[a] ?? -1]).toBe(assignment[a]);
          for (let b = 0; b < nodes; b += 1) {
            const isTogether = cuts.every((assignment) => assignment[a] === assignment[b]);
            expect(blockOf[a] === blockOf[b]).toBe(isTogether);
          }
        }
        for (const [from, to] of edges) expect(blockOf[from]).toBeLessThanOrEqual(blockOf[to] ?? -1);
        expect(new Set(blockOf).size).toBe(count);
      }),
    );
  });

  it('are one more than cuts that lie below each other', () => {
    const cutAt = (at: number) => Uint8Array.from({ length: 10 }, (_, node) => Number(node >= at));
    for (const places of [[3], [3, 7], [1, 4, 6, 9]])
      expect(blocksOfCuts(places.map(cutAt)).count).toBe(places.length + 1);
  });
});

describe('a split that follows a bandwidth', () => {
  const split = exportFunnel();
  const contracts = split.contractPaths.map(adaptiveContract);
  afterAll(() => split.remove());

  it('has a cut for every regime of the plan, and each tier the blocks that it may run', () => {
    const own = split.plan.regimes.filter(({ link }) => link === 0);
    const [device] = contracts;
    expect(device?.policy.links[0]?.borders.map(({ fromMbps, toMbps }) => [fromMbps, toMbps])).toEqual(
      own.map(({ fromMbps, toMbps }) => [fromMbps, toMbps]),
    );
    expect(own.length).toBeGreaterThanOrEqual(4);
    expect(device?.cuts).toHaveLength(own.length);
    for (const { blocks, cuts } of contracts) {
      const run = new Set(cuts.flatMap((cut) => cut.blocks));
      expect([...run].sort()).toEqual(blocks.map(({ id }) => id).sort());
    }
    // One artifact and one policy for all tiers.
    for (const { artifact, policy } of contracts)
      expect([artifact, policy]).toEqual([device?.artifact, device?.policy]);
  });

  /** Tensors that a tier has once its blocks of a cut have run; throws where a block reads what is not there. */
  function tensorsOn({ blocks, cuts }: AdaptiveContract, id: string): ReadonlySet<string> {
    const cut = cuts.find((one) => one.id === id);
    const here = new Set(cut?.receives.map(({ name }) => name));
    for (const blockId of cut?.blocks ?? []) {
      const block = blocks.find((one) => one.id === blockId);
      const missing = block?.inputs.find(({ name }) => !here.has(name));
      if (block === undefined || missing !== undefined) throw new Error(`${blockId} lacks ${missing?.name}`);
      for (const { name } of block.outputs) here.add(name);
    }
    return here;
  }

  it.each(contracts[0]?.cuts.map((cut) => [cut.id, cut] as const) ?? [])(
    'sends what the tier above receives, and each block gets what it reads, on cut %s',
    (id, { lastTier }) => {
      const taking = contracts.filter(({ cuts }) => cuts.some((cut) => cut.id === id));
      expect(taking.map(({ position }) => position)).toEqual(Array.from({ length: lastTier + 1 }, (_, tier) => tier));
      const cuts = taking.map((contract) => contract.cuts.find((cut) => cut.id === id));
      for (const [tier, cut] of cuts.entries()) {
        const here = tensorsOn(taking[tier] as AdaptiveContract, id);
        for (const { name } of [...(cut?.sends ?? []), ...(cut?.answers ?? [])]) expect([...here]).toContain(name);
        expect(cuts[tier + 1]?.receives ?? []).toEqual(cut?.sends);
      }
      expect(cuts.flatMap((cut) => cut?.answers.map(({ name }) => name))).toEqual(['y']);
      const ran = cuts.flatMap((cut) => cut?.blocks ?? []);
      expect(new Set(ran).size).toBe(ran.length);
    },
  );

  it('answers bit for bit as the whole model, on every cut', async () => {
    const { modelPath, contractPaths } = split;
    const task = {
      modelPath,
      contractPaths: [...contractPaths],
      dimensions: {},
      runs: 2,
      seed: 5,
      runtimeFolder: root,
    };
    const report = await verifyChain(task);
    expect(report).toMatchObject({ identical: true, cuts: contracts[0]?.cuts.length });
  });

  it('is replaced as a whole by the next one', () => {
    const again = prepareSplit(readPlanFile(split.planPath), split.planPath);
    writeSplit(again, { directory: split.directory, overwrite: true });
    for (const path of readSplit(split.directory).contractPaths)
      expect(readdirSync(join(path, '..')).sort()).toEqual(
        JSON.parse(readFileSync(path, 'utf8')).segment === null ? ['contract.json'] : ['contract.json', 'model.onnx'],
      );
  });
});

describe('weights of a split that follows a bandwidth', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-shared-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('that several blocks of a tier read lie there once, with the same results', async () => {
    // One matrix of 16 kB is read before, between and after the borders.
    const values = Array.from({ length: 64 * 64 }, (_, index) => ((index * 7919) % 127) / 1000 - 0.06);
    const rows = [1024, 128, 1];
    const nodes: BuiltNode[] = [];
    for (const [stage, matrices] of [1, 4, 30].entries()) {
      const last = () => nodes.at(-1)?.outputs[0] ?? 'x';
      for (let matrix = 0; matrix < matrices; matrix += 1)
        nodes.push({ op: 'MatMul', inputs: [last(), 'w'], outputs: [`m${stage}_${matrix}`] });
      nodes.push({ op: 'Slice', inputs: [last(), 'zero', `rows${stage}`], outputs: [`s${stage}`] });
    }
    const tensors = {
      x: { dtype: 'float32', shape: [4096, 64] },
      w: { dtype: 'float32', shape: [64, 64], values },
      zero: { dtype: 'int64', shape: [1], values: [0] },
      rows0: { dtype: 'int64', shape: [1], values: rows.slice(0, 1) },
      rows1: { dtype: 'int64', shape: [1], values: rows.slice(1, 2) },
      rows2: { dtype: 'int64', shape: [1], values: rows.slice(2) },
    } as const;
    const modelPath = join(folder, 'shared.onnx');
    writeFileSync(modelPath, buildModel({ opset: 17, tensors, nodes }));
    const plan = planWhole(modelPath, {
      tiers: [
        { id: 'device', gflops: 0.05, memoryGB: 8 },
        { id: 'cloud', gflops: 50, memoryGB: 8 },
      ],
      links: [{ bandwidthMbps: 20, latencyMs: 1 }],
    });
    const planPath = join(folder, 'shared.splitplan.json');
    writeFileSync(planPath, JSON.stringify(plan));
    const directory = join(folder, 'split');
    writeSplit(prepareSplit(plan, planPath, { adaptiveLinks: [0] }), { directory, overwrite: false });
    const split = readSplit(directory);
    const weight = Buffer.from(Float32Array.from(values).buffer);
    const [device = '', cloud = ''] = split.contractPaths.map((path) => join(path, '..'));
    const modelsIn = (tier: string) => readdirSync(tier).filter((file) => file.endsWith('.onnx'));
    const holdersIn = (tier: string) =>
      readdirSync(tier).filter((file) => readFileSync(join(tier, file)).includes(weight));
    expect(modelsIn(device).length).toBeGreaterThan(1);
    expect(holdersIn(device)).toEqual(['weights.data']);
    expect(statSync(join(device, 'weights.data')).size).toBe(weight.byteLength);
    for (const file of modelsIn(device)) {
      const { graph } = onnx.ModelProto.decode(readFileSync(join(device, file)));
      const places = graph?.initializer?.filter(({ name }) => name === 'w').map(({ externalData }) => externalData);
      for (const place of places ?? []) expect(place?.[0]).toMatchObject({ key: 'location', value: 'weights.data' });
    }
    expect(holdersIn(cloud)).toHaveLength(1);
    const contractPaths = [...split.contractPaths];
    const task = { modelPath, contractPaths, dimensions: {}, runs: 2, seed: 3, runtimeFolder: root };
    expect(await verifyChain(task)).toMatchObject({ identical: true });
  });
});
