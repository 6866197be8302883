import { describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/server/analysis/analyzeFile';
import { buildScene } from '../../../src/server/layout/buildScene';
import { createElkEngine } from '../../../src/server/layout/elkEngine';
import { sharedModels } from '../../support/shared';
import { geometryProblems } from './geometry';

/** Minutes of work, so only where it is asked for: `EVERY_MODEL=1 npx vitest run test/unit/layout/everyModel`. */
const models = process.env['EVERY_MODEL'] === '1' ? sharedModels() : [];

describe.skipIf(models.length === 0)('the scene of every model (with EVERY_MODEL=1, where the models are)', () => {
  const elk = createElkEngine();
  it.each(models)('$name', { timeout: 120_000 }, async ({ path }) => {
    const { graph } = analyzeFile(path, {});
    for (const folded of [null, []]) {
      const scene = await buildScene(graph, { folded }, elk);
      expect(geometryProblems(scene, graph)).toEqual([]);
    }
  });
});
