import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchedText, matchNodeData } from '../../../src/engine/nodeData/matchNodeData';
import { nodeDataText } from '../../../src/engine/nodeData/nodeDataText';
import { createDisplayList } from '../../../src/engine/picture/displayList/displayList';
import { savedTheme } from '../../../src/engine/picture/displayList/editorColors';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { svgPicture } from '../../../src/engine/picture/svgPicture';
import { sceneOverlay } from '../../../src/engine/report/sceneOverlay';
import type { Scene } from '../../../src/shared/picture/scene';
import { byHand, handFolder, planByHand } from '../../support/handModel';

/** Files are written as the builder of Model Explorer documents them, node_data_builder.py: keys are output tensors or node ids. */
const folder = handFolder();
afterAll(folder.remove);
const { analyzed, result } = planByHand(folder);
const { graph } = analyzed;
const names = graph.nodes.map(({ name }) => name);
const outputs: Readonly<Record<string, string>> = {
  stem: 'a',
  squeeze: 'b',
  widen: 'c',
  join: 'd',
  body: 'e',
  head: 'y',
};
const match = (data: unknown) => matchNodeData(graph, JSON.stringify(data), 'heat.json');
const byName = <Value>(values: readonly Value[]) =>
  Object.fromEntries(names.map((name, place) => [name, values[place]]));

describe('node data of Model Explorer', () => {
  it('finds nodes by the tensors that they make, and by their names and ids', () => {
    const results = { a: { value: 1 }, squeeze: { value: 2.5 }, [graph.nodes[2]?.id ?? '']: { value: -3 } };
    const data = match({ name: 'Wear', results });
    expect(byName(data.values)).toMatchObject({ stem: 1, squeeze: 2.5, widen: -3, join: null, body: null });
    expect(data).toMatchObject({ name: 'Wear', matched: 3, unmatched: 0 });
    expect(matchedText(data)).toBe('Wear: 3 of 6 nodes have a value.');
  });

  it('reads a file with a graph by its name, and says in numbers what is not about the model', () => {
    const results = {
      y: { value: 'slow' },
      gone: { value: 1 },
      x: { value: 2 },
      e: { value: 1, bgColor: 'rgb(1.2.3, 0, 999)' },
    };
    const data = match({ main: { results } });
    expect(data).toMatchObject({ name: 'heat', matched: 2, unmatched: 2, examples: ['gone', 'x'], unreadColors: 1 });
    expect(matchedText(data)).toBe(
      'heat: 2 of 6 nodes have a value. 2 entries belong to no node of this model, such as `gone`, `x`. 1 color was not understood.',
    );
  });

  it('colors by threshold as its documentation says', () => {
    const values = { a: 10, b: 50, c: 51, d: 100, e: 101, y: -7 };
    const data = match({
      results: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }])),
      thresholds: [
        { value: 10, bgColor: 'red' },
        { value: 50, bgColor: 'blue' },
        { value: 100, bgColor: 'yellow' },
      ],
    });
    const [red, blue, yellow] = ['rgb(255, 0, 0)', 'rgb(0, 0, 255)', 'rgb(255, 255, 0)'];
    expect(byName(data.colors)).toEqual({
      stem: red,
      squeeze: blue,
      widen: yellow,
      join: yellow,
      body: null,
      head: red,
    });
  });

  it('colors along a gradient, before thresholds and after what a node says itself', () => {
    const data = match({
      results: { a: { value: 0 }, b: { value: 5 }, c: { value: 10 }, d: { value: 7.5, bgColor: '#123' } },
      gradient: [
        { stop: 0, bgColor: 'white' },
        { stop: 1, bgColor: '#000' },
      ],
      thresholds: [{ value: 10, bgColor: 'red' }],
    });
    expect(byName(data.colors)).toMatchObject({
      stem: 'rgb(255, 255, 255)',
      squeeze: 'rgb(128, 128, 128)',
      widen: 'rgb(0, 0, 0)',
      join: 'rgb(17, 34, 51)',
    });
  });

  it.each([
    ['no JSON', 'not json'],
    ['a list', '[1]'],
    ['values that are none', '{"results":{"a":{"value":{}}}}'],
    ['numbers without end', '{"results":{"a":{"value":1e999}}}'],
    ['what is nested without end', '['.repeat(100_000)],
  ])('refuses %s in one sentence', (_, text) => {
    expect(() => matchNodeData(graph, text, 'heat.json')).toThrow(/^heat\.json holds no node data: \S.*\.$/);
  });

  it('takes names of the language for nothing but names', () => {
    const data = matchNodeData(graph, '{"results":{"__proto__":{"value":1},"constructor":{"value":2}}}', 'x.json');
    expect(data.matched).toBe(0);
    expect(data.unmatched).toBeGreaterThan(0);
  });
});

describe('a picture of node data', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await buildScene(graph, { folded: [] }, createElkEngine());
  });
  const overlay = sceneOverlay(result.costs, result.plan);
  const svgOf = (data: unknown) =>
    svgPicture(createDisplayList(scene, { overlay, metric: 'data', data: match(data) }), savedTheme('light'));

  it('tells each value in figures and in its color, with a legend of both', () => {
    const svg = svgOf({ name: 'Wear', results: { a: { value: -2, bgColor: '#102030' }, e: { value: 1234.5678 } } });
    const texts = [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text);
    for (const value of ['-2', '1235']) expect(texts.filter((text) => text === value)).toHaveLength(2);
    expect(texts).toContain('Wear');
    expect(texts).toContain('2 of 6 nodes');
    // The dot of the node and that of the legend.
    const look = /\.(\w+)\{fill:#102030;/.exec(svg)?.[1];
    expect(svg.match(new RegExp(`<circle [^>]*class="${look}"`, 'g'))).toHaveLength(2);
  });

  it('holds nothing of a file but text and colors', () => {
    const svg = svgOf({
      name: '<script>alert(1)</script>',
      results: { a: { value: '"/><image href="//x"/>', bgColor: 'red"/><script>' }, b: { value: 'x'.repeat(9999) } },
    });
    expect(svg).not.toMatch(/<script|<image|href=/);
    expect(svg.length).toBeLessThan(50_000);
  });
});

describe('node data of a plan', () => {
  const written = (subject: Parameters<typeof nodeDataText>[2]) =>
    JSON.parse(nodeDataText(result.costs, result.plan, subject));

  it('states the tier of each node by the tensor that it makes', () => {
    const { name, results } = written('tier');
    expect(name).toBe('Tier');
    const expected = byHand.tiers.flatMap(({ id, names: own }) => own.map((node) => [outputs[node], id]));
    expect(
      Object.fromEntries(Object.entries<{ value: string }>(results).map(([key, { value }]) => [key, value])),
    ).toEqual(Object.fromEntries(expected));
  });

  it('states the time of each node on one tier, and on its own', () => {
    const onEdge = written({ tier: 1 }).results;
    const own = written('time').results;
    for (const [node, { ms }] of Object.entries(byHand.nodes)) {
      const tier = byHand.tiers.findIndex(({ names: there }) => there.some((one) => one === node));
      expect(onEdge[outputs[node] ?? ''].value).toBeCloseTo(ms[1] ?? 0, 6);
      expect(own[outputs[node] ?? ''].value).toBeCloseTo(ms[tier] ?? 0, 6);
    }
  });

  it('is read back whole', () => {
    const data = match(written('time'));
    expect([data.matched, data.unmatched, data.unreadColors]).toEqual([6, 0, 0]);
  });
});
