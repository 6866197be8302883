import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FromWebview } from '../../src/protocol/webviewMessages';
import { browserAdvice, findBrowser } from '../vscode/driver/findBrowser.mjs';
import { axeFindings } from './axe';
import { type Bundle, bundleHarness, openHarness } from './harness/serve';
import type { ThemeName } from './harness/themes';

const executablePath = await findBrowser(() => undefined);

let browser: Browser;
let context: BrowserContext;
let files: Bundle;
let page: Page;

async function open(query = '', theme: ThemeName = 'dark'): Promise<void> {
  page = await openHarness(context, files, { query, theme });
  await page.waitForFunction(() => window.harness.posted.length > 0);
  await settle();
}

/** Waits for animations (220 ms) and the state that is remembered after them. */
const settle = () => page.waitForTimeout(600);
const graph = () => page.getByRole('tree');
const posted = () => page.evaluate(() => window.harness.posted);

async function lastPosted<Type extends FromWebview['type']>(type: Type) {
  const all = await posted();
  return all.findLast((message): message is Extract<FromWebview, { type: Type }> => message.type === type);
}

interface Camera {
  x: number;
  y: number;
  zoom: number;
}

async function camera(): Promise<Camera> {
  await settle();
  const remembered = await page.evaluate(() => window.harness.remembered as { camera: Camera });
  return remembered.camera;
}

