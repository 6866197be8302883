/** One picture, two pens: whatever the SVG document says, the canvas says too, in the same place and color. */
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeFile } from '../../../src/app/model/analyzeFile';
import { createDisplayList, type DisplayList, type Shown } from '../../../src/engine/picture/displayList/displayList';
import { savedTheme } from '../../../src/engine/picture/displayList/editorColors';
import { stillPicture } from '../../../src/engine/picture/displayList/overlays';
import type { Theme } from '../../../src/engine/picture/displayList/theme';
import { buildScene } from '../../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../../src/engine/picture/layout/elkEngine';
import { svgPicture } from '../../../src/engine/picture/svgPicture';
import type { SplitGraph } from '../../../src/engine/split/splitGraph';
import { heatMetrics, pictureThemes } from '../../../src/shared/picture/picture';
import type { SceneOverlay } from '../../../src/shared/picture/scene';
import { createSceneModel } from '../../../webview/model/sceneModel';
import { drawFrame } from '../../../webview/renderer/drawFrame';
import type { Frame } from '../../../webview/renderer/frame';
import { sharedModels } from '../../support/shared';
import { branches, randomDag, transformer, unet } from './graphs';
import type { Marks } from './pens/marks';
import { RecordingContext } from './pens/recordingContext';
import { svgMarks } from './pens/svgMarks';

const elk = createElkEngine();
const inRepository = [
  ...['s_functions', 's_if_capture', 's_inception1', 's_lstm_gru', 's_resnet_fp16', 's_unet_plain'].map((name) =>
    join(import.meta.dirname, '../../fixtures/models', `${name}.onnx`),
  ),
  ...['resnet152', 'mobilenetv2', 'tiny-resnet'].map((name) =>
    join(import.meta.dirname, '../../workspace', `${name}.onnx`),
  ),
];
const wanted = new Set(['t113_swin_t', 'keras_InceptionV3', 'hf_whisper_tiny_enc']);
const beside = sharedModels().flatMap(({ name, path }) => (wanted.has(name) ? [path] : []));
const made: readonly [string, () => SplitGraph][] = [
  ['a U-Net', () => unet(3, 2)],
  ['branches beside one another', () => branches(5, 3)],
  ['a transformer', () => transformer(6)],
  ['anything', () => randomDag(60, 7, 8)],
];
const models = [
  ...[...inRepository, ...beside].map((path) => [basename(path), () => analyzeFile(path, {}).graph] as const),
  ...made,
];

/** A plan with three tiers; `tierOf` says on which a share of the order runs. */
function planned(graph: SplitGraph, tierOf: (share: number, place: number) => number): SceneOverlay {
  const count = graph.nodes.length;
  const tierOfNode = graph.nodes.map((_, place) => tierOf(place / count, place));
  const boundary = (link: number, tensor: number, cost: number) => {
    const name = graph.tensors[tensor]?.name ?? '';
    return { link, tensor: name, text: `1x8 <float32> · ${tensor} kB`, bytes: 1000 * tensor, transferMs: 3, cost };
  };
  return {
    tierNames: ['device', 'edge & "gate"', 'cloud'],
    tierOfNode,
    timeMsOfNode: graph.nodes.map((_, place) => (place % 5 === 4 ? null : 0.01 + place / 7)),
    measured: graph.nodes.map((_, place) => place % 2 === 0),
    boundaries: [boundary(0, 1, 0), boundary(1, 2, 0), boundary(1, 3, 1e-6)],
  };
}

/** Everything that is told beside the scene itself: bands, cuts inside of folds and across branches, another plan, no plan. */
function shownOf(graph: SplitGraph): Shown[] {
  const bands = planned(graph, (share) => (share < 0.3 ? 0 : share < 0.7 ? 1 : 2));
  const across = planned(graph, (share, place) => (share < 0.4 ? 0 : place % 3));
  const passing = planned(graph, (share) => (share < 0.5 ? 0 : 2));
  return [
    { overlay: bands, metric: 'time' },
    { overlay: bands, metric: 'weights', other: across },
    { overlay: across, metric: 'macs' },
    { overlay: passing, metric: 'bytes' },
    { overlay: null, metric: 'macs' },
    { overlay: bands, metric: 'none' },
  ];
}

