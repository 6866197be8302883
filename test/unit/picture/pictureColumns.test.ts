import { describe, expect, it } from 'vitest';
import { createDisplayList } from '../../../src/engine/picture/displayList/displayList';
import { savedTheme } from '../../../src/engine/picture/displayList/editorColors';
import { stillPicture } from '../../../src/engine/picture/displayList/overlays';
import { columnsView, pictureColumns } from '../../../src/engine/picture/pictureColumns';
import { svgPicture } from '../../../src/engine/picture/svgPicture';
import { planOf, residualNetwork, sceneOf } from '../../webview/harness/residualNet';

const network = residualNetwork(30);
const scene = sceneOf(network, []);
const { overlay } = planOf(network, {});
const list = createDisplayList(scene, { overlay, metric: 'time' });
const { view } = stillPicture(list);
const columns = pictureColumns(list, view);

describe('a long picture in columns', () => {
  it('shows every height once, from the top to the bottom', () => {
    expect(columns.length).toBeGreaterThan(3);
    expect(columns[0]?.y).toBe(view.y);
    for (const [index, { y, height }] of columns.entries()) {
      expect(y + height).toBeCloseTo(columns[index + 1]?.y ?? view.y + view.height, 6);
    }
  });

  it('cuts through no box', () => {
    for (const { y: at } of columns.slice(1)) {
      const cut = scene.nodes.filter(({ y, height }) => y < at && at < y + height);
      expect(cut.map(({ id }) => id)).toEqual([]);
    }
  });

  it('is about as wide as a page is for its height', () => {
    const { width, height } = columnsView(columns);
    expect(width / height).toBeGreaterThan(0.4);
    expect(width / height).toBeLessThan(1.2);
    expect(view.width / view.height).toBeLessThan(0.1);
  });

  it('draws the graph once, and refers to it from each column', () => {
    const svg = svgPicture(list, savedTheme('light'), 'columns');
    expect(svg.match(/<use href="#whole"/g)).toHaveLength(columns.length);
    expect(svg.match(/<g id="whole">/g)).toHaveLength(1);
    expect(svg.split('conv_0').length).toBe(svgPicture(list, savedTheme('light')).split('conv_0').length);
    // A short graph stays one picture.
    const short = createDisplayList(sceneOf(residualNetwork(1), []), { overlay: null, metric: 'none' });
    expect(svgPicture(short, savedTheme('light'), 'columns')).not.toContain('<use');
  });
});
