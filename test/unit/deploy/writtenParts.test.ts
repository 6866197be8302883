import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareSplit, writeSplit } from '../../../src/app/split/deploySplit';
import { modelConfig } from '../../../src/engine/deploy/triton/modelConfig';
import { readModel } from '../../../src/engine/onnx/read/readModel';
import { openFileSource } from '../../../src/files/fileSource';
import type { PlanDocument } from '../../../src/shared/documents/plan';
import { planAt, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { type OnceSplit, splitOnce } from '../../support/cutOnce';

const fixture = (name: string) => resolve(import.meta.dirname, '../../fixtures/models', name);
const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-parts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lstm = fixture('s_lstm_gru.onnx');
const branches = fixture('s_if_capture.onnx');
const functions = fixture('s_functions.onnx');
const once = (path: string, plan: PlanDocument) => splitOnce(prepareSplit(plan, `${path}.splitplan.json`));
const cases: readonly (readonly [string, OnceSplit])[] = [
  ['fixed', once(tinyResnet, planAt(tinyResnet, [0.3, 0.7]))],
  ['open', once(lstm, planAt(lstm, [0.4, 0.6], { dimensions: { batch: 2, seq: 3 } }))],
  ['bodies', once(branches, planAt(branches, [0.5]))],
  ['functions', once(functions, planAt(functions, [0.5]))],
];

/** Name, and numbers where the sub-model itself has them; -1 for what a request decides, as Triton writes it. */
const bordersOf = (path: string) => {
  const source = openFileSource(path);
  const { graph } = readModel(source);
  source.close();
  return [...graph.inputs.filter(({ name }) => !graph.initializers.has(name)), ...graph.outputs].map(
    ({ name, type }) => [
      name,
      type?.kind === 'tensor' ? type.shape?.map((dim) => (typeof dim === 'number' ? dim : -1)) : undefined,
    ],
  );
};

describe('what is generated beside a sub-model', () => {
  it.each(cases)('%s: states the dimensions that the written sub-model has, no more and no less', (name, split) => {
    const { tiers } = writeSplit(split, { directory: join(folder, name), overwrite: false });
    let parts = 0;
    for (const [k, { modelPath }] of tiers.entries()) {
      const contract = split.contracts[k];
      const tier = split.plan.tiers[k];
      if (modelPath === null || contract?.segment == null || tier === undefined) continue;
      const borders = bordersOf(modelPath);
      const stated = [...contract.segment.inputs, ...contract.segment.outputs].map((tensor) => [
        tensor.name,
        tensor.shape?.map((dim) => (typeof dim === 'number' ? dim : -1)),
      ]);
      expect(stated).toEqual(borders);
      const sizes = { memoryMiB: 1, requestMiB: 1, engine: 'triton', maxBodyMB: 1 } as const;
      const config = modelConfig({ contract, tier, name: 'a', modelName: 'm', ...sizes });
      const dims = [...config.matchAll(/dims: \[ ([-\d, ]+) \]( reshape)?/g)].map(([, list, reshape]) =>
        reshape === undefined ? (list ?? '').split(', ').map(Number) : [],
      );
      expect(dims).toEqual(borders.map(([, shape]) => shape));
      parts++;
    }
    expect(parts).toBeGreaterThan(1);
  });

  it('can be read by another user whatever the umask is, as in a container', async () => {
    const bundled: Bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    const planPath = join(folder, 'p.splitplan.json');
    const plan = planAt(tinyResnet, [0.3, 0.7]);
    writeFileSync(planPath, JSON.stringify({ ...plan, model: { ...plan.model, file: tinyResnet } }));
    try {
      for (const target of ['compose', 'kubernetes', 'kserve', 'triton'] as const) {
        const directory = join(folder, 'out', target);
        const deploy = [bundled.program('cli'), 'deploy', planPath, '-t', target, '-o', join(folder, 'out')];
        const { status, stderr } = spawnSync(
          'sh',
          ['-c', 'umask 077 && exec "$@"', 'sh', process.execPath, ...deploy],
          { encoding: 'utf8' },
        );
        expect([status, stderr]).toEqual([0, '']);
        const modes = readdirSync(directory, { recursive: true, encoding: 'utf8' })
          .filter((path) => !path.startsWith('.'))
          .map((path) => [path, statSync(join(directory, path))] as const);
        expect(modes.length).toBeGreaterThan(10);
        for (const [path, status] of modes) {
          expect(status.mode & 0o777, path).toBe(status.isDirectory() ? 0o755 : 0o644);
        }
      }
    } finally {
      await bundled.remove();
    }
  });
});
