import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deploymentOf, deploymentSteps } from '../../../src/app/deploy/deployTarget';
import { readPlanFile } from '../../../src/app/plan/planFile';
import { prepareSplit } from '../../../src/app/split/deploySplit';
import { takeSteps } from '../../../src/app/tasks/steps';
import { adaptiveContract, exportFunnel } from '../../relay/adaptiveChain';

const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-adaptive-'));
const split = exportFunnel();
afterAll(() => {
  split.remove();
  rmSync(folder, { recursive: true, force: true });
});

const prepared = prepareSplit(readPlanFile(split.planPath), split.planPath, { adaptiveLinks: [0] });

describe('deployments that follow a bandwidth', () => {
  it.each([
    ['compose', 'models'],
    ['kubernetes', 'images'],
    ['bundle', ''],
  ] as const)('%s holds every block that each tier may run, beside the contract', (target, models) => {
    writeFileSync(join(folder, 'relay.js'), '');
    const deployment = deploymentOf(prepared, { target, engine: 'relay', programFolder: folder });
    const directory = join(folder, target);
    const rule = { overwrite: false, manifestsOnly: false };
    const paths = takeSteps(deploymentSteps(prepared, [{ directory, deployment }], rule));
    for (const [position, path] of split.contractPaths.entries()) {
      const { blocks, tier, policy } = adaptiveContract(path);
      const here = readdirSync(join(directory, models, tier)).filter((file) => file.endsWith('.onnx'));
      expect(here.sort()).toEqual(blocks.map(({ file }) => file).sort());
      for (const file of here) {
        expect(paths).toContain(join(directory, models, tier, file));
        expect(readFileSync(join(directory, models, tier, file))).toEqual(readFileSync(join(path, '..', file)));
      }
      expect(JSON.stringify(deployment.files)).toContain(policy.version);
      expect(prepared.contracts[position]).toEqual(adaptiveContract(path));
    }
  });

  it('run in the relay alone', () => {
    writeFileSync(join(folder, 'relay.js'), '');
    const deploy = () => deploymentOf(prepared, { target: 'compose', engine: 'triton', programFolder: folder });
    expect(deploy).toThrow(/runs in the relay itself/);
  });
});
