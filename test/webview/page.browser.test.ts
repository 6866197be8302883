import { expect, test } from 'vitest';
import { captionHeight } from '../../src/engine/picture/displayList/caption';
import type { LiveView } from '../../src/shared/reports/live';
import { axeFindings } from './axe';
import { planOf, residualNetwork } from './harness/residualNet';
import { describeInBrowser } from './harness/session';
import type { ThemeName } from './harness/themes';

const cut = { id: 'b', number: 2, count: 3, fromMbps: 4, toMbps: 40 };
const moment = {
  links: [{ link: 0, mbps: 12, decides: true }],
  roundTripMs: 3,
  cut,
  requests: 9,
  failed: 1,
  latencyMs: 61,
  perSecond: 4,
};
const live: LiveView = {
  address: 'http://127.0.0.1:8000',
  trouble: 'No relay answers.',
  history: [0, 1000, 2000].map((atMs) => ({ ...moment, atMs })),
  switches: [{ atMs: 1000, reason: 'bandwidth', cut, mbps: 12 }],
};

const network = residualNetwork(6);
const comparedPlan = { strategy: 'single:edge', ...planOf(network, { cuts: [1, 43] }) };

describeInBrowser('page of the graph view', (session) => {
  test('sets no text larger than its box while it is drawn for the first time', async () => {
    await session.context.addInitScript(() => {
      const fillText = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (...values) {
        const pixels = Number(/([\d.]+)px/.exec(this.font)?.[1]);
        const largest = Number(document.documentElement.dataset['largestFont'] ?? 0);
        document.documentElement.dataset['largestFont'] = String(Math.max(largest, pixels));
        fillText.apply(this, values);
      };
    });
    await session.open();
    await session.graph().press('End');
    await session.settle();
    const largest = await session.page.evaluate(() => Number(document.documentElement.dataset['largestFont']));
    const { zoom } = await session.camera();
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThanOrEqual(20 * Math.max(1, zoom));
  });

  test('makes a picture of the whole graph or of what is on the screen', async () => {
    await session.open('cuts=11,43');
    const { width: worldWidth, height: worldHeight } = await session.page.evaluate(() => window.harness.world());
    const take = async (part: 'whole' | 'screen', scale: number) => {
      const before = (await session.posted()).length;
      await session.page.evaluate((wanted) => window.harness.send({ type: 'sendPicture', ...wanted }), {
        part,
        scale,
      });
      await session.page.waitForFunction(
        (count) => window.harness.posted.slice(count).some(({ type }) => type === 'picture'),
        before,
      );
      const picture = await session.lastPosted('picture');
      const size = await session.page.evaluate(async (png) => {
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
    const whole = await take('whole', 2);
    expect(whole.scale).toBe(2);
    expect(whole.width).toBeGreaterThan(2 * worldWidth);
    expect(whole.height).toBeGreaterThanOrEqual(2 * worldHeight);
    expect(whole.colors).toBeGreaterThan(20);
    const box = await session.page.locator('canvas').boundingBox();
    for (const scale of [1, 3]) {
      const screen = await take('screen', scale);
      // Below lies one line that says what is seen.
      const height = (box?.height ?? 0) + captionHeight(['one line']);
      const size = [box?.width, height].map((side = 0) => Math.round(side * scale));
      expect([screen.width, screen.height]).toEqual(size);
    }
  });

  test('names every tool by what it is for', async () => {
    await session.open();
    await session.page.getByRole('textbox', { name: 'Search nodes', exact: true }).waitFor();
    for (const name of ['Heat', 'Objective', 'Strategy']) {
      await session.page.getByRole('combobox', { name, exact: true }).waitFor();
    }
    for (const name of ['Zoom out (−)', 'Zoom in (+)', 'Fit', 'Save Picture', 'Export Plan', 'Details']) {
      await session.page.getByRole('toolbar').getByRole('button', { name, exact: true }).waitFor();
    }
  });

  test('switches tabs by pointer and arrow keys', async () => {
    await session.open();
    await session.page.getByRole('tab', { name: 'Plan' }).click();
    expect(await session.page.getByRole('tabpanel').getAttribute('id')).toBe('panel-plan');
    await session.page.keyboard.press('ArrowLeft');
    expect(await session.page.getByRole('tabpanel').getAttribute('id')).toBe('panel-charts');
    // The plan sends nothing over the second link, whatever its bandwidth: that takes a sentence and no chart.
    expect(await session.page.locator('svg.chart[role=group]:not(.region-chart)').count()).toBe(2);
    await session.page
      .getByText('At any bandwidth from edge to cloud, the plan sends nothing over this link.')
      .waitFor();
    await session.page.getByRole('tab', { name: 'Candidates' }).click();
    expect(await session.page.getByRole('tabpanel').getByRole('row').count()).toBeGreaterThan(4);
  });

  test('picks objective and metric', async () => {
    await session.open();
    await session.page.getByRole('combobox', { name: 'Objective' }).click();
    await session.page.getByRole('option', { name: 'Cost' }).click();
    expect(await session.lastPosted('override')).toEqual({ type: 'override', overrides: { objective: 'cost' } });
    await session.page.getByRole('combobox', { name: 'Heat' }).click();
    await session.page.getByRole('option', { name: 'MACs' }).click();
    expect(await session.page.getByRole('group', { name: 'Legend' }).textContent()).toContain('MACs');
  });

  test('follows a change of theme', async () => {
    await session.open();
    const before = await session.picture();
    await session.page.evaluate(() => {
      document.documentElement.style.setProperty('--vscode-editor-background', '#ffffff');
      document.body.className = 'vscode-light';
    });
    await session.settle();
    expect((await session.picture()).hash).not.toBe(before.hash);
  });

  test('shows progress with a way out after two seconds, and failures with what to do', async () => {
    await session.open('state=progress');
    const cancel = session.page.locator('vscode-button', { hasText: 'Cancel' });
    expect(await session.page.getByText('Inferring shapes of 513 nodes').isVisible()).toBe(true);
    expect(await cancel.isVisible()).toBe(false);
    expect(await session.page.getByRole('tablist').isVisible()).toBe(true);
    await session.page.getByRole('tab', { name: 'Plan', exact: true }).click();
    expect(await session.page.getByText('No plan yet.').isVisible()).toBe(true);
    for (const later of ['Bandwidth', 'Next steps'])
      expect(await session.page.getByRole('heading', { name: later }).isVisible()).toBe(false);
    await cancel.waitFor({ state: 'visible', timeout: 5000 });
    await cancel.click();
    expect(await session.lastPosted('cancel')).toEqual({ type: 'cancel' });
    await session.page.evaluate(() =>
      window.harness.send({ type: 'failed', error: { code: 'truncated-model', message: 'It ends too early.' } }),
    );
    await session.page.getByText('It ends too early.').waitFor();
    expect(await session.page.getByRole('tablist').isVisible()).toBe(false);
    await session.page.getByRole('button', { name: 'Show Log' }).click();
    expect(await session.lastPosted('run')).toEqual({ type: 'run', command: 'showLog' });
  });

  test('keeps model text out of markup', async () => {
    await session.open();
    await session.page.evaluate(() => {
      const label = '<img src=x onerror=alert(1)>';
      window.harness.send({
        type: 'searchResult',
        query: label,
        hits: [{ nodeId: 'conv_0', orderIndex: 0, label, op: label, detail: label }],
      });
    });
    await session.page.getByText('<img src=x onerror=alert(1)>', { exact: true }).waitFor();
    expect(await session.page.locator('img').count()).toBe(0);
  });

  for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] satisfies ThemeName[]) {
    test(`has no serious or critical axe findings in ${theme}`, async () => {
      await session.open('cuts=11,43', theme);
      await session.graph().press('ArrowDown');
      await session.graph().press('ArrowDown');
      await session.graph().press('Enter');
      await session.page.evaluate((live) => window.harness.send({ type: 'live', live }), live);
      const strip = session.page.getByRole('region', { name: 'Running tiers' });
      await strip.getByText('cut 2 of 3 (4 Mbit/s – 40 Mbit/s)', { exact: true }).waitFor();
      for (const tab of ['Node', 'Candidates', 'Nodes', 'Plan', 'Charts']) {
        await session.page.getByRole('tab', { name: tab, exact: true }).click();
        expect(await axeFindings(session.page)).toEqual([]);
      }
      await strip.focus();
      await session.page.keyboard.press('Tab');
      await session.page.keyboard.press('Tab');
      await session.page.keyboard.press('Enter');
      expect(await session.lastPosted('run')).toMatchObject({ command: 'stopFollowing' });
      await session.page.evaluate(() => window.harness.send({ type: 'live', live: null }));
      await strip.waitFor({ state: 'hidden' });
      await session.page.evaluate((comparison) => {
        const { send, sendOpenable } = window.harness;
        send({ type: 'act', act: { kind: 'compare', strategy: comparison.strategy } });
        send({ type: 'comparison', comparison });
        sendOpenable('conv_0');
        send({ type: 'act', act: { kind: 'openBody', nodeId: 'conv_0' } });
      }, comparedPlan);
      await session.page.getByRole('heading', { name: 'Compared with single:edge' }).waitFor();
      await session.page.getByRole('navigation', { name: 'Place in the model' }).waitFor();
      if (process.env['SCREENSHOTS']) {
        await session.page.screenshot({ path: `artifacts/webview/compared-${theme}.png` });
      }
      expect(await axeFindings(session.page), 'compared, inside of a node').toEqual([]);
    });
  }
});
