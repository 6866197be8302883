import { describe, expect, it } from 'vitest';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { sceneToSvg } from '../../../src/engine/picture/sceneToSvg';
import { roundedPath } from '../../../src/engine/picture/svgMarkup';
import { fitText, textWidth } from '../../../src/engine/picture/textWidth';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { escapeXml } from '../../../src/shared/escape/markup';
import type { SceneOverlay } from '../../../src/shared/scene';
import { chain, GraphBuilder, inception, residual } from './graphs';

const elk = createElkEngine();

/** Names of all elements of an XML document; throws where it is not well formed. */
function elementsOf(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>/g,
    (_, closing, name, _attributes, empty) => {
      if (closing === '/') expect(open.pop()).toBe(name);
      else names.push(name);
      if (closing === '' && empty === '') open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  expect(rest.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
  return names;
}

function overlayFor(graph: SplitGraph, tierOf: (place: number) => number): SceneOverlay {
  return {
    tierNames: ['device', 'edge & co', 'cloud'],
    tierOfNode: graph.nodes.map((_, place) => tierOf(place)),
    timeMsOfNode: graph.nodes.map((_, place) => (place % 5 === 4 ? null : place / 7)),
    measured: graph.nodes.map((_, place) => place % 2 === 0),
    boundaries: [
      { link: 0, tensor: 't5', text: '1x64x56x56 float32 · 803 kB', bytes: 802816, transferMs: 321, cost: 0 },
      { link: 1, tensor: 't20', text: '1x64x28x28 float32 · 201 kB', bytes: 200704, transferMs: 8, cost: 0 },
    ],
  };
}

describe('the SVG picture', () => {
  it('is well-formed XML with a title and a description, in both themes', async () => {
    const graph = inception(3);
    const scene = await buildScene(graph, { folded: null }, elk);
    for (const theme of ['light', 'dark'] as const) {
      const svg = sceneToSvg(scene, undefined, theme);
      const names = elementsOf(svg);
      expect(names.slice(0, 3)).toEqual(['svg', 'title', 'desc']);
      expect(names.filter((name) => name === 'path').length).toBe(scene.edges.length + 1);
    }
  });

  it('escapes the texts of a model', async () => {
    const graph = new GraphBuilder();
    graph.output(graph.node('Co<nv>&"\u0001', [graph.input('<script>alert("1")</script>')]));
    const svg = sceneToSvg(await buildScene(graph.build(), { folded: [] }, elk), undefined, 'light');
    elementsOf(svg);
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('\u0001');
    expect(svg).toContain('Co&lt;nv&gt;&amp;&quot;');
  });

  it('draws tiers that lie one below the other as lettered bands and says what crosses', async () => {
    const graph = chain(30);
    const scene = await buildScene(graph, { folded: [] }, elk);
    const svg = sceneToSvg(
      scene,
      overlayFor(graph, (place) => (place < 6 ? 0 : place < 21 ? 1 : 2)),
      'light',
    );
    elementsOf(svg);
    expect(svg.match(/fill-opacity/g)).toHaveLength(3);
    for (const badge of ['>D  device<', '>E  edge &amp; co<', '>C  cloud<']) expect(svg).toContain(badge);
    expect(svg).toContain('>1x64x56x56 float32 · 803 kB<');
    expect(svg.match(/class="e x1"/g)).toHaveLength(1);
    expect(svg.match(/class="e x2"/g)).toHaveLength(1);
    expect(svg).toContain('Tier E, edge &amp; co: 15 nodes.');
  });

  it('puts a letter to every box where tiers are no bands', async () => {
    const graph = inception(2);
    const scene = await buildScene(graph, { folded: [] }, elk);
    const svg = sceneToSvg(
      scene,
      overlayFor(graph, (place) => (place > 3 && place % 2 === 0 ? 1 : 0)),
      'dark',
    );
    elementsOf(svg);
    expect(svg.match(/class="b"/g)).toHaveLength(scene.nodes.length);
  });

  it('draws a boundary inside of a fold through its card', async () => {
    const graph = residual([3, 8, 36, 3]);
    const scene = await buildScene(graph, { folded: null }, elk);
    const svg = sceneToSvg(
      scene,
      overlayFor(graph, (place) => (place < 200 ? 0 : 1)),
      'light',
    );
    elementsOf(svg);
    expect(svg.match(/fill-opacity/g)).toHaveLength(2);
  });

  it('shows a graph without nodes', async () => {
    elementsOf(sceneToSvg(await buildScene(chain(0), { folded: null }, elk), undefined, 'light'));
  });
});

describe('markup', () => {
  it('replaces what XML cannot hold', () => {
    expect(escapeXml('a\u0000b\ud800c\ufffed\ttab')).toBe('a\ufffdb\ufffdc\ufffdd\ttab');
  });

  it('rounds corners and keeps both ends', () => {
    expect(roundedPath([0, 0, 0, 20, 30, 20, 30, 40])).toBe('M0 0L0 16Q0 20 4 20L26 20Q30 20 30 24L30 40');
  });

  it('shortens text to what fits', () => {
    const text = fitText('BatchNormalization', 60);
    expect(text.endsWith('…')).toBe(true);
    expect(textWidth(text)).toBeLessThanOrEqual(60);
    expect(fitText('Conv', 60)).toBe('Conv');
  });
});
