import { expect, test } from 'vitest';
import { type Camera, describeInBrowser } from './harness/session';

describeInBrowser('graph view', (session) => {
  test('draws nodes, bands and boundaries', async () => {
    await session.open('cuts=11,43');
    expect((await session.picture()).colors).toBeGreaterThan(30);
  });

  test('pans by wheel and drag, zooms by ctrl+wheel, fits by key', async () => {
    await session.open();
    await session.graph().press('0');
    const fitted = await session.camera();
    await session.page.mouse.move(300, 400);
    await session.page.mouse.wheel(0, 120);
    const panned = await session.camera();
    expect(panned.y).toBeCloseTo(fitted.y + 120 / fitted.zoom, 3);
    await session.page.keyboard.down('Control');
    await session.page.mouse.wheel(0, -60);
    await session.page.keyboard.up('Control');
    const zoomed = await session.camera();
    expect(zoomed.zoom).toBeGreaterThan(panned.zoom * 1.3);
    const box = await session.page.locator('canvas').boundingBox();
    const anchor = (at: Camera) => at.x + (300 - (box?.x ?? 0)) / at.zoom;
    expect(anchor(zoomed)).toBeCloseTo(anchor(panned), 3);
    await session.page.mouse.move(100, 500);
    await session.page.mouse.down();
    await session.page.mouse.move(160, 540, { steps: 4 });
    await session.page.mouse.up();
    const dragged = await session.camera();
    expect(dragged.x).toBeCloseTo(zoomed.x - 60 / zoomed.zoom, 3);
    await session.graph().press('0');
    expect((await session.camera()).zoom).toBeCloseTo(fitted.zoom, 5);
  });

  test('selects by click and shift-click and shows the details', async () => {
    await session.open();
    const first = await session.pixel(60 + 84, 88 + 20);
    await session.page.mouse.click(first.x, first.y);
    expect(await session.lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['conv_0'] });
    await session.page.getByRole('heading', { name: 'layer0.conv_0' }).waitFor();
    const second = await session.pixel(60 + 84, 156 + 20);
    await session.page.keyboard.down('Shift');
    await session.page.mouse.click(second.x, second.y);
    await session.page.keyboard.up('Shift');
    expect(await session.lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['conv_0', 'relu_1'] });
    await session.page.getByRole('button', { name: 'Pin to edge' }).click();
    expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides: { pin: { relu_1: 'edge' } } });
  });

  test('walks by keyboard, speaks the focused node, selects with Enter, clears with Escape', async () => {
    await session.open();
    await session.graph().focus();
    const proxy = session.page.locator('#focused-node');
    await session.graph().press('ArrowDown');
    expect(await proxy.textContent()).toContain('input');
    await session.graph().press('ArrowDown');
    await session.graph().press('ArrowDown');
    expect(await proxy.textContent()).toContain('Relu');
    expect(await proxy.textContent()).toMatch(/on (device|edge|cloud)/);
    await session.graph().press('ArrowUp');
    expect(await proxy.textContent()).toContain('Conv');
    await session.graph().press('Enter');
    expect(await session.lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['conv_0'] });
    expect(await proxy.getAttribute('aria-selected')).toBe('true');
    expect(await session.page.locator('[aria-live=polite]').textContent()).toContain('Conv');
    await session.graph().press('End');
    expect(await proxy.textContent()).toContain('output');
    await session.graph().press('Escape');
    expect(await session.lastPosted('selected')).toEqual({ type: 'selected', nodeIds: [] });
    expect(await session.graph().getAttribute('aria-activedescendant')).toBe('focused-node');
  });

  test('walks to siblings with left and right', async () => {
    await session.open();
    await session.page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_11'], reveal: true }));
    await session.graph().press('ArrowRight');
    const proxy = session.page.locator('#focused-node');
    expect(await proxy.textContent()).toContain('conv_16');
    await session.graph().press('ArrowLeft');
    expect(await proxy.textContent()).toContain('conv_11');
  });

  test('searches from the slash key, steps through matches and reveals folds that hold them', async () => {
    await session.open();
    await session.graph().press('/');
    await session.page.keyboard.type('gemm');
    await session.page.getByRole('button', { name: /^layer0\.gemm_53/ }).waitFor();
    await session.page.keyboard.press('ArrowDown');
    await session.page.keyboard.press('Enter');
    expect(await session.lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['gemm_53'] });
    // The last node of the graph comes into sight.
    const { height } = await session.page.evaluate(() => window.harness.world());
    const { y, zoom } = await session.camera();
    expect(y + ((await session.page.locator('canvas').boundingBox())?.height ?? 0) / zoom).toBeGreaterThan(
      height - 200,
    );
    await session.graph().press('/');
    await session.page.keyboard.type('conv_3');
    await session.page
      .getByRole('button', { name: /^layer0\.conv_3/ })
      .first()
      .waitFor();
    await session.page.keyboard.press('ArrowDown');
    await session.page.keyboard.press('Enter');
    expect(await session.lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['conv_3'] });
    expect((await session.camera()).y).toBeLessThan(height / 2);
    await session.page.getByText('Folded into').waitFor();
  });

  test('tries out a bandwidth with the slider, once per frame', async () => {
    await session.open();
    await session.page.getByRole('tab', { name: 'Plan' }).click();
    const slider = session.page.getByRole('slider', { name: 'Bandwidth device to edge' });
    const sent = await session.page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('input[type=range]');
      for (let value = 100; input !== null && value < 140; value++) {
        input.value = String(value);
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
      return window.harness.posted.filter(({ type }) => type === 'override').length;
    });
    expect(sent).toBe(0);
    await session.settle();
    const overrides = (await session.posted()).filter((message) => message.type === 'override');
    expect(overrides).toEqual([{ type: 'override', overrides: { bandwidthMbps: [24.5, null] } }]);
    expect(await slider.getAttribute('aria-valuetext')).toBe('24.5 Mbit/s');
    await session.page.getByRole('slider', { name: 'Latency device to edge' }).press('ArrowRight');
    await session.page.getByRole('slider', { name: 'Speed of device' }).press('End');
    await session.page.getByText('Speed of device: 10.0x').waitFor();
    await session.page.getByText(/^Latency device → edge: 5\.\d+ ms$/).waitFor();
    expect((await session.lastPosted('override'))?.overrides).toMatchObject({ tierSpeed: [10, null, null] });
    await session.page.getByRole('button', { name: 'Undo', exact: true }).click();
    await session.page.getByText('Speed of device: 10.0x').waitFor({ state: 'detached' });
    await session.page.getByRole('button', { name: 'Reset to Configuration' }).click();
    expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides: {} });
  });

  test('unfolds by double-click, folds by the name of a block and by Space', async () => {
    await session.open();
    const fold = await session.pixel(60 + 84, 292 + 20);
    await session.page.mouse.dblclick(fold.x, fold.y);
    const unfolded = await session.lastPosted('requestScene');
    expect(unfolded?.folded).not.toContain('fold:block0');
    expect(unfolded?.folded).toContain('fold:block2');
    await session.settle();
    const { x, y } = await session.page.evaluate(() => window.harness.group('fold:block0'));
    const header = await session.pixel(x + 12, y + 10);
    await session.page.mouse.click(header.x, header.y);
    expect((await session.lastPosted('requestScene'))?.folded).toContain('fold:block0');
    await session.graph().focus();
    await session.page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_11'], reveal: false }));
    await session.graph().press(' ');
    expect((await session.lastPosted('requestScene'))?.folded).toContain('fold:block1');
  });

  test('drags a boundary to another cut line', async () => {
    await session.open('cuts=11,43');
    const cut = await session.page.evaluate(() => window.harness.cutLine(11));
    const target = await session.page.evaluate(() => window.harness.cutLine(3));
    const from = await session.pixel(0, cut);
    const to = await session.pixel(0, target);
    await session.page.mouse.move(8, from.y);
    await session.page.mouse.down();
    await session.page.mouse.move(8, to.y + 6, { steps: 6 });
    // What it would give is asked before it is dropped.
    const asked = { type: 'requestPreview', cut: { link: 0, position: 3 }, overrides: { cuts: [3, null] } };
    expect(await session.lastPosted('requestPreview')).toEqual(asked);
    expect(await session.lastPosted('override')).toBeUndefined();
    await session.page.mouse.up();
    expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides: { cuts: [3, null] } });
  });

  test('remembers selection, camera, panel and what was tried out', async () => {
    await session.open();
    const first = await session.pixel(60 + 84, 88 + 20);
    await session.page.mouse.click(first.x, first.y);
    await session.page.getByRole('tab', { name: 'Charts' }).click();
    await session.graph().press('-');
    const before = await session.camera();
    await session.page.reload();
    await session.settle();
    expect(await session.camera()).toEqual(before);
    expect(await session.page.getByRole('tabpanel').getAttribute('id')).toBe('panel-charts');
    expect(await session.lastPosted('requestDetails')).toEqual({ type: 'requestDetails', nodeId: 'conv_0' });
  });

  test('works at every zoom with more than 20,000 nodes, and says how long frames take', async () => {
    await session.open('blocks=2500&unfolded=1&tab=details');
    await session.page.waitForTimeout(1000);
    await session.graph().press('0');
    const fitted = await session.camera();
    for (const zoom of [fitted.zoom, 0.01, 0.11, 0.37, 0.54, 1]) {
      await session.page.evaluate(
        (start) => {
          const state = window.harness.remembered as object;
          sessionStorage.setItem('remembered', JSON.stringify({ ...state, camera: start }));
        },
        { x: -100 / zoom, y: 40_000, zoom },
      );
      await session.page.reload();
      await session.page.waitForTimeout(1000);
      const { work, withRaster } = await session.page.evaluate(() => window.harness.measurePanning(80));
      console.log(`zoom ${zoom.toFixed(4)}: work ${quantiles(work)}; with painting ${quantiles(withRaster)}`);
      expect(work.length).toBeGreaterThan(40);
    }
  });
});

/** Median and 95th percentile of milliseconds. */
function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(2);
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}
