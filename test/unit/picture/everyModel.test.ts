import { describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { graphOfText, graphText } from '../../../src/engine/picture/layout/graphText';
import { sharedModels, sharedNote } from '../../support/shared';
import { geometryProblems } from './geometry';

/** In CSS pixels; wider pictures cannot be read whole beside the other parts of an editor. Small graphs are never folded. */
const readableWidth = 1200;
const smallGraph = 150;

const models = sharedModels();

describe(`the scene of every shared model${sharedNote}`, () => {
  const elk = createElkEngine();
  it.each(models)('$name', { timeout: 120_000 }, async ({ path }) => {
    const { graph } = analyzeFile(path, {});
    const first = await buildScene(graph, { folded: null }, elk);
    expect(geometryProblems(first, graph)).toEqual([]);
    if (graph.nodes.length > smallGraph) expect(first.width).toBeLessThanOrEqual(readableWidth);
    const sent = graphOfText(graphText(analyzeFile(path, {}).graph));
    expect(await buildScene(sent, { folded: null }, createElkEngine())).toEqual(first);
    const whole = await buildScene(graph, { folded: [] }, elk);
    expect(geometryProblems(whole, graph)).toEqual([]);
  });
});
