/** Pictures of the view in every theme for people to look at: `SCREENSHOTS=1` writes them into artifacts/webview. */
import { existsSync, mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserAdvice, findBrowser } from '../vscode/driver/findBrowser.mjs';
import { bundleHarness, openHarness } from './harness/serve';
import type { ThemeName } from './harness/themes';

const folder = 'artifacts/webview';
const themes: ThemeName[] = ['dark', 'light', 'hc-dark', 'hc-light'];
const cases = themes.flatMap((theme) => [1, 2].map((scale) => ({ theme, scale })));

test.for(cases)('screenshots in $theme at $scale x', async ({ theme, scale }) => {
  mkdirSync(folder, { recursive: true });
  const files = await bundleHarness();
  const executablePath = await findBrowser(() => undefined);
  if (executablePath === undefined) throw new Error(browserAdvice);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const viewport = { width: 1280, height: 800 };
  const context = await browser.newContext({ viewport, deviceScaleFactor: scale });
  const page = await openHarness(context, files, { theme, query: 'cuts=11,43' });
  const shot = async (name: string) => {
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${folder}/${theme}@${scale}-${name}.png` });
  };
  const graph = page.getByRole('tree');
  await graph.press('ArrowDown');
  await graph.press('ArrowDown');
  await graph.press('Enter');
  await shot('details');
  for (const tab of ['Plan', 'Charts', 'Candidates', 'Nodes']) {
    await page.getByRole('tab', { name: tab }).click();
    await shot(tab.toLowerCase());
  }
  await graph.press('0');
  await shot('fit');
  for (const state of ['progress', 'failed']) {
    const other = await openHarness(context, files, { theme, query: `state=${state}` });
    await other.waitForTimeout(300);
    await other.screenshot({ path: `${folder}/${theme}@${scale}-${state}.png` });
  }
  await browser.close();
  expect(existsSync(`${folder}/${theme}@${scale}-fit.png`)).toBe(true);
});
