import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { handoverOf } from '../../src/app/plan/handoverFile';
import { handoverText } from '../../src/app/plan/handoverText';
import { buildScene } from '../../src/engine/picture/layout/buildScene';
import { createElkEngine } from '../../src/engine/picture/layout/elkEngine';
import { sceneOverlay } from '../../src/engine/report/sceneOverlay';
import { handFolder, planByHand } from '../support/handModel';
import { findBrowser } from '../vscode/driver/findBrowser.mjs';
import { axeFindings } from './axe';

const executablePath = await findBrowser(() => undefined);

/** The report of the model that was planned by hand. */
async function reportHtml(): Promise<string> {
  const folder = handFolder();
  const planned = planByHand(folder);
  const scene = await buildScene(planned.analyzed.graph, { folded: [] }, createElkEngine());
  const overlay = sceneOverlay(planned.result.costs, planned.result.plan);
  folder.remove();
  return handoverText(handoverOf(planned, {}), 'html', scene, overlay);
}

test.skipIf(executablePath === undefined)('a report is read in both themes and prints on two pages', async () => {
  const html = await reportHtml();
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  const papers = new Set<string>();
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await (await browser.newContext({ colorScheme })).newPage();
    const told: string[] = [];
    page.on('console', (message) => told.push(message.text()));
    page.on('request', (request) => {
      if (!/^(data:|http:\/\/report\.test\/$)/.test(request.url())) told.push(request.url());
    });
    await page.route('http://report.test/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto('http://report.test/');
    expect(told).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    papers.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    const drawn = await page.evaluate(() => document.querySelector('img')?.naturalWidth ?? 0);
    expect(drawn).toBeGreaterThan(100);
    const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length).toBeLessThanOrEqual(2);
  }
  await browser.close();
  expect(papers.size).toBe(2);
});
