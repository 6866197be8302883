import { describe, expect, it } from 'vitest';
import { createDisplayList } from '../../../src/engine/picture/displayList/displayList';
import { savedTheme } from '../../../src/engine/picture/displayList/editorColors';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { polylinePath, roundedRectPath } from '../../../src/engine/picture/svgMarkup';
import { svgPicture } from '../../../src/engine/picture/svgPicture';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { escapeXml } from '../../../src/shared/escape/markup';
import type { HeatMetric, PictureTheme } from '../../../src/shared/picture/picture';
import type { Scene, SceneOverlay } from '../../../src/shared/picture/scene';
import { fitText, textWidth } from '../../../src/shared/wording/textWidth';
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

function pictureOf(
  scene: Scene,
  overlay: SceneOverlay | undefined,
  theme: PictureTheme,
  metric: HeatMetric = 'time',
): string {
  return svgPicture(createDisplayList(scene, { overlay: overlay ?? null, metric }), savedTheme(theme));
}

/** The texts of a picture, without those that only describe it. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
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
      const svg = pictureOf(scene, undefined, theme);
      const names = elementsOf(svg);
      expect(names.slice(0, 3)).toEqual(['svg', 'title', 'desc']);
      const edges = /\.(c\d+)\{[^}]*marker-end/.exec(svg)?.[1];
      expect(svg.match(new RegExp(`class="${edges}"`, 'g'))).toHaveLength(scene.edges.length);
    }
  });

  it('escapes the texts of a model', async () => {
    const graph = new GraphBuilder();
    graph.output(graph.node('Co<nv>&"\u0001', [graph.input('<script>alert("1")</script>')]));
    const svg = pictureOf(await buildScene(graph.build(), { folded: [] }, elk), undefined, 'light');
    elementsOf(svg);
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('\u0001');
    expect(svg).toContain('Co&lt;nv&gt;&amp;&quot;');
  });

  it('draws tiers that lie one below the other as lettered bands and says what crosses', async () => {
    const graph = chain(30);
    const scene = await buildScene(graph, { folded: [] }, elk);
    const svg = pictureOf(
      scene,
      overlayFor(graph, (place) => (place < 6 ? 0 : place < 21 ? 1 : 2)),
      'light',
    );
    elementsOf(svg);
    expect(svg.match(/fill-opacity/g)).toHaveLength(3);
    const texts = textsOf(svg);
    const badges = texts.lastIndexOf('device') - 1;
    expect(texts.slice(badges, badges + 6)).toEqual(['D', 'device', 'E', 'edge &amp; co', 'C', 'cloud']);
    expect(texts).toContain('D → E   1x64x56x56 float32 · 803 kB');
    expect(texts).toContain('E → C   1x64x28x28 float32 · 201 kB');
    expect(texts.slice(-8)).toEqual([
      ...['Time, log', '4.00 ms', '756 µs', '143 µs', 'ring: measured'],
      ...['Bar: operator', 'Convolution', 'Activation'],
    ]);
    expect(svg).toContain('Tier E, edge &amp; co: 15 nodes.');
  });

  it('puts a letter to every box where tiers are no bands', async () => {
    const graph = inception(2);
    const scene = await buildScene(graph, { folded: [] }, elk);
    const svg = pictureOf(
      scene,
      overlayFor(graph, (place) => (place > 3 && place % 2 === 0 ? 1 : 0)),
      'dark',
    );
    elementsOf(svg);
    const boxes = scene.nodes.filter(({ kind }) => kind === 'node').length;
    expect(textsOf(svg).filter((text) => text === 'D' || text === 'E')).toHaveLength(boxes + 2);
    expect(textsOf(svg)).toContain('edge &amp; co');
  });

  it('draws a boundary inside of a fold through its card', async () => {
    const graph = residual([3, 8, 36, 3]);
    const scene = await buildScene(graph, { folded: null }, elk);
    const svg = pictureOf(
      scene,
      overlayFor(graph, (place) => (place < 200 ? 0 : 1)),
      'light',
    );
    elementsOf(svg);
    expect(svg.match(/fill-opacity/g)).toHaveLength(2);
  });

  it('shows the metric that is chosen, and no dots where none is', async () => {
    const graph = chain(6);
    const scene = await buildScene(graph, { folded: [] }, elk);
    const overlay = overlayFor(graph, () => 0);
    const texts = textsOf(pictureOf(scene, overlay, 'light', 'bytes'));
    expect(texts).toContain('Output bytes');
    expect(texts.filter((text) => text.endsWith(' kB'))).not.toEqual([]);
    const plain = pictureOf(scene, overlay, 'light', 'none');
    expect(plain).not.toContain('<circle');
    expect(plain).toContain('font-size:12px');
  });

  it('shows a graph without nodes', async () => {
    elementsOf(pictureOf(await buildScene(chain(0), { folded: null }, elk), undefined, 'light'));
  });
});

describe('markup', () => {
  it('replaces what XML cannot hold', () => {
    expect(escapeXml('a\u0000b\ud800c\ufffed\ttab')).toBe('a\ufffdb\ufffdc\ufffdd\ttab');
  });

  it('writes lines and rounded corners, smaller ones where they do not fit', () => {
    expect(polylinePath([0, 0, 0, 20, 30, 20.126])).toBe('M0 0L0 20L30 20.13');
    const bar = roundedRectPath({ x: 10, y: 20, width: 3, height: 40 }, [4, 0, 0, 4]);
    expect(bar).toBe('M13 20L13 20L13 60L13 60A3 3 0 0 1 10 57L10 23A3 3 0 0 1 13 20Z');
  });

  it('shortens text to what fits', () => {
    const text = fitText('BatchNormalization', 60);
    expect(text.endsWith('…')).toBe(true);
    expect(textWidth(text)).toBeLessThanOrEqual(60);
    expect(fitText('Conv', 60)).toBe('Conv');
  });
});