/** As fine as if there were no pixels. */
const pixelRatio = 2 ** 30;

/** What the canvas pen draws at zoom 1: a picture, or on a screen with room for every label. */
function canvasMarks(list: DisplayList, theme: Theme, still?: 'whole'): Marks {
  const picture = stillPicture(list).view;
  const view = still ? picture : { ...picture, x: picture.x - 600, width: picture.width + 1200 };
  const context = new RecordingContext(view);
  const nobody = { selected: new Set(), readers: new Set(), focused: null, hovered: null, ghost: null };
  const frame = {
    context,
    camera: { x: view.x, y: view.y, zoom: 1 },
    size: { width: view.width, height: view.height },
    pixelRatio,
    theme,
    model: createSceneModel(list.scene),
    list,
    ...nobody,
    recommended: [],
    keyboardFocus: false,
    fitter: { useFont: () => undefined, fit: (text: string) => text },
    hatches: { of: (_: unknown, tier: number) => `pattern ${tier}` },
    ...(still && { still }),
  } as unknown as Frame;
  drawFrame(frame);
  context.end();
  return context.marks;
}

describe('the pen of the screen and the pen of the file', () => {
  it('are held against each other for at least ten models', () => {
    expect(models.length).toBeGreaterThanOrEqual(10);
  });

  it.for(models)('draw the same picture of %s', async ([, graphOf]) => {
    const graph = graphOf();
    for (const folded of graph.nodes.length < 400 ? [null, []] : [null]) {
      const scene = await buildScene(graph, { folded }, elk);
      for (const [at, shown] of shownOf(graph).entries()) {
        const theme = savedTheme(pictureThemes[at % pictureThemes.length] ?? 'light');
        const list = createDisplayList(scene, shown);
        const onPaper = svgMarks(svgPicture(list, theme));
        expect(canvasMarks(list, theme, 'whole').sorted()).toEqual(onPaper.sorted());
      }
    }
  });

  it.for(models.slice(0, 3))('say the same of %s while it can be acted on', async ([, graphOf]) => {
    const graph = graphOf();
    const scene = await buildScene(graph, { folded: null }, elk);
    for (const metric of heatMetrics) {
      const { overlay } = shownOf(graph)[0] ?? { overlay: null };
      // The legend is an element of the page, and made from the same list.
      const list = { ...createDisplayList(scene, { overlay, metric }), legend: null };
      const theme = savedTheme('dark');
      expect(canvasMarks(list, theme).texts()).toEqual(svgMarks(svgPicture(list, theme)).texts());
    }
  });

  it('show what a plan and a metric add', async () => {
    const graph = unet(3, 2);
    const scene = await buildScene(graph, { folded: [] }, elk);
    const [bands] = shownOf(graph);
    if (bands === undefined) throw new Error('There is no plan.');
    const marks = canvasMarks(createDisplayList(scene, bands), savedTheme('light'), 'whole').sorted();
    const count = (start: string) => marks.filter((mark) => mark.startsWith(start)).length;
    expect(count('text "D → E   1x8 <float32> · 1 kB"')).toBe(1);
    expect(count('text "E → C   2 tensors · 5.00 kB · 6.00 ms · $1.00/M"')).toBe(1);
    expect(count('text "edge & \\"gate\\""') + count('text "edge & "gate""')).toBe(1);
    expect(count('text "Time, log"')).toBe(1);
    expect(count('circle')).toBeGreaterThan(10);
    expect(marks.filter((mark) => mark.includes('fill pattern'))).toHaveLength(3);
    expect(count('arrow')).toBe(scene.edges.length);
  });
});
