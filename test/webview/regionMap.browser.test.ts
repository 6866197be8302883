import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FromWebview } from '../../src/shared/protocol/webviewMessages';
import { browserAdvice, findBrowser } from '../vscode/driver/findBrowser.mjs';
import { axeFindings } from './axe';
import { type Bundle, bundleHarness, openHarness } from './harness/serve';
import type { ThemeName } from './harness/themes';

const executablePath = await findBrowser(() => undefined);

let browser: Browser;
let context: BrowserContext;
let files: Bundle;
let page: Page;

const posted = () => page.evaluate(() => window.harness.posted);
const chart = () => page.getByRole('group', { name: 'Best plan by bandwidth of two links' });
const words = () => page.locator('.region-words');
const regions = () => chart().getByRole('button');

async function openCharts(query = '', theme: ThemeName = 'dark'): Promise<void> {
  page = await openHarness(context, files, { query, theme });
  await page.waitForFunction(() => window.harness.posted.length > 0);
  await page.getByRole('tab', { name: 'Charts' }).click();
  await chart().waitFor();
}

async function lastBandwidths(): Promise<readonly (number | null)[] | undefined> {
  const overrides = (await posted()).filter(
    (message): message is Extract<FromWebview, { type: 'override' }> => message.type === 'override',
  );
  return overrides.at(-1)?.overrides.bandwidthMbps;
}

/** Pixel of the chart at parts of its plot: right and up from its lower left corner. */
async function place(right: number, up: number): Promise<{ x: number; y: number }> {
  await chart().scrollIntoViewIfNeeded();
  const lines = chart().locator('.grid-line');
  const [first, last] = [await lines.first().boundingBox(), await lines.last().boundingBox()];
  if (first === null || last === null) throw new Error('the chart has no grid');
  return { x: first.x + right * first.width, y: first.y + up * (last.y - first.y) };
}

/** What is told of a place under the pointer. The chart may still be drawn anew, and its words with it. */
async function wordsAt(right: number, up: number): Promise<string | null> {
  const { x, y } = await place(right, up);
  await page.mouse.move(x, y);
  return words().textContent();
}

const title = executablePath === undefined ? `map of two bandwidths: ${browserAdvice}` : 'map of two bandwidths';
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

  test('is asked for only once the charts are shown, and not with every step of a slider', async () => {
    page = await openHarness(context, files, {});
    await page.waitForTimeout(700);
    const requests = async () => (await posted()).filter(({ type }) => type === 'requestRegions').length;
    expect(await requests()).toBe(0);
    await page.getByRole('tab', { name: 'Charts' }).click();
    await chart().waitFor();
    expect(await requests()).toBe(1);
    expect(await chart().getAttribute('aria-label')).toMatch(/\d plans by the bandwidths of device → edge and edge/);
  });

  test('says the plan at a place in words, and sets both bandwidths by a click there', async () => {
    await openCharts();
    const fast = await place(0.97, 0.97);
    await page.mouse.move(fast.x, fast.y);
    expect(await words().textContent()).toMatch(
      /^Plan \d+: all on cloud, [\d.]+ ms at [\d.]+ Gbit\/s and [\d.]+ Gbit\/s$/,
    );
    const slow = await place(0.03, 0.03);
    await page.mouse.move(slow.x, slow.y);
    expect(await words().textContent()).toMatch(/^Plan 1: all on device, /);
    await page.mouse.click(slow.x, slow.y);
    const [first, second] = (await lastBandwidths()) ?? [];
    expect(first).toBeGreaterThan(0.1);
    expect(first).toBeLessThan(0.2);
    expect(second).toBeLessThan(0.2);
    await page.getByRole('tab', { name: 'Plan' }).click();
    const slider = page.getByRole('slider', { name: 'Bandwidth device to edge' });
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/kbit\/s$/);
  });

  test('goes by keyboard: one tab stop, arrows between plans, Enter sets both bandwidths and keeps the focus', async () => {
    await openCharts();
    expect(await regions().count()).toBeGreaterThan(3);
    expect(await chart().locator('[tabindex="0"]').count()).toBe(1);
    await chart().locator('[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    expect(await words().textContent()).toMatch(/^Plan 1: /);
    await page.keyboard.press('ArrowRight');
    expect(await words().textContent()).toMatch(/^Plan 2: /);
    await page.keyboard.press('End');
    const last = await words().textContent();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(last);
    await page.keyboard.press('Enter');
    const mbps = await lastBandwidths();
    expect(mbps?.every((one) => typeof one === 'number')).toBe(true);
    await page.waitForTimeout(300);
    // The plan has come again and the chart was drawn anew; the bandwidths of now lie in the chosen region.
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(last);
  });

  test('keeps its elements, the focus and what it tells when another map arrives', async () => {
    await openCharts();
    await chart().locator('[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    const before = await words().textContent();
    const kept = await chart().elementHandle();
    const plan = await page.evaluateHandle(() => document.activeElement);
    await page.evaluate(() => window.harness.sendRegions(160));
    await chart().locator('.region-none').first().waitFor();
    expect(await plan.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await kept?.evaluate((element) => element.isConnected)).toBe(true);
    const label = await plan.evaluate((element) => element?.getAttribute('aria-label'));
    expect(await words().textContent()).not.toBe(before);
    expect(await words().textContent()).toBe(label);
    // It works with the new map: Enter sets bandwidths of its first plan.
    await page.keyboard.press('Enter');
    const mbps = await lastBandwidths();
    expect(label).toMatch(/^Plan 1: .* at .* and /);
    expect(mbps?.every((one) => typeof one === 'number')).toBe(true);
    // With that plan comes the map of now, which is under no limit.
    await expect
      .poll(async () => (await posted()).filter(({ type }) => type === 'requestRegions').length)
      .toBeGreaterThan(1);
    await page.evaluate(() => window.harness.sendRegions(160));
    // Whoever points at a place reads on about that place.
    await expect.poll(() => wordsAt(0.03, 0.5)).toMatch(/^No plan meets the limits at /);
    await page.evaluate(() => window.harness.sendRegions());
    await expect.poll(() => words().textContent()).toMatch(/^Plan \d+: /);
  });

  test('has a table that does the same, with the plan of now marked', async () => {
    await openCharts();
    const table = page.getByRole('table', { name: 'Best plan by bandwidth of two links' });
    expect(await table.getByText('this plan').count()).toBe(1);
    const button = table.getByRole('button').last();
    const name = await button.getAttribute('aria-label');
    expect(name).toMatch(/^Set the bandwidths to .* and .*, where plan \d+ is best$/);
    await button.click();
    expect((await lastBandwidths())?.length).toBe(2);
  });

  test('shows where no plan keeps the limits, and what to relax there', async () => {
    await openCharts('limit=160');
    await expect.poll(() => wordsAt(0.03, 0.5)).toMatch(/^No plan meets the limits at [\d.]+ kbit\/s and /);
    expect(await page.getByText('raise it to 781').count()).toBe(1);
    expect(await chart().locator('.region-none').count()).toBeGreaterThan(0);
  });

  for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
    test(`has no serious or critical axe findings in ${theme}`, async () => {
      await openCharts('limit=160', theme);
      expect(await axeFindings(page)).toEqual([]);
    });
  }
});