/** Hash and count of distinct colors of the canvas, to tell pictures apart without storing them. */
const picture = () =>
  page.evaluate(() => {
    const canvas = document.querySelector('canvas');
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const colors = new Set<number>();
    let hash = 0;
    for (let i = 0; i < data.length; i += 16) {
      const color = ((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
      colors.add(color);
      hash = (hash * 31 + color) | 0;
    }
    return { hash, colors: colors.size };
  });

/** Canvas pixel of a world point under the remembered camera. */
async function pixel(x: number, y: number): Promise<{ x: number; y: number }> {
  const { x: left, y: top, zoom } = await camera();
  const box = await page.locator('canvas').boundingBox();
  return { x: (box?.x ?? 0) + (x - left) * zoom, y: (box?.y ?? 0) + (y - top) * zoom };
}

const title = executablePath === undefined ? `graph view: ${browserAdvice}` : 'graph view in a browser';
describe.skipIf(executablePath === undefined)(title, () => {
  beforeAll(async () => {
    files = await bundleHarness();
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox', '--disable-gpu'] });
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  });

  afterEach(async () => {
    expect(await page.evaluate(() => window.harness.violations)).toEqual([]);
    expect((await posted()).filter(({ type }) => type === 'log')).toEqual([]);
    await page.close();
  });

  afterAll(async () => {
    await browser?.close();
  });

  test('draws nodes, bands and boundaries', async () => {
    await open('cuts=11,43');
    expect((await picture()).colors).toBeGreaterThan(30);
  });

  test('pans by wheel and drag, zooms by ctrl+wheel, fits by key', async () => {
    await open();
    await graph().press('0');
    const fitted = await camera();
    await page.mouse.move(300, 400);
    await page.mouse.wheel(0, 120);
    const panned = await camera();
    expect(panned.y).toBeCloseTo(fitted.y + 120 / fitted.zoom, 3);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -60);
    await page.keyboard.up('Control');
    const zoomed = await camera();
    expect(zoomed.zoom).toBeGreaterThan(panned.zoom * 1.3);
    const box = await page.locator('canvas').boundingBox();
    const anchor = (at: Camera) => at.x + (300 - (box?.x ?? 0)) / at.zoom;
    expect(anchor(zoomed)).toBeCloseTo(anchor(panned), 3);
    await page.mouse.move(100, 500);
    await page.mouse.down();
    await page.mouse.move(160, 540, { steps: 4 });
    await page.mouse.up();
    const dragged = await camera();
    expect(dragged.x).toBeCloseTo(zoomed.x - 60 / zoomed.zoom, 3);
    await graph().press('0');
    expect((await camera()).zoom).toBeCloseTo(fitted.zoom, 5);
  });

  test('selects by click and shift-click and shows the details', async () => {
    await open();
    const first = await pixel(60 + 84, 88 + 20);
    await page.mouse.click(first.x, first.y);
    expect(await lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['conv_0'] });
    await page.getByRole('heading', { name: 'layer0.conv_0' }).waitFor();
    const second = await pixel(60 + 84, 156 + 20);
    await page.keyboard.down('Shift');
    await page.mouse.click(second.x, second.y);
    await page.keyboard.up('Shift');
    expect(await lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['conv_0', 'relu_1'] });
    await page.getByRole('button', { name: 'Pin to edge' }).click();
    expect(await lastPosted('override')).toEqual({ type: 'override', overrides: { pin: { relu_1: 'edge' } } });
  });

  test('walks by keyboard, speaks the focused node, selects with Enter, clears with Escape', async () => {
    await open();
    await graph().focus();
    const proxy = page.locator('#focused-node');
    await graph().press('ArrowDown');
    expect(await proxy.textContent()).toContain('input');
    await graph().press('ArrowDown');
    await graph().press('ArrowDown');
    expect(await proxy.textContent()).toContain('Relu');
    expect(await proxy.textContent()).toMatch(/on (device|edge|cloud)/);
    await graph().press('ArrowUp');
    expect(await proxy.textContent()).toContain('Conv');
    await graph().press('Enter');
    expect(await lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['conv_0'] });
    expect(await proxy.getAttribute('aria-selected')).toBe('true');
    expect(await page.locator('[aria-live=polite]').textContent()).toContain('Conv');
    await graph().press('End');
    expect(await proxy.textContent()).toContain('output');
    await graph().press('Escape');
    expect(await lastPosted('selected')).toEqual({ type: 'selected', nodeIds: [] });
    expect(await graph().getAttribute('aria-activedescendant')).toBe('focused-node');
  });

  test('sets no text larger than its box while it is drawn for the first time', async () => {
    await context.addInitScript(() => {
      const fillText = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (...values) {
        const pixels = Number(/([\d.]+)px/.exec(this.font)?.[1]);
        const largest = Number(document.documentElement.dataset['largestFont'] ?? 0);
        document.documentElement.dataset['largestFont'] = String(Math.max(largest, pixels));
        fillText.apply(this, values);
      };
    });
    await open();
    await graph().press('End');
    await settle();
    const largest = await page.evaluate(() => Number(document.documentElement.dataset['largestFont']));
    const { zoom } = await camera();
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThanOrEqual(20 * Math.max(1, zoom));
  });

  test('makes a picture of the whole graph or of what is on the screen', async () => {
    await open('cuts=11,43');
    const { width: worldWidth, height: worldHeight } = await page.evaluate(() => window.harness.world());
    const take = async (part: 'whole' | 'screen') => {
      const before = (await posted()).length;
      await page.evaluate((wanted) => window.harness.send({ type: 'sendPicture', part: wanted }), part);
      await page.waitForFunction(
        (count) => window.harness.posted.slice(count).some(({ type }) => type === 'picture'),
        before,
      );
      const picture = await lastPosted('picture');
      const size = await page.evaluate(async (png) => {
        const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const canvas = document.createElement('canvas');
        canvas.width = image.width;
        canvas.height = image.height;
        const context = canvas.getContext('2d');
        context?.drawImage(image, 0, 0);
        // How many different colors are in the lowest part, where the graph's output is.
        const { data = [] } = context?.getImageData(0, image.height - 200, image.width, 150) ?? {};
        const colors = new Set<string>();
        for (let at = 0; at < data.length; at += 4) colors.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
        return { width: image.width, height: image.height, colors: colors.size };
      }, picture?.png ?? '');
      return { ...size, scale: picture?.scale ?? 0 };
    };
    const whole = await take('whole');
    expect(whole.scale).toBe(2);
    expect(whole.width).toBeGreaterThan(2 * worldWidth);
    expect(whole.height).toBeGreaterThan(2 * worldHeight);
    expect(whole.colors).toBeGreaterThan(20);
    const box = await page.locator('canvas').boundingBox();
    const screen = await take('screen');
    expect([screen.width, screen.height]).toEqual([box?.width, box?.height]);
  });

  test('names every tool by what it is for', async () => {
    await open();
    await page.getByRole('textbox', { name: 'Search nodes', exact: true }).waitFor();
    for (const name of ['Heat', 'Objective', 'Strategy']) {
      await page.getByRole('combobox', { name, exact: true }).waitFor();
    }
    for (const name of ['Zoom out (−)', 'Zoom in (+)', 'Fit', 'Save Picture', 'Export Plan', 'Details']) {
      await page.getByRole('button', { name, exact: true }).waitFor();
    }
  });

  test('walks to siblings with left and right', async () => {
    await open();
    await page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_11'], reveal: true }));
    await graph().press('ArrowRight');
    const proxy = page.locator('#focused-node');
    expect(await proxy.textContent()).toContain('conv_16');
    await graph().press('ArrowLeft');
    expect(await proxy.textContent()).toContain('conv_11');
  });

  test('searches from the slash key, steps through matches and reveals folds that hold them', async () => {
    await open();
    await graph().press('/');
    await page.keyboard.type('gemm');
    await page.getByRole('button', { name: 'layer0.gemm_53' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['gemm_53'] });
    // The last node of the graph comes into sight.
    const { height } = await page.evaluate(() => window.harness.world());
    const { y, zoom } = await camera();
    expect(y + ((await page.locator('canvas').boundingBox())?.height ?? 0) / zoom).toBeGreaterThan(height - 200);
    await graph().press('/');
    await page.keyboard.type('conv_3');
    await page.getByRole('button', { name: 'layer0.conv_3' }).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await lastPosted('selected')).toEqual({ type: 'selected', nodeIds: ['conv_3'] });
    expect((await camera()).y).toBeLessThan(height / 2);
    await page.getByText('It is folded into').waitFor();
  });

  test('switches tabs by pointer and arrow keys', async () => {
    await open();
    await page.getByRole('tab', { name: 'Plan' }).click();
    expect(await page.getByRole('tabpanel').getAttribute('id')).toBe('panel-plan');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tabpanel').getAttribute('id')).toBe('panel-charts');
    expect(await page.locator('svg[role=img]').count()).toBe(3);
    await page.getByRole('tab', { name: 'Candidates' }).click();
    expect(await page.getByRole('tabpanel').getByRole('row').count()).toBeGreaterThan(4);
  });

  test('tries out a bandwidth with the slider, once per frame', async () => {
    await open();
    await page.getByRole('tab', { name: 'Plan' }).click();
    const slider = page.getByRole('slider', { name: 'device to edge' });
    const sent = await page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('input[type=range]');
      for (let value = 100; input !== null && value < 140; value++) {
        input.value = String(value);
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
      return window.harness.posted.filter(({ type }) => type === 'override').length;
    });
    expect(sent).toBe(0);
    await settle();
    const overrides = (await posted()).filter((message) => message.type === 'override');
    expect(overrides).toEqual([{ type: 'override', overrides: { bandwidthMbps: [24.5, null] } }]);
    expect(await slider.getAttribute('aria-valuetext')).toBe('24.5 Mbit/s');
    await page.getByRole('button', { name: 'Reset to Configuration' }).click();
    expect(await lastPosted('override')).toEqual({ type: 'override', overrides: {} });
  });

  test('picks objective and metric', async () => {
    await open();
    await page.getByRole('combobox', { name: 'Objective' }).click();
    await page.getByRole('option', { name: 'Cost' }).click();
    expect(await lastPosted('override')).toEqual({ type: 'override', overrides: { objective: 'cost' } });
    await page.getByRole('combobox', { name: 'Heat' }).click();
    await page.getByRole('option', { name: 'MACs' }).click();
    expect(await page.getByRole('group', { name: 'Legend' }).textContent()).toContain('MACs');
  });

  test('unfolds by double-click, folds by the name of a block and by Space', async () => {
    await open();
    const fold = await pixel(60 + 84, 292 + 20);
    await page.mouse.dblclick(fold.x, fold.y);
    const unfolded = await lastPosted('requestScene');
    expect(unfolded?.folded).not.toContain('fold:block0');
    expect(unfolded?.folded).toContain('fold:block2');
    await settle();
    const { x, y } = await page.evaluate(() => window.harness.group('fold:block0'));
    const header = await pixel(x + 12, y + 10);
    await page.mouse.click(header.x, header.y);
    expect((await lastPosted('requestScene'))?.folded).toContain('fold:block0');
    await graph().focus();
    await page.evaluate(() => window.harness.send({ type: 'select', nodeIds: ['conv_11'], reveal: false }));
    await graph().press(' ');
    expect((await lastPosted('requestScene'))?.folded).toContain('fold:block1');
  });

  test('drags a boundary to another cut line', async () => {
    await open('cuts=11,43');
    const cut = await page.evaluate(() => window.harness.cutLine(11));
    const target = await page.evaluate(() => window.harness.cutLine(3));
    const from = await pixel(0, cut);
    const to = await pixel(0, target);
    await page.mouse.move(8, from.y);
    await page.mouse.down();
    await page.mouse.move(8, to.y + 6, { steps: 6 });
    // What it would give is asked before it is dropped.
    const asked = { type: 'requestPreview', cut: { link: 0, position: 3 }, overrides: { cuts: [3, null] } };
    expect(await lastPosted('requestPreview')).toEqual(asked);
    expect(await lastPosted('override')).toBeUndefined();
    await page.mouse.up();
    expect(await lastPosted('override')).toEqual({ type: 'override', overrides: { cuts: [3, null] } });
  });

  test('remembers selection, camera, panel and what was tried out', async () => {
    await open();
    const first = await pixel(60 + 84, 88 + 20);
    await page.mouse.click(first.x, first.y);
    await page.getByRole('tab', { name: 'Charts' }).click();
    await graph().press('-');
    const before = await camera();
    await page.reload();
    await settle();
    expect(await camera()).toEqual(before);
    expect(await page.getByRole('tabpanel').getAttribute('id')).toBe('panel-charts');
    expect(await lastPosted('requestDetails')).toEqual({ type: 'requestDetails', nodeId: 'conv_0' });
  });

  test('follows a change of theme', async () => {
    await open();
    const before = await picture();
    await page.evaluate(() => {
      document.documentElement.style.setProperty('--vscode-editor-background', '#ffffff');
      document.body.className = 'vscode-light';
    });
    await settle();
    expect((await picture()).hash).not.toBe(before.hash);
  });

  test('shows progress with a way out after two seconds, and failures with what to do', async () => {
    await open('state=progress');
    const cancel = page.locator('vscode-button', { hasText: 'Cancel' });
    expect(await page.getByText('Inferring shapes of 513 nodes').isVisible()).toBe(true);
    expect(await cancel.isVisible()).toBe(false);
    await cancel.waitFor({ state: 'visible', timeout: 5000 });
    await cancel.click();
    expect(await lastPosted('cancel')).toEqual({ type: 'cancel' });
    await page.evaluate(() =>
      window.harness.send({ type: 'failed', error: { code: 'truncated-model', message: 'It ends too early.' } }),
    );
    await page.getByText('It ends too early.').waitFor();
    await page.getByRole('button', { name: 'Show Log' }).click();
    expect(await lastPosted('run')).toEqual({ type: 'run', command: 'showLog' });
  });

  test('keeps model text out of markup', async () => {
    await open();
    await page.evaluate(() => {
      const label = '<img src=x onerror=alert(1)>';
      window.harness.send({
        type: 'searchResult',
        query: label,
        hits: [{ nodeId: 'conv_0', orderIndex: 0, label, op: label, detail: label }],
      });
    });
    await page.getByText('<img src=x onerror=alert(1)>', { exact: true }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] satisfies ThemeName[]) {
    test(`has no serious or critical axe findings in ${theme}`, async () => {
      await open('cuts=11,43', theme);
      await graph().press('ArrowDown');
      await graph().press('ArrowDown');
      await graph().press('Enter');
      for (const tab of ['Node', 'Candidates', 'Nodes', 'Plan', 'Charts']) {
        await page.getByRole('tab', { name: tab, exact: true }).click();
        expect(await axeFindings(page)).toEqual([]);
      }
    });
  }

  test('works at every zoom with more than 20,000 nodes, and says how long frames take', async () => {
    await open('blocks=2500&unfolded=1&tab=details');
    await page.waitForTimeout(1000);
    await graph().press('0');
    const fitted = await camera();
    for (const zoom of [fitted.zoom, 0.01, 0.11, 0.37, 0.54, 1]) {
      await page.evaluate(
        (start) => {
          const state = window.harness.remembered as object;
          sessionStorage.setItem('remembered', JSON.stringify({ ...state, camera: start }));
        },
        { x: -100 / zoom, y: 40_000, zoom },
      );
      await page.reload();
      await page.waitForTimeout(1000);
      const { work, withRaster } = await page.evaluate(() => window.harness.measurePanning(80));
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
